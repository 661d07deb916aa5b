/** Over 250 lines: every field of a file that may be wrong stands in one table of cases. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { lostLayer, sampleChain, sampleWidened } from '../engine/architecture/export/sample.ts';
import type { Architecture } from '../domain/architecture/schema.ts';
import { sampleRun } from '../engine/search/testing/sample-run.ts';
import type { MobileSettings } from '../domain/spaces/mobile-table.ts';
import type { SampleRun } from '../engine/search/testing/sample-run.ts';
import { toBase64 } from './arrays.ts';
import { writeArchitecture, writeRun } from './files.ts';
import { importFile } from './import.ts';
import { JsonRefused } from './json-scan.ts';
import { MemoryStore } from './memory-store.ts';
import { emptySummary } from './records.ts';
import { largestFile, restore, restoreFile } from './restore.ts';
import type { WholeRun } from './run-store.ts';
import { statusAfter, summarize } from './summary.ts';

const chain = sampleChain(1).architecture;
let sample: SampleRun;
let whole: WholeRun;
/** One of each kind of file, with few enough events to be mutated a thousand times. */
let texts: string[];

function wholeOf({ settings, events, checkpoints }: SampleRun): WholeRun {
  const checkpoint = checkpoints.at(-1)!;
  return {
    run: {
      ...{
        id: 'run-1',
        name: 'A run',
        tags: ['one', 'two'],
        created: 1_700_000_000_000,
        updated: 1_700_000_000_000,
        status: statusAfter('running', events),
      },
      ...{
        settings,
        dataset: { name: 'synthetic', source: null },
        backend: 'cpu',
        events: events.length,
        summary: summarize(emptySummary, events),
      },
      ...{ checkpointStep: checkpoint.steps, deleted: null, imported: true },
    },
    events,
    checkpoint: {
      runId: 'run-1',
      events: checkpoint.events,
      stageEnd: 0,
      step: checkpoint.steps,
      created: 1_700_000_000_000,
      checkpoint,
    },
  };
}

const block = (cells: Architecture['cells']) => cells[0]!.operations[0]!.bottleneck!;

/** One block of cells. */
const sampleBlocks = () =>
  sampleWidened()
    .architecture.cells.flatMap(({ operations }) => operations)
    .find(({ blocks }) => blocks.length === 1)!.blocks;

function architectureOf({ events }: SampleRun) {
  const last = events.at(-1)!;
  if (last.type !== 'finished') throw new Error('the sample did not finish');
  return last.architecture;
}

beforeAll(async () => {
  sample = await sampleRun();
  whole = wholeOf(sample);
  const firsts = [...new Set(sample.events.map(({ type }) => type))].map((type) =>
    sample.events.findIndex((event) => event.type === type),
  );
  // Up to the first commit, one event of each later kind, and the end.
  const short = sample.events.filter(
    (_, i) => i < 14 || firsts.includes(i) || i === sample.events.length - 1,
  );
  const few = {
    ...whole,
    run: { ...whole.run, events: short.length },
    events: short,
    checkpoint: { ...whole.checkpoint!, events: 3 },
  };
  texts = [
    writeRun(few, { weights: true }),
    writeArchitecture(architectureOf(sample)),
    writeArchitecture(chain),
  ];
});

describe('valid files', () => {
  it('is read back unchanged, including weights', () => {
    expect(restore(writeRun(whole, { weights: true }))).toEqual({
      kind: 'run',
      run: { ...whole, checkpoint: { ...whole.checkpoint!, created: whole.run.created } },
    });
    expect(restore(writeRun(whole, { weights: false }))).toMatchObject({
      run: { checkpoint: null, run: { checkpointStep: null } },
    });
    for (const text of texts) expect(() => restore(text)).not.toThrow();
  });

  it('survives export, import and export byte for byte', () => {
    const text = writeRun(whole, { weights: true });
    const restored = restore(text);
    if (restored.kind !== 'run') throw new Error('no run');
    expect(writeRun(restored.run, { weights: true })).toBe(text);
  });

  it('is any architecture that a search finds, byte for byte, as the page downloads it', async () => {
    const choices = {
      seed: fc.nat(10_000),
      nodes: fc.integer({ min: 1, max: 3 }),
      cells: fc.integer({ min: 3, max: 5 }),
      target: fc.integer({ min: 800, max: 20_000 }),
      levels: fc.integer({ min: 1, max: 7 }),
    };
    await fc.assert(
      fc.asyncProperty(fc.record(choices), async ({ seed, nodes, cells, target, levels }) => {
        const architecture = architectureOf(
          await sampleRun((settings) => {
            settings.seed = seed;
            settings.space = { ...settings.space, nodes, cells };
            settings.targetParameters = target;
            settings.granularities = {
              operation: (levels & 1) > 0,
              filter: (levels & 2) > 0,
              weight: (levels & 4) > 0,
            };
            settings.stage.maxEpochs = 4;
            settings.joint.maxEpochs = 4;
          }),
        );
        const text = writeArchitecture(architecture);
        expect(text).toBe(`${JSON.stringify(architecture, null, 2)}\n`);
        const restored = restore(text);
        if (restored.kind !== 'architecture') throw new Error('no architecture');
        expect(restored.architecture).toEqual(architecture);
        expect(writeArchitecture(restored.architecture)).toBe(text);
      }),
      { numRuns: 12 },
    );
  });

  it('of version 1 becomes the present version', () => {
    const { run, events } = whole;
    const old = {
      format: 'mgas-run',
      version: 1,
      id: run.id,
      name: run.name,
      created: run.created,
      status: 'finished',
      dataset: 'synthetic',
      settings: run.settings,
      events,
    };
    expect(restore(JSON.stringify(old))).toMatchObject({
      kind: 'run',
      run: {
        run: { tags: [], backend: null, status: 'finished', events: events.length },
        checkpoint: null,
      },
    });
  });

  it('is imported with another id if its own is in use', async () => {
    const store = new MemoryStore();
    const file = new Blob([writeRun(whole, { weights: true })]);
    const [first, second] = [await importFile(store, file), await importFile(store, file)];
    expect(first.id).toBe('run-1');
    expect(second.id).not.toBe('run-1');
    expect(await store.events(second.id)).toEqual(whole.events);
    expect((await store.checkpoint(second.id))!.checkpoint).toEqual(whole.checkpoint!.checkpoint);
  });
});

/** Where a value lies in parsed JSON. */
type Path = readonly (string | number)[];

function* pathsIn(value: unknown, path: Path = []): Generator<Path> {
  if (path.length > 0) yield path;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value))
    yield* pathsIn(inner, [...path, Array.isArray(value) ? Number(key) : key]);
}

function at(value: unknown, path: Path): unknown {
  return path.reduce((inner, key) => (inner as Record<string | number, unknown>)[key], value);
}

/** Lists and strings whose length other fields settle. What follows the end of a compressed array is not read: it is only cut. */
const settled =
  /(classNames|preprocess|cells|thresholds|importances|gates|alive|shape|mask|masked|protectedUnits\.\d+|blocks|deflated)$/;

const kinds = [
  'wrong type',
  'missing',
  'unknown',
  'not finite',
  'prototype key',
  'wrong length',
  'cut off',
] as const;
const marker = '\u0001';

/** A wrong file from a right one, and the path that a refusal shall begin with. Null where this place has no such fault. */
function mutate(
  text: string,
  kind: (typeof kinds)[number],
  pick: number,
  variant: number,
): { text: string; path: string; what?: string } | null {
  if (kind === 'cut off')
    return { text: text.slice(0, pick % (text.trimEnd().length - 1)), path: '' };
  const value = JSON.parse(text) as unknown;
  const paths = [...pathsIn(value)];
  const path = paths[pick % paths.length]!;
  const parent = at(value, path.slice(0, -1)) as Record<string | number, unknown>;
  const key = path.at(-1)!;
  const old = parent[key];
  const name = path.join('.');
  switch (kind) {
    case 'wrong type':
      parent[key] =
        old === null
          ? true
          : typeof old === 'number'
            ? '7'
            : typeof old === 'string'
              ? 7
              : typeof old === 'boolean'
                ? 'yes'
                : Array.isArray(old)
                  ? { 0: 1 }
                  : [old];
      return { text: JSON.stringify(value), path: name };
    case 'missing':
      // Entries of a list and of the masks by block are no fields; a setting that came later has a default.
      if (Array.isArray(parent) || path.at(-2) === 'filters' || cameLater(path, parent))
        return null;
      delete parent[key];
      return { text: JSON.stringify(value), path: name };
    case 'unknown':
      if (typeof old !== 'object' || old === null || Array.isArray(old)) return null;
      Object.assign(old, { unheardOf: 1 });
      return { text: JSON.stringify(value), path: name };
    case 'not finite':
      if (typeof old !== 'number') return null;
      parent[key] = marker;
      return {
        text: JSON.stringify(value).replace(
          JSON.stringify(marker),
          ['NaN', '-Infinity', '1e999', 'undefined'][variant % 4]!,
        ),
        path: name,
      };
    case 'prototype key':
      if (typeof old !== 'object' || old === null || Array.isArray(old)) return null;
      Object.assign(old, { [marker]: { polluted: true } });
      return {
        text: JSON.stringify(value).replace(
          JSON.stringify(marker),
          JSON.stringify(['__proto__', 'constructor', 'prototype'][variant % 3]),
        ),
        path: name,
      };
    case 'wrong length':
      if (
        !settled.test(name) ||
        (!Array.isArray(old) && typeof old !== 'string') ||
        old.length === 0
      )
        return null;
      parent[key] = Array.isArray(old)
        ? variant % 2
          ? old.slice(0, -1)
          : [...old, old.at(-1)]
        : variant % 2 || key === 'deflated'
          ? old.slice(0, -4)
          : `${old}${old.slice(-4)}`;
      return { text: JSON.stringify(value), path: '', what: name };
  }
}

/** Fields that older files do without. */
function cameLater(path: readonly (string | number)[], parent: Record<string, unknown>): boolean {
  const key = String(path.at(-1));
  if (
    [
      'cutout',
      'causes',
      'last',
      'automatic',
      'accuracyImages',
      'timeLeftLeast',
      'autoAugment',
      'randomResizedCrop',
      'form',
      'softCount',
      'relativeMu',
      'filterFactor',
      'boundsAlike',
      'origin',
      'widened',
      'maxSteps',
      'stepsPerEpoch',
      'weightFactor',
      'halfFloats',
    ].includes(key)
  )
    return true;
  if (key === 'epoch') return path.at(-2) === 'progress';
  if (key === 'id') return path.at(-2) === 'space';
  if (key === 'validationImages') return path.at(-2) !== 'dataset';
  return (
    (key === 'images' && parent.type !== 'evaluated') ||
    (key === 'unit' && parent.type === 'steered')
  );
}

describe('invalid files', () => {
  it('is rejected with its path, and nothing is stored: 1,000 mutated files', async () => {
    const store = new MemoryStore();
    const met = new Map<string, number>();
    let refused = 0;
    const arbitrary = fc.record({
      file: fc.nat(2),
      kind: fc.constantFrom(...kinds),
      pick: fc.nat(1e9),
      variant: fc.nat(11),
    });
    await fc.assert(
      fc.asyncProperty(arbitrary, async ({ file, kind, pick, variant }) => {
        const mutated = mutate(texts[file]!, kind, pick, variant);
        fc.pre(mutated !== null);
        const { text, path, what = path } = mutated!;
        const error: unknown = await importFile(store, new Blob([text])).catch(
          (reason: unknown) => reason,
        );
        expect(error, `${kind} at ${what}: ${text.length} characters`).toBeInstanceOf(JsonRefused);
        const { path: named, message } = error as JsonRefused;
        if (path)
          expect(
            named.startsWith(path.slice(0, 190)),
            `${kind} at ${path} named ${named}: ${message}`,
          ).toBe(true);
        // Before its first field, a file has no path.
        else if (text.length > 20) expect(named, message).not.toBe('');
        expect(message).toContain(named);
        refused++;
        met.set(kind, (met.get(kind) ?? 0) + 1);
      }),
      { numRuns: 1000, maxSkipsPerRun: 1000 },
    );
    expect(refused).toBe(1000);
    expect([...met.keys()].sort()).toEqual([...kinds].sort());
    expect(await store.list()).toEqual([]);
    expect(await store.architectures.list()).toEqual([]);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  const refusalOf = (text: string): JsonRefused => {
    try {
      restore(text);
    } catch (error) {
      if (error instanceof JsonRefused) return error;
      throw error;
    }
    throw new Error('was accepted');
  };

  it('is rejected for its size before it is read', async () => {
    const huge = {
      size: largestFile + 1,
      text: () => Promise.reject(new Error('was read')),
    } as unknown as Blob;
    await expect(restoreFile(huge)).rejects.toThrow('the lab reads up to 64 MiB');
  });

  it('is rejected for its depth without being parsed', () => {
    expect(refusalOf(`{"format":"mgas-run","events":${'['.repeat(5_000_000)}`).message).toMatch(
      /^At events\.0\.0.*32 levels deep$/,
    );
  });

  it('unpacks to at most its declared size', () => {
    const value = JSON.parse(texts[0]!) as {
      checkpoint: {
        state: { network: { parameters: Record<string, { length: number; deflated: string }> } };
      };
    };
    const { values } = value.checkpoint.state.network.parameters;
    const bomb = structuredClone(value);
    const { parameters } = bomb.checkpoint.state.network;
    for (const name of Object.keys(parameters)) parameters[name]!.length = 4;
    expect(refusalOf(JSON.stringify(bomb)).message).toMatch(
      /^At checkpoint\.state\.network\.parameters\.values: it unpacks to more than its 16 bytes/,
    );
    values!.deflated = toBase64(new Uint8Array(40));
    expect(refusalOf(JSON.stringify(value)).message).toMatch(
      /^At checkpoint\.state\.network\.parameters\.values: /,
    );
  });

  it.each<[string, (architecture: Architecture) => unknown, RegExp]>([
    [
      'a cell is missing',
      ({ cells }) => cells.pop(),
      /^At parameters\.dense: expected \d+, the sum of its parts/,
    ],
    [
      'a total is another',
      ({ parameters }) => parameters.active--,
      /^At parameters\.active: expected \d+, the sum of its parts/,
    ],
    [
      'the work is another',
      ({ macs }) => macs.sparse--,
      /^At macs\.sparse: expected \d+, the sum of its parts/,
    ],
  ])('is an architecture whose parts and totals differ: %s', (_, change, message) => {
    for (const right of [architectureOf(sample), sampleWidened().architecture, chain]) {
      expect(restore(writeArchitecture(right))).toEqual({
        kind: 'architecture',
        architecture: right,
      });
      const wrong = structuredClone(right);
      change(wrong);
      expect(refusalOf(writeArchitecture(wrong)).message).toMatch(message);
    }
  });

  it.each<[string, (architecture: Architecture) => unknown, RegExp]>([
    [
      'of blocks that a chain does not have',
      ({ cells }) => (cells[0]!.operations[0]!.blocks = sampleBlocks()),
      /^At cells\.0\.operations\.0\.blocks: expected 0, found 1/,
    ],
    [
      'without its convolutions',
      ({ cells }) => delete cells[0]!.operations[0]!.bottleneck,
      /^At cells\.0\.operations\.0\.bottleneck: expected the convolutions/,
    ],
    [
      'with a filter that the block never had',
      ({ cells }) => (block(cells).middle[block(cells).middle.length - 1] = 999),
      /^At cells\.0\.\S+\.depthwise: filter 999 of only \d+/,
    ],
    [
      'with a filter beyond the layer\u2019s channels',
      ({ cells }) => (block(cells).filters[block(cells).filters.length - 1] = 999),
      /^At cells\.0\.operations\.0\.bottleneck\.filters: expected numbers below 4/,
    ],
    [
      'that reads what the layer before does not write',
      ({ cells }) => (block(cells).inputs[block(cells).inputs.length - 1] = 999),
      /^At cells\.0: .*inputs: \[.*999\], but the filters before it leave/,
    ],
    [
      'with another expansion',
      ({ cells }) => block(cells).expansion++,
      /^At cells\.0: .*expansion: \d, but this block in settings\.space has \d/,
    ],
    [
      'with a convolution of another shape',
      ({ cells }) => block(cells).project.shape.reverse(),
      /^At cells\.0\.operations\.0\.bottleneck\.project\.shape: expected/,
    ],
    [
      'whose lost layer has another size',
      ({ cells }) => cells[lostLayer]!.size++,
      /^At cells\.3\.size: 8, but settings\.space gives 7/,
    ],
    [
      'with a stem of another width',
      ({ stem }) => stem.channels++,
      /^At stem\.channels: expected 6, as settings\.space gives/,
    ],
    [
      'whose groups have other layers than its stages',
      ({ settings }) => ((settings.space as MobileSettings).stageLayers = [2, 2, 3]),
      /^At settings\.space\.stageLayers: the stages have 7 layers together, the groups have 5/,
    ],
  ])('is a chain %s', (_, change, message) => {
    const wrong = structuredClone(chain);
    change(wrong);
    expect(refusalOf(writeArchitecture(wrong)).message).toMatch(message);
  });

  it.each([
    ['', 'the file is empty'],
    ['[]', 'At format: expected an object'],
    ['{"format":"other"}', 'At format: expected "mgas-run" or "mgas-architecture"'],
    ['{"format":"mgas-run","version":9}', 'At version: the file has version 9'],
    ['{"a":{"b":[1,2,}]}}', 'At a.b.2: '],
    ['{"a":"x', 'At a: the file ends here'],
    ['{"a":1} b', 'there is more text after its end'],
    ['{"a":"\u0002"}', 'At a: a string contains a control character'],
    ['{"a":"\\x"}', 'At a: a string contains an invalid escape'],
    ['{"a":01}', 'At a: \u201c01\u201d is not a valid value'],
  ])('%s is rejected with a message', (text, message) =>
    expect(refusalOf(text).message).toContain(message),
  );
});
