import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import {
  lostLayer,
  sampleChain,
  sampleEvaluation,
  sampleTrained,
} from '../../../engine/architecture/export/sample.ts';
import {
  openPublished,
  publishedCell,
  publishedCells,
} from '../../../engine/architecture/import/gallery.ts';
import { importArchitecture } from '../../../engine/architecture/import/registry.ts';
import { settingsOf } from '../../../../cli/search-options.ts';
import { mobilePresets } from '../../settings/mobile-presets.ts';
import type { Architecture } from '../schema.ts';
import { distinctCells } from './cells.ts';
import { genotypeModule, genotypeText } from './genotype.ts';
import { publicationsOf } from './registry.ts';

const own = sampleTrained();
const odd = sampleEvaluation(3).architecture;
const chain = sampleChain(3).architecture;
const text = (id: string, architecture: Architecture): string =>
  publicationsOf(architecture)
    .find((one) => one.id === id)!
    .write(architecture, null);

describe.each(publishedCells)('$id, published again', (cell) => {
  const { channels, cells } = { ...cell.network };
  const { architecture } = openPublished(
    cell,
    cell.id === 'MG_DARTS_small' ? {} : { cells: 5, channels: 6 },
  );

  it('is read back unchanged', () => {
    const name = 'genotype.py';
    const bytes = new TextEncoder().encode(genotypeModule(architecture));
    const options = cell.id === 'MG_DARTS_small' ? { channels, cells } : { cells: 5, channels: 6 };
    const again = importArchitecture([{ name, bytes }], options).architecture;
    const bare = (one: Architecture) => ({ ...one, origin: null });
    expect(bare(again)).toEqual(bare(architecture));
  });

  it('uses the notation of DARTS if its cells allow it, without loss', () => {
    const { notation, lost } = genotypeText(architecture);
    expect(notation).toBe(cell.id === 'MG_DARTS_small' ? 'cells' : 'darts');
    expect(lost).toEqual([]);
  });
});

it('lists what a genotype cannot express of a searched network', () => {
  const { text: genotype, notation, lost } = genotypeText(own.architecture);
  expect(notation).toBe('cells');
  expect(genotype).toMatch(/^Genotype\(\n {4}gene=\[/);
  expect(lost.join(' ')).toMatch(/weight masks.*importances.*different filters/s);
});

const python = ['python3', '/usr/bin/python3'].find(
  (command) => spawnSync(command, ['-c', '']).status === 0,
);
it.runIf(python).each([
  ['a searched network', own.architecture],
  ['names with quotes', { ...odd, origin: { form: 'x', name: 'say "hi" """ \\' } }],
])('is a module that Python imports: %s', (_, architecture) => {
  const out = execFileSync(
    python!,
    [
      '-c',
      `${genotypeModule(architecture)}\nprint(len([v for k, v in list(globals().items()) if k.startswith("MGAS")][0].gene))`,
    ],
    { encoding: 'utf8' },
  );
  expect(Number(out)).toBe(architecture.cells.length);
});

describe('a drawing', () => {
  const { architecture } = openPublished(publishedCell('DARTS_V2'));

  it('has every distinct cell once, with every operation', () => {
    expect(distinctCells(architecture).map(({ title }) => title)).toEqual([
      'cells 1-6, 8-13, 15-20 (normal)',
      'cells 7, 14 (reduction)',
    ]);
    const svg = text('svg', architecture);
    expect(svg.match(/>sep_conv_3x3</g)).toHaveLength(5);
    expect(svg.match(/>max_pool_3x3</g)).toHaveLength(5);
    expect(svg).toContain('>c<tspan dy="4" font-size="10">k-2</tspan>');
  });

  it.each([
    ['DARTS V2', architecture],
    ['odd names', { ...odd, origin: { form: 'x', name: '<b>&"' } }],
    ['a chain with odd names', { ...chain, origin: { form: 'x', name: '<b>&"' } }],
  ])('is well-formed: %s', (_, one) => {
    const svg = text('svg', one);
    const open: string[] = [];
    for (const [, close, name, attributes] of svg.matchAll(/<(\/?)(\w+)((?:"[^"]*"|[^>"])*)>/g)) {
      if (close) expect(open.pop()).toBe(name);
      else if (!attributes!.endsWith('/')) open.push(name!);
    }
    expect(open).toEqual([]);
    expect(svg).not.toMatch(/NaN|undefined|<b>/);
  });

  it('is DOT in the convention of DARTS', () => {
    const dot = text('dot', architecture);
    expect(dot).toContain('rankdir=LR');
    expect(dot).toContain('label="c_{k-2}", fillcolor=darkseagreen2');
    expect(dot.match(/label="sep_conv_3x3"/g)).toHaveLength(5);
    expect(dot.split('{').length).toBe(dot.split('}').length);
  });
});

it('a model card describes the network and how to reproduce it', () => {
  const { architecture, test, training, backend } = own;
  const card = publicationsOf(architecture).find(({ id }) => id === 'card')!;
  const trained = card.write(architecture, { test, settings: training, backend });
  expect(trained).toContain(
    '50.00 % of 100 test images of synthetic, trained from scratch (95% interval: \u00b19.80 points)',
  );
  expect(trained).toContain(`| Seed | ${architecture.settings.seed} |`);
  expect(trained).toContain('npm run -s search -- --dataset synthetic --seed 1');
  expect(trained).toContain("--set 'space.cells=4'");
  const untrained = card.write({ ...odd, validationAccuracy: null }, null);
  expect(untrained).toContain('Not measured');
  expect(untrained).toContain('caf\u00e9');
});

describe('a chain', () => {
  const operations = chain.cells.flatMap((cell) => cell.operations);
  const count = (textOf: string, pattern: RegExp): number => textOf.match(pattern)?.length ?? 0;

  it('is drawn block by block, what is gone and what is added marked', () => {
    const svg = text('svg', chain);
    expect(count(svg, />MB[36] [357]\u00d7[357]</g)).toBe(operations.length);
    expect(svg).toContain(`<title>Layer ${lostLayer + 1}: gone, its input is its output</title>`);
    const { kernel, expansion, middle, filters } = operations[0]!.bottleneck!;
    // The first layer reads the four channels of the first block and has four itself.
    expect(svg).toContain(
      `<title>Layer 1: MB${expansion} ${kernel}\u00d7${kernel}, ${middle.length}/${4 * expansion} channels inside, ${filters.length === 4 ? 4 : `${filters.length}/4`} filters</title>`,
    );
    expect(svg).toContain('>Conv 1\u00d71<');
  });

  it('is DOT in which every block reads the part before it', () => {
    const dot = text('dot', chain);
    expect(count(dot, /label="layer \d+: MB/g)).toBe(operations.length);
    expect(dot).toContain(`layer${lostLayer + 1} [label="layer ${lostLayer + 1}: gone"`);
    // Every node is declared, and all but the image are reached.
    const nodes = [...dot.matchAll(/^ {2}(\w+) \[label=/gm)].map(([, id]) => id!);
    const edges = [...dot.matchAll(/^ {2}(\w+) -> (\w+)/gm)].map(([, from, to]) => [from!, to!]);
    expect(new Set(edges.map(([, to]) => to))).toEqual(
      new Set(nodes.filter((id) => id !== 'image')),
    );
    expect(edges.every(([from]) => nodes.includes(from!))).toBe(true);
  });

  it('has a model card whose command asks for the same search', () => {
    const card = text('card', chain);
    expect(card).toContain('5 layers of 4, 8 channels');
    const [command] = /npm run -s search -- .*/.exec(card)!;
    expect(command).toContain('--preset mobile-tiny');
    const set = [...command.matchAll(/--set '([^']*)'/g)].map(([, assignment]) => assignment!);
    const options = { preset: 'mobile-tiny', set, seed: chain.settings.seed };
    const { targetParameters: targetParams } = chain.settings;
    expect(settingsOf({ ...options, targetParams }, mobilePresets)).toEqual(chain.settings);
  });

  it('has no genotype', () => {
    expect(publicationsOf(chain).map(({ id }) => id)).toEqual(['svg', 'dot', 'card']);
  });
});
