import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fashionMnistFiles, loadFashionMnist } from './fashion-mnist.ts';

const folder = join(import.meta.dirname, '../../public/data/fashion-mnist');
const read = (name: string) => readFile(join(folder, name));

it('reads the shipped files', async () => {
  const progress: [number, number][] = [];
  const set = await loadFashionMnist(read, (loaded, total) => progress.push([loaded, total]));
  expect([set.size, set.channels, set.classNames.length]).toEqual([28, 1, 10]);
  expect([set.train.count, set.test.count]).toEqual([12_000, 10_000]);
  expect(set.train.images.length).toBe(12_000 * 28 * 28);
  const perClass = new Array<number>(10).fill(0);
  for (const label of set.train.labels) perClass[label]!++;
  expect(perClass).toEqual(new Array(10).fill(1200));
  // The first image of the original set is an ankle boot; the mean over the full set is 0.2860 of 255.
  expect(set.train.labels[0]).toBe(9);
  expect(set.train.images.reduce((a, b) => a + b, 0) / set.train.images.length / 255).toBeCloseTo(
    0.286,
    2,
  );
  const [loaded, total] = progress.at(-1)!;
  expect(loaded).toBe(total);
});

it('knows the sizes of the shipped files', async () => {
  for (const { name, bytes } of Object.values(fashionMnistFiles))
    expect((await read(name)).length, name).toBe(bytes);
});

it('keeps progress below 100% if the server decompresses the files', async () => {
  const progress: number[] = [];
  await loadFashionMnist(
    async (name, onBytes) => {
      onBytes(1e9);
      return read(name);
    },
    (loaded, total) => progress.push(loaded / total),
  );
  expect(Math.max(...progress)).toBe(1);
  expect(progress).toEqual([...progress].sort((a, b) => a - b));
});
