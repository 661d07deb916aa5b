import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readCifar10 } from '../src/datasets/cifar.ts';
import {
  makeCifar,
  makeIdx,
  makePng,
  makeTarGz,
  type Files,
} from '../src/datasets/files/testing.ts';
import { loadPixels, type LoadOptions } from './load-dataset.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mgas-data-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function write(files: Files): Promise<void> {
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), bytes);
  }
}

const all = makeCifar(Array.from({ length: 10 }, (_, label) => [label]));
const idxSet = {
  'train-images-idx3-ubyte': makeIdx([3, 2, 2], new Uint8Array(12).fill(7)),
  'train-labels-idx1-ubyte': makeIdx([3], Uint8Array.from([0, 2, 1])),
  't10k-images-idx3-ubyte': makeIdx([1, 2, 2], new Uint8Array(4)),
  't10k-labels-idx1-ubyte': makeIdx([1], Uint8Array.from([2])),
};

it('loads the shipped set by name', async () => {
  expect((await loadPixels('fashion-mnist')).train.count).toBe(12_000);
});

it('loads a folder of IDX files', async () => {
  await write(idxSet);
  const set = await loadPixels(folder);
  expect([set.name, set.size, set.channels, set.train.count, set.test.count]).toEqual([
    basename(folder),
    2,
    1,
    3,
    1,
  ]);
  expect(set.classNames).toEqual(['0', '1', '2']);
});

it('loads CIFAR-10 from a folder, from folders in it, and through links', async () => {
  await write({ 'a/data_batch_1.bin': all, 'a/data_batch_2.bin': all, 'elsewhere.bin': all });
  await symlink(join(folder, 'elsewhere.bin'), join(folder, 'a/test_batch.bin'));
  for (const path of [join(folder, 'a'), join(folder, 'b')]) {
    if (basename(path) === 'b') {
      await mkdir(path);
      await symlink(join(folder, 'a/data_batch_1.bin'), join(path, 'train.bin'));
      await write({ 'b/deep/er/test.bin': all });
    }
    const set = await loadPixels(path);
    expect([set.size, set.channels, set.train.count, set.test.count]).toEqual([
      32,
      3,
      basename(path) === 'a' ? 20 : 10,
      10,
    ]);
    expect(set.test).toEqual(readCifar10([{ name: '', bytes: all }]));
  }
});

it('loads one archive, resizes images, and reports its decisions', async () => {
  const png = (level: number) =>
    makePng(
      new Uint8Array(8 * 8 * 3).fill(level).map((value, i) => (i % 3 ? value : 0)),
      8,
      8,
    );
  const images = Object.fromEntries(
    [1, 2, 3, 4, 5].flatMap((i) => [
      [`x/ant/${i}.png`, png(i)],
      [`x/cat/${i}.png`, png(10 * i)],
    ]),
  );
  await write({ 'photos.tar.gz': makeTarGz(images) });
  const notes: string[] = [];
  const set = await loadPixels(join(folder, 'photos.tar.gz'), {
    imageSize: 4,
    note: (text) => notes.push(text),
  });
  expect([set.size, set.channels, set.classNames, set.train.count, set.test.count]).toEqual([
    4,
    3,
    ['ant', 'cat'],
    9,
    1,
  ]);
  expect(notes).toEqual([expect.stringContaining('held out')]);
});

it('skips unreadable images if allowed', async () => {
  const png = makePng(new Uint8Array(48).fill(3), 4, 4);
  await write({
    'ant/1.png': png,
    'ant/2.png': png,
    'cat/1.png': png,
    'cat/2.png': png,
    'cat/3.png': png.subarray(0, 30),
  });
  const notes: string[] = [];
  const load = (options: LoadOptions) =>
    loadPixels(folder, { ...options, note: (text) => notes.push(text) });
  await expect(load({})).rejects.toThrow(/1 of 5 images cannot be read\. cat\/3\.png: byte \d+/);
  expect(notes).toEqual([
    '1 of 5 images cannot be read; --skip-unreadable skips them.',
    expect.stringContaining('cat/3.png'),
  ]);
  const set = await load({ skipUnreadable: true });
  expect(set.train.count + set.test.count).toBe(4);
});

it.each<[string, Files, RegExp]>([
  ['an empty folder', {}, /expected files of a data set, found none/],
  [
    'a missing IDX file',
    { 'train-images-idx3-ubyte': idxSet['train-images-idx3-ubyte'] },
    /expected the labels .* of train-images-idx3-ubyte as well/,
  ],
  [
    'CIFAR without a training file',
    { 'test.bin': all },
    /expected training images, found only test images/,
  ],
  [
    'a label that training never saw',
    { ...idxSet, 't10k-labels-idx1-ubyte': makeIdx([1], Uint8Array.from([9])) },
    /label of test image 0: expected at most 2, .*found 9/,
  ],
])('rejects %s', async (_, files, message) => {
  await write(files);
  await expect(loadPixels(folder)).rejects.toThrow(message);
});

it('rejects a missing path', async () => {
  await expect(loadPixels(join(folder, 'nowhere'))).rejects.toThrow(
    /--dataset: '.*nowhere' is neither 'fashion-mnist' nor a file or folder/,
  );
});

const subset = join(import.meta.dirname, '../../shared/data/cifar10-subset');

it.skipIf(!existsSync(subset))(
  'reads real CIFAR-10 images (skipped where ../shared/data/cifar10-subset is absent)',
  async () => {
    const set = await loadPixels(subset);
    expect([set.train.count, set.test.count, set.classNames[set.train.labels[0]!]]).toEqual([
      4000,
      1000,
      'frog',
    ]);
    const bytes = await readFile(join(subset, 'train_4000.bin'));
    // Red of the last pixel of image 1,234.
    expect(set.train.images[1234 * 3072 + 1023 * 3]).toBe(bytes[1234 * 3073 + 1 + 1023]);
  },
);
