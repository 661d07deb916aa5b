import { describe, expect, it } from 'vitest';
import type { ListedDataset } from '../../../protocol/data-messages.ts';
import { misfit, ownSet, trainingSets } from './training-data.ts';

const stored = (id: string, name: string, channels: number, classes: number): ListedDataset => ({
  ...{ id, name, kind: 'image-folder', size: 16, channels, mean: [0], deviation: [1], bytes: 1 },
  ...{ classNames: Array.from({ length: classes }, (_, i) => String(i)), notes: [], imported: 0 },
  ...{ train: Array<number>(classes).fill(60), test: Array<number>(classes).fill(10) },
});
const sets = trainingSets(
  ['fashion-mnist'],
  [stored('a', 'shapes', 3, 4), stored('b', 'shapes', 3, 4), stored('c', 'letters', 1, 10)],
);
const shapes = { name: 'shapes', imageChannels: 3, classes: 4 };

describe('ownSet', () => {
  it('is the data set of the run, independent of the next search', () => {
    expect(ownSet(shapes, { kind: 'stored', id: 'b' }, sets)?.id).toBe('b');
    expect(ownSet(shapes, null, sets)?.id).toBe('a');
    const fashion = { name: 'fashion-mnist', imageChannels: 1, classes: 10 };
    expect(ownSet(fashion, { kind: 'fashion-mnist', baseUrl: '/' }, sets)?.id).toBe(
      'fashion-mnist',
    );
    expect(ownSet(fashion, null, sets)?.id).toBe('fashion-mnist');
  });

  it('is null if the set was deleted, or another of its name does not fit', () => {
    expect(ownSet({ ...shapes, name: 'gone' }, { kind: 'stored', id: 'x' }, sets)).toBeNull();
    expect(ownSet({ ...shapes, classes: 5 }, { kind: 'stored', id: 'a' }, sets)).toBeNull();
  });
});

it('reports why a set does not fit', () => {
  expect(sets.map((set) => misfit(shapes, set))).toEqual([
    'gray images; the network takes colour ones',
    null,
    null,
    'gray images; the network takes colour ones',
  ]);
  expect(misfit({ imageChannels: 3, classes: 10 }, sets[1]!)).toBe('4 classes; the network has 10');
});
