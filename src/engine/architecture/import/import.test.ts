/** Over 250 lines: every reader meets the same mutations. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleChain, sampleTrained, smallestChain } from '../export/sample.ts';
import { structureOf } from '../../train/rebuild.ts';
import { encodeBitmap } from '../bitmap.ts';
import { ArchitectureError, parseArchitecture } from '../../../domain/architecture/schema.ts';
import { publishedChains } from '../../../domain/architecture/published-cells.ts';
import { openPublished, openPublishedLike, publishedCell, publishedCells } from './gallery.ts';
import { importArchitecture } from './registry.ts';
import type { ImportOptions, InputFile } from './registry.ts';
import { newer, writeBlocks } from './blocks-writer.ts';
import type { WrittenNetwork } from './blocks-writer.ts';
import { writeTorch } from './torch-writer.ts';
import { cellSettings } from '../../../domain/spaces/settings.ts';

const file = (name: string, content: string | Uint8Array): InputFile => ({
  name,
  bytes: typeof content === 'string' ? new TextEncoder().encode(content) : content,
});
const open = (content: string, options?: ImportOptions) =>
  importArchitecture([file('pasted', content)], options);

const { genotype: dartsV2 } = publishedCell('DARTS_V2');

describe('a DARTS genotype', () => {
  it('has the parameter count of DARTS: 3,349,342 at 36 channels and 20 cells, auxiliary head left out', () => {
    const { architecture, name } = open(dartsV2);
    expect(name).toBe('DARTS_V2, 20 cells, 36 channels');
    expect(architecture.parameters).toMatchObject({ dense: 3_349_342, active: 3_349_342 });
    expect(Math.abs(architecture.parameters.dense / 1e6 - 3.3)).toBeLessThan(0.05);
    expect(architecture.form).toEqual({ sum: 'plain', poolNorm: false });
    expect(
      architecture.cells.flatMap(({ reduction, index }) => (reduction ? [index] : [])),
    ).toEqual([6, 13]);
    expect(parseArchitecture(JSON.stringify(architecture))).toEqual(architecture);
  });

  it('is read at other sizes, by name from a file, with comments and aliases', () => {
    const source = `from collections import namedtuple
Genotype = namedtuple('Genotype', 'normal normal_concat reduce reduce_concat')
# OLD = Genotype(normal=[
"""Genotype(normal= in a docstring"""
${publishedCell('DARTS_V1').genotype}
${dartsV2}
DARTS = DARTS_V2  # the second order
`;
    const options = { cells: 5, channels: 4, imageSize: 16, imageChannels: 1, classes: 3 };
    const { architecture, name } = open(source, { ...options, name: 'DARTS' });
    expect(name).toBe('DARTS_V2, 5 cells, 4 channels');
    expect(architecture.dataset).toMatchObject({ imageSize: 16, imageChannels: 1, classes: 3 });
    expect(() => open(source)).toThrow('2 genotypes: enter the name of one of DARTS_V1, DARTS_V2');
    expect(() => open(source, { name: 'SNAS' })).toThrow("no genotype 'SNAS'");
  });

  it('may have a different cell at every position', () => {
    const cell = "[('sep_conv_3x3', 0), ('skip_connect', 1)]";
    const { architecture } = open(`Genotype(gene=[${[cell, cell, cell, cell].join()}])`, {
      channels: 4,
    });
    expect(architecture.cells.length).toBe(4);
    expect(architecture.cells[0]!.operations.map(({ operation }) => operation)).toEqual([
      'sep_conv_3x3',
      'skip_connect',
    ]);
  });

  it.each([
    ["normal=[('none', 0), ('skip_connect', 1)]", "the operation 'none' is not in this lab"],
    ["normal=[('conv_7x1_1x7', 0), ('skip_connect', 1)]", 'conv_7x1_1x7'],
    ["normal=[('skip_connect', 0)]", 'two for each of 1 to 8 nodes'],
    ["normal=[('skip_connect', 0), ('skip_connect', 0)]", 'appears twice'],
    ["normal=[('skip_connect', 0), ('skip_connect', 2)]", 'must read a state before'],
    ["normal=[('skip_connect', 0), ('skip_connect', 1.5)]", 'line 1'],
    ['normal=[skip, connect]', 'a list, a pair, a text or a whole number expected'],
    ["normal=[__import__('os').system('x'), 1]", "found '__import__('"],
    ["normal=[('skip_connect', 0), ('max_pool_3x3', 1)], normal_concat=[3]", 'concatenate all'],
    ["normal=[('skip_connect', 0), ('max_pool_3x3', 1)], normal_concat=[3", 'it is truncated'],
    ["cells=3, normal=[('skip_connect', 0), ('max_pool_3x3', 1)]", 'cells is not known'],
  ])('is rejected with a clear error: %s', (normal, message) => {
    const reduce = "reduce=[('skip_connect', 0), ('max_pool_3x3', 1)]";
    const text = normal.endsWith('[3') ? `Genotype(${normal}` : `Genotype(${normal}, ${reduce})`;
    expect(() => open(text)).toThrow(ArchitectureError);
    expect(() => open(text)).toThrow(message);
    expect(() => open(text)).toThrow(/^pasted: /);
  });
});

const gene = `TINY = Genotype(gene=[${[0, 1, 2]
  .map(
    () =>
      "[('sep_conv_3x3', 0, 2, [4, 3, 4]), ('max_pool_3x3', 1, 2, [4]), ('dil_conv_3x3', 2, 3, [4, 2])]",
  )
  .join(', ')}], concat=range(2, 4))`;
const masksOf = (from: number, to: number) =>
  (
    [
      [from, 3],
      [to, from],
    ] as const
  ).map(([rows, kernel], k) => {
    const shape = k === 0 ? [rows, 1, 3, 3] : [to, from, 1, 1];
    const size = shape.reduce((a, b) => a * b, 1);
    return { shape, values: Array.from({ length: size }, (_, i) => Number((i + kernel) % 3 > 0)) };
  });
const masks = [0, 1, 2].map(() => [[...masksOf(4, 3), ...masksOf(3, 4)], [], masksOf(4, 2)]);
const options = { channels: 4, imageSize: 8 };

describe('a genotype and its mask file', () => {
  const pair = (bytes: Uint8Array) => [file('genotypes.py', gene), file('mask.npy', bytes)];

  it('provides widths and masks, in either order of the files', () => {
    const { architecture } = importArchitecture(pair(writeTorch(masks)), options);
    const reversed = importArchitecture(pair(writeTorch(masks)).reverse(), options);
    expect(reversed).toEqual(importArchitecture(pair(writeTorch(masks)), options));
    const zeros = masks.flat(2).flatMap(({ values }) => values.filter((bit) => bit === 0));
    const { dense, active } = architecture.parameters;
    expect(dense - active).toBe(zeros.length);
    expect(architecture.cells[0]!.operations[0]!.blocks[0]!.filters).toEqual([0, 1, 2]);
    // [out, in, 1, 1] in the file, [1, 1, in, out] here.
    const { mask, alive } = architecture.cells[0]!.operations[0]!.blocks[0]!.pointwise;
    const { values } = masks[0]![0]![1]!;
    expect(alive).toBe(values.reduce((a, b) => a + b, 0));
    expect(mask).toBe(
      encodeBitmap(Uint8Array.from(values, (_, i) => values[(i % 3) * 4 + Math.floor(i / 3)]!)),
    );
  });

  it('calls nothing that the file requests', () => {
    const system = [...new TextEncoder().encode('cos\nsystem\n(X\x02\x00\x00\x00lstR')];
    const hostile = pair(writeTorch(masks, system));
    expect(() => importArchitecture(hostile, options)).toThrow('mask.npy: data.pkl, byte');
    expect(() => importArchitecture(hostile, options)).toThrow(
      'it asks for os.system, which is not executed',
    );
  });

  it.each([
    ['of another genotype', [masks[0]!], 'masks of 1 cells, but the genotype has 3'],
    [
      'with another shape',
      [[masks[0]![2]!, [], masks[0]![2]!], masks[1]!, masks[2]!],
      '2 masks; 4 expected',
    ],
    [
      'with other values',
      [[[{ shape: [1, 1, 1, 1], values: [0.5] }], [], []], masks[1]!, masks[2]!],
      '0.5 is in a mask',
    ],
  ])('is rejected %s', (_, content, message) => {
    expect(() => importArchitecture(pair(writeTorch(content)), options)).toThrow(message);
  });
});

it.each([
  ['{"normal_n2_p0": "sepconv3x3", "normal_n2_switch": ["normal_n2_p0"]}', 'NNI exported'],
  ['{"input_stem": [], "blocks": [{}]}', 'a ResNet of once-for-all'],
  ['{"d": [2], "e": [0.2], "w": [1]}', 'a choice of once-for-all for its ResNets'],
  ['{"format": "mgas-run"}', 'import it in the library'],
  ['|nor_conv_3x3~0|+|none~0|skip_connect~1|', 'NAS-Bench-201'],
  ['hello', 'text without a genotype'],
  ['', 'an empty file'],
])('describes %s in a sentence', (content, message) => {
  expect(() => open(content)).toThrow(message);
  expect(() => open(content)).toThrow('What can be read');
});

describe('the gallery', () => {
  it.each(publishedCells)('$id has about the parameters that its paper reports', (cell) => {
    const { architecture, name } = openPublished(cell);
    expect(name).toContain(cell.id);
    if (cell.reported)
      expect(Math.abs(architecture.parameters.dense / 1e6 - cell.reported.parameters)).toBeLessThan(
        0.15,
      );
    else expect(architecture.parameters.dense).toBe(704_082);
  });

  it('scales a published cell to the size and images of another network', () => {
    const { architecture: own } = sampleTrained();
    const { architecture } = openPublishedLike(publishedCell('DARTS_V2'), own);
    expect(architecture.dataset).toEqual({ ...own.dataset });
    const narrower = openPublished(publishedCell('DARTS_V2'), {
      ...own.dataset,
      cells: own.cells.length,
      channels: cellSettings(architecture.settings.space).channels - 1,
    });
    const distance = (a: typeof own) => Math.abs(a.parameters.active - own.parameters.active);
    expect(distance(architecture)).toBeLessThanOrEqual(distance(narrower.architecture));
  });
});

describe('the gallery of chains', () => {
  const [proxyless] = publishedChains;

  it('has ProxylessNAS-mobile with the counts of its authors\u2019 network', () => {
    const { architecture, name } = openPublished(proxyless!);
    expect(name).toBe('ProxylessNAS_mobile, 19 of 21 layers, 224 pixels');
    // Published: about 4.1 million parameters and 320 million multiply-accumulates.
    expect(architecture.parameters).toMatchObject({ dense: 4_080_512, active: 4_080_512 });
    expect(architecture.macs.dense).toBe(320_427_584);
    expect(architecture.origin?.source).toContain('1812.00332');
    expect(() => openPublished(proxyless!, { cells: 8 })).toThrow('cells 8: leave it out');
  });

  it('gives it the parameters of another network, for its images', () => {
    const { architecture: own } = sampleTrained();
    const like = { ...own, parameters: { ...own.parameters, active: 30_000 } };
    const { architecture } = openPublishedLike(proxyless!, like);
    expect(architecture.dataset).toEqual(own.dataset);
    expect(Math.abs(architecture.parameters.active / 30_000 - 1)).toBeLessThan(0.02);
    // 14 pixels are halved once, in the last group that does.
    expect(architecture.cells.map(({ size }) => size)).toEqual([
      ...new Array<number>(16).fill(14),
      ...new Array<number>(5).fill(7),
    ]);
    structureOf(parseArchitecture(JSON.stringify(architecture)));
  });
});

const released = JSON.stringify({
  initChannels: 4,
  stem: 12,
  classes: 10,
  cells: [0, 1, 2].map((c) => ({
    reduction: c > 0,
    concat: [2, 3],
    operations: [
      ['sep_conv_3x3', 0, 2, [4, 3, 4], 0],
      ['max_pool_3x3', 1, 2, [4], 1],
      ['dil_conv_3x3', 2, 3, [4, 2], 2],
    ].map(([operation, from, to, widths, o]) => ({
      operation,
      from,
      to,
      widths,
      masks: masks[0]![o as number]!.map(({ shape, values }) => ({
        shape,
        bits: encodeBitmap(Uint8Array.from(values)),
      })),
    })),
  })),
});

const tinyBlocks: WrittenNetwork = {
  ...{ stem: 4, first: 4, head: 8, classes: 3 },
  blocks: [[3, 3, 6, 2], [5, 6, 6, 1], 'zero', [7, 4, 8, 1]], // prettier-ignore
};
const choice = {
  ks: new Array<number>(21).fill(3),
  e: new Array<number>(21).fill(4),
  d: [2, 3, 4, 2, 3, 1],
};

/** Every reader, over a whole input of its own. */
const readers: readonly (readonly [
  name: string,
  files: readonly InputFile[],
  mutated: number,
  options: ImportOptions,
])[] = [
  ['lab', [file('arch.json', JSON.stringify(sampleTrained().architecture))], 0, options],
  [
    'lab, a chain',
    [file('arch.json', JSON.stringify(sampleChain(1, smallestChain).architecture))],
    0,
    options,
  ],
  ['published JSON', [file('small.json', released)], 0, options],
  // Not the 20 cells of its paper: each that is read is built.
  ['genotype', [file('genotype.py', dartsV2)], 0, { ...options, cells: 4 }],
  [
    'genotype of a pair',
    [file('genotype.py', gene), file('mask.npy', writeTorch(masks))],
    0,
    options,
  ],
  ['masks of a pair', [file('genotype.py', gene), file('mask.npy', writeTorch(masks))], 1, options],
  [
    'JSON of blocks',
    [file('net.config', JSON.stringify(writeBlocks({ ...tinyBlocks, names: newer })))],
    0,
    { imageSize: 16 },
  ],
  ['once-for-all', [file('choice.json', JSON.stringify(choice))], 0, { width: 0.1 }],
];

describe.each(readers)('300 mutated inputs for the reader: %s', (_, files, mutated, own) => {
  it('are rejected with the name of the file, or read as a valid architecture', () => {
    expect(() => importArchitecture(files, own)).not.toThrow();
    let refused = 0;
    fc.assert(
      fc.property(mutations, (changes) => {
        const inputs = files.map((one, i) =>
          i === mutated ? { ...one, bytes: changes.reduce(mutate, one.bytes) } : one,
        );
        try {
          const { architecture } = importArchitecture(inputs, own);
          structureOf(parseArchitecture(JSON.stringify(architecture)));
        } catch (error) {
          expect(error).toBeInstanceOf(ArchitectureError);
          expect((error as Error).message).toMatch(/^[\w.]+: .{12,}/s);
          refused++;
        }
      }),
      { numRuns: 300, seed: 19 },
    );
    expect(refused).toBeGreaterThan(50);
  });
});

interface Mutation {
  readonly kind: 'flip' | 'cut' | 'drop' | 'repeat' | 'text';
  readonly at: number;
  readonly value: number;
  readonly text: string;
}

const mutations = fc.array(
  fc.record({
    kind: fc.constantFrom('flip', 'cut', 'drop', 'repeat', 'text'),
    at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    value: fc.integer({ min: 1, max: 255 }),
    text: fc.constantFrom(
      ...['-1', '1e9', '99999999', 'null', '[[[[[[[[', "'", '"', ')', '(', ',', '{"__proto__": 1}'],
      ...['range(0, 1000000000)', "__import__('os')", '\u0000', '\u{1f600}', 'true', '""', '# '],
    ),
  }),
  { minLength: 1, maxLength: 3 },
);

function mutate(bytes: Uint8Array, { kind, at, value, text }: Mutation): Uint8Array {
  const place = Math.floor(at * bytes.length);
  const head = bytes.subarray(0, place);
  const parts = {
    flip: () => bytes.map((byte, i) => (i === place ? byte ^ value : byte)),
    cut: () => head,
    drop: () => join(head, bytes.subarray(place + (value % 32))),
    repeat: () => join(bytes.subarray(0, place + (value % 32)), bytes.subarray(place)),
    text: () => join(head, new TextEncoder().encode(text), bytes.subarray(place + text.length)),
  };
  return parts[kind]();
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
