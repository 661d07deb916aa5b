import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ImageSplit } from './dataset.ts';
import { loadFashionMnist } from './fashion-mnist.ts';
import { chunkImagesOf, summarize } from './stored.ts';

const split = (bytes: readonly number[], labels: readonly number[]): ImageSplit => ({
  count: labels.length,
  images: Uint8Array.from(bytes),
  labels: Uint8Array.from(labels),
});
/** One pixel of two channels an image. */
const set = (train: ImageSplit, test: ImageSplit) => ({
  dataset: { name: 'x', size: 1, channels: 2, classNames: ['a', 'b'], train, test },
  kind: 'idx' as const,
  notes: ['a note'],
});
const train = split([0, 255, 255, 255, 51, 255, 0, 255], [0, 0, 1, 0]);

it('counts classes, and measures each channel of the training images', () => {
  const summary = summarize(set(train, split([1, 2], [1])));
  expect([summary.train, summary.test, summary.bytes, summary.notes]).toEqual([
    [3, 1],
    [0, 1],
    10,
    ['a note'],
  ]);
  expect(summary.mean).toEqual([0.3, 1]);
  expect(summary.deviation[0]).toBeCloseTo(Math.sqrt((0.09 + 0.49 + 0.01 + 0.09) / 4), 10);
  expect(summary.deviation[1]).toBe(0);
});

it('warns about test images that are training images', () => {
  const { notes } = summarize(set(train, split([51, 255, 7, 7], [0, 1])));
  expect(notes[1]).toMatch(/^1 of the 2 test images are, byte for byte, training images/);
});

it('derives the id of a set from its contents', () => {
  const id = (one: ReturnType<typeof set>) => summarize(one).id;
  const test = split([1, 2], [1]);
  expect(id({ ...set(train, test), notes: [] })).toBe(id(set(train, test)));
  const others = [
    split([0, 255, 255, 255, 51, 254, 0, 255], [0, 0, 1, 0]),
    split([0, 255, 255, 255, 51, 255, 0, 255], [0, 1, 1, 0]),
    split([255, 255, 0, 255, 51, 255, 0, 255], [0, 0, 1, 0]),
  ];
  expect(new Set([train, ...others].map((one) => id(set(one, test)))).size).toBe(4);
});

it('puts at least one image into a chunk', () => {
  expect([chunkImagesOf(3072), chunkImagesOf(3e6)]).toEqual([341, 1]);
});

const full = '/usr/share/datasets/fashion-mnist';

it.skipIf(!existsSync(full))(
  'gives all 60,000 images of Fashion-MNIST their known mean and deviation (skipped without dataset-fashion-mnist)',
  async () => {
    const dataset = await loadFashionMnist((name) => readFile(join(full, name)));
    const { mean, deviation, train } = summarize({ dataset, kind: 'idx', notes: [] });
    expect([mean[0]!.toFixed(4), deviation[0]!.toFixed(4)]).toEqual(['0.2860', '0.3530']);
    expect(train).toEqual(new Array(10).fill(6000));
  },
);
