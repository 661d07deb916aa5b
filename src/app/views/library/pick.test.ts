import { describe, expect, it } from 'vitest';
import { presets } from '../../../domain/settings/presets.ts';
import { emptySummary } from '../../../storage/records.ts';
import type { RunRecord, RunSummary } from '../../../storage/records.ts';
import { pickRuns } from './pick.ts';

const run = (
  name: string,
  created: number,
  tags: string[] = [],
  summary: Partial<RunSummary> = {},
): RunRecord => ({
  ...{
    id: name,
    name,
    tags,
    created,
    updated: created,
    status: 'finished',
    settings: presets.tiny,
    dataset: { name: 'fashion-mnist', source: null },
  },
  ...{
    backend: 'cpu',
    events: 0,
    summary: { ...emptySummary, ...summary },
    checkpointStep: null,
    deleted: null,
    imported: false,
  },
});
const size = (active: number) => ({ parameters: { dense: active, active } });
const runs = [
  run('b', 1, ['Thesis'], { accuracy: 0.5, ...size(9) }),
  run('a', 2),
  run('c', 3, [], { accuracy: 0.8, ...size(5) }),
  run('d', 4),
];
const names = (...args: [words: string, order: Parameters<typeof pickRuns>[2]]) =>
  pickRuns(runs, ...args).map(({ name }) => name);

describe('the list of runs', () => {
  it('is sorted, with missing figures at the end, newest first', () => {
    expect(names('', 'newest')).toEqual(['d', 'c', 'a', 'b']);
    expect(names('', 'oldest')).toEqual(['b', 'a', 'c', 'd']);
    expect(names('', 'name')).toEqual(['a', 'b', 'c', 'd']);
    expect(names('', 'accurate')).toEqual(['c', 'b', 'd', 'a']);
    expect(names('', 'small')).toEqual(['c', 'b', 'd', 'a']);
  });

  it('finds by every word, in names, tags, data sets and states, in any case', () => {
    expect(names('thesis FASHION', 'newest')).toEqual(['b']);
    expect(names('finished', 'newest')).toHaveLength(4);
    expect(names('thesis c', 'newest')).toEqual([]);
  });
});
