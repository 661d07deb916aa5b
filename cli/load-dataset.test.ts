import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadDataset } from './load-dataset.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mgas-data-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const idx3 = (count: number, size: number) =>
  Uint8Array.from([0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, size, 0, 0, 0, size, ...new Array<number>(count * size * size).fill(7)]);
const idx1 = (...labels: number[]) => Uint8Array.from([0, 0, 8, 1, 0, 0, 0, labels.length, ...labels]);
async function write(files: Record<string, Uint8Array>): Promise<void> {
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes);
}
const idxSet = {
  'train-images-idx3-ubyte': idx3(3, 2),
  'train-labels-idx1-ubyte': idx1(0, 2, 1),
  't10k-images-idx3-ubyte': idx3(1, 2),
  't10k-labels-idx1-ubyte': idx1(2),
};

it('loads the shipped set by name', async () => {
  expect((await loadDataset('fashion-mnist')).train.count).toBe(12_000);
});

it('loads a folder of IDX files', async () => {
  await write(idxSet);
  const set = await loadDataset(folder);
  expect([set.name, set.size, set.channels, set.train.count, set.test.count]).toEqual([basename(folder), 2, 1, 3, 1]);
  expect(set.classNames).toEqual(['0', '1', '2']);
});

it('loads a folder of CIFAR-10 files, several as one split', async () => {
  await write({
    'data_batch_1.bin': new Uint8Array(3073).fill(1),
    'data_batch_2.bin': new Uint8Array(2 * 3073).fill(2),
    'test_batch.bin': new Uint8Array(3073).fill(3),
  });
  const set = await loadDataset(folder);
  expect([set.size, set.channels, [...set.train.labels], [...set.test.labels]]).toEqual([32, 3, [1, 2, 2], [3]]);
});

it.each<[string, Record<string, Uint8Array>, RegExp]>([
  ['an empty folder', {}, /holds neither IDX files .* nor CIFAR-10/],
  ['a missing IDX file', { 'train-images-idx3-ubyte': idx3(1, 2) }, /t10k-labels-idx1-ubyte \(or .*\.gz\) is missing/],
  ['CIFAR without a test file', { 'train.bin': new Uint8Array(3073) }, /no test images: .* 'test' in its name/],
  ['CIFAR without a training file', { 'test.bin': new Uint8Array(3073) }, /no train images: .* without 'test'/],
  ['two sizes', { ...idxSet, 't10k-images-idx3-ubyte': idx3(1, 3) }, /t10k-images-idx3-ubyte: image size: expected 2, .*found 3/],
  ['a label that training never saw', { ...idxSet, 't10k-labels-idx1-ubyte': idx1(9) }, /label of image 0: expected 0 to 2, found 9/],
])('rejects %s', async (_, files, message) => {
  await write(files);
  await expect(loadDataset(folder)).rejects.toThrow(message);
});

it('rejects a path that is not there', async () => {
  await expect(loadDataset(join(folder, 'nowhere'))).rejects.toThrow(/--dataset: '.*nowhere' is neither 'fashion-mnist' nor a folder/);
});
