import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { settingsTable, settingsTableFile } from '../../../scripts/settings-table.ts';
import { presets } from './presets.ts';
import type { SearchSettings } from './schema.ts';
import { fieldGroups, fieldOf } from './fields.ts';
import { valueAt, withValue } from './path.ts';
import { problems } from './problems.ts';

const set = { name: 'fashion-mnist', train: 12_000 };
const problemsOf = (path: string, value: unknown) =>
  problems(withValue(presets.tiny, path, value), set);

/** Paths of all leaves; a list is one. */
function leaves(value: object, prefix = ''): string[] {
  return Object.entries(value).flatMap(([key, child]) =>
    typeof child === 'object' && child !== null && !Array.isArray(child)
      ? leaves(child as object, `${prefix}${key}.`)
      : [`${prefix}${key}`],
  );
}

describe('the form', () => {
  it('asks for every setting exactly once', () => {
    expect(fieldGroups.flatMap(({ fields }) => fields)).toHaveLength(fieldOf.size - 1);
    const asked = fieldGroups.flatMap(({ fields }) => fields.map(({ path }) => path));
    const { 'mobile-paper': mobile } = presets;
    // The id is no field; no preset sets the last one.
    const known = new Set([...leaves(presets.paper), ...leaves(mobile), 'regularizer.relativeMu']);
    known.delete('space.id');
    expect([...asked].sort()).toEqual([...known].sort());
  });

  it.each(Object.entries(presets))('finds no problem in preset %s', (_, settings) => {
    expect([...problems(settings, set)]).toEqual([]);
  });
});

it('the table in docs/settings.md is up to date: if not, run `npx tsx scripts/settings-table.ts`', () => {
  expect(readFileSync(settingsTableFile, 'utf8')).toBe(settingsTable());
});

describe('problems', () => {
  it.each<[string, unknown, RegExp]>([
    ['targetParameters', 0, /^Target size: must be at least 1\.$/],
    ['batchSize', NaN, /^Batch size: enter a number\.$/],
    ['space.cells', 2.5, /^Cells: must be a whole number\.$/],
    ['space.cells', 2, /^Cells: must be at least 3, one for each stage\.$/],
    ['space.operations', [], /^Candidate operations: choose at least one\.$/],
    ['stage.endShare', 1.5, /^End share: must be at most 1\.$/],
    ['data.trainImages', 20_000, /12,000/],
    [
      'data.cropPadding',
      presets.tiny.data.imageSize,
      /^Crop padding: must be less than the image size, \d+\.$/,
    ],
    ['batchSize', 2_000, /^Batch size: must be at most 1,960/],
    ['stage.warmUpEpochs', 8, /Max epochs per stage/],
  ])('%s = %s', (path, value, message) => {
    const problems = problemsOf(path, value);
    expect([...problems.values()].join('\n')).toMatch(message);
    for (const field of problems.keys()) expect(fieldOf.has(field)).toBe(true);
  });

  it.each([
    ['the shipped set', 12_000, /Images used: own has 12,000 training images/],
    ['a larger set of one\u2019s own', 50_000, null],
    ['a set that is not known yet', null, null],
  ])('20,000 images of %s', (_, train, message) => {
    const settings = withValue(presets.tiny, 'data.trainImages', 20_000);
    const found = problems(settings, train === null ? null : { name: 'own', train });
    if (message) expect(found.get('data.trainImages')).toMatch(message);
    else expect([...found]).toEqual([]);
  });

  it('checks the batch size against a small set', () => {
    expect(problems(presets.demo, { name: 'own', train: 60 }).get('batchSize')).toMatch(
      /must be at most 54, the images left to search on/,
    );
  });

  it('requires at least one level', () => {
    expect(
      problemsOf('granularities', { operation: false, filter: false, weight: false }).get(
        'granularities',
      ),
    ).toMatch(/at least one level/);
  });
});

describe('a table', () => {
  const mobile = presets['mobile-tiny'];
  it.each<[string, unknown, string]>([
    ['groups', [], 'Groups: choose at least one.'],
    ['groups.1.channels', 0, 'Groups: row 2, channels must be at least 1.'],
    ['groups.0.stride', 3, 'Groups: row 1, stride choose from 1, 2.'],
    ['stageLayers.2', 1.5, 'Layers of each stage: row 3 must be a whole number.'],
    ['stageLayers', [2, 2], 'Layers of each stage: the stages have 4 layers together, the groups have 5.'],
    ['candidates', [{ kernel: 3, expansion: 3 }, { kernel: 3, expansion: 3 }], 'Candidate blocks: mbconv_3x3_e3 is listed twice.'],
  ])('%s = %j: the row and the remedy', (path, value, message) => {
    const settings = structuredClone(mobile) as unknown as Record<string, unknown>;
    const [key, ...rest] = `space.${path}`.split('.').toReversed();
    const holder = rest.toReversed().reduce((at, one) => at[one] as Record<string, unknown>, settings);
    holder[key!] = value;
    expect([...problems(settings as unknown as SearchSettings, set).values()]).toEqual([message]);
  }); // prettier-ignore
});

it('withValue changes one value and shares the rest', () => {
  const changed: SearchSettings = withValue(presets.tiny, 'optimizers.weights.rate', 0.5);
  expect(valueAt(changed, 'optimizers.weights.rate')).toBe(0.5);
  expect(changed.space).toBe(presets.tiny.space);
  expect(presets.tiny.optimizers.weights.rate).not.toBe(0.5);
});
