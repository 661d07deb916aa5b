import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { sampleEvaluation, sampleTrained } from '../../../engine/architecture/export/sample.ts';
import {
  openPublished,
  publishedCell,
  publishedCells,
} from '../../../engine/architecture/import/gallery.ts';
import { importArchitecture } from '../../../engine/architecture/import/registry.ts';
import type { Architecture } from '../schema.ts';
import { distinctCells } from './cells.ts';
import { genotypeModule, genotypeText } from './genotype.ts';
import { publications } from './registry.ts';

const own = sampleTrained();
const odd = sampleEvaluation(3).architecture;
const text = (id: string, architecture: Architecture): string =>
  publications.find((one) => one.id === id)!.write(architecture, null);

describe.each(publishedCells)('$id, published again', (cell) => {
  const { channels, cells } = { ...cell.network };
  const { architecture } = openPublished(
    cell,
    cell.id === 'MG_DARTS_small' ? {} : { cells: 5, channels: 6 },
  );

  it('is read as what it was', () => {
    const name = 'genotype.py';
    const bytes = new TextEncoder().encode(genotypeModule(architecture));
    const options = cell.id === 'MG_DARTS_small' ? { channels, cells } : { cells: 5, channels: 6 };
    const again = importArchitecture([{ name, bytes }], options).architecture;
    const bare = (one: Architecture) => ({ ...one, origin: null });
    expect(bare(again)).toEqual(bare(architecture));
  });

  it('is in DARTS\u2019 notation where its cells allow it, and loses nothing', () => {
    const { notation, lost } = genotypeText(architecture);
    expect(notation).toBe(cell.id === 'MG_DARTS_small' ? 'cells' : 'darts');
    expect(lost).toEqual([]);
  });
});

it('says what a genotype cannot say of a searched network', () => {
  const { text: genotype, notation, lost } = genotypeText(own.architecture);
  expect(notation).toBe('cells');
  expect(genotype).toMatch(/^Genotype\(\n {4}gene=\[/);
  expect(lost.join(' ')).toMatch(/Weight masks .* Importances .* different filters/s);
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

  it('has every different cell once, with every operation', () => {
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

it('states in a model card what the network is, and how to repeat it', () => {
  const card = publications.find(({ id }) => id === 'card')!;
  const { architecture, test, training, backend } = own;
  const trained = card.write(architecture, { test, settings: training, backend });
  expect(trained).toContain(
    '50.00 % of 100 test images of synthetic, trained from scratch (95 % interval: \u00b19.80 points)',
  );
  expect(trained).toContain(`| Seed | ${architecture.settings.seed} |`);
  expect(trained).toContain('npm run -s search -- --dataset synthetic --seed 1');
  expect(trained).toContain("--set 'space.cells=4'");
  const untrained = card.write({ ...odd, validationAccuracy: null }, null);
  expect(untrained).toContain('Not measured');
  expect(untrained).toContain('caf\u00e9');
});
