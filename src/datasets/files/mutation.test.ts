import * as fc from 'fast-check';
import { gzipSync } from 'fflate';
import { expect, it } from 'vitest';
import { decodeImage } from '../../../cli/node-files.ts';
import { DatasetError, type Dataset } from '../dataset.ts';
import { readDataset } from './read-dataset.ts';
import {
  makeCifar,
  makeIdx,
  makeNpy,
  makePng,
  makeTar,
  makeTarGz,
  makeZip,
  memoryFile,
} from './testing.ts';

const ten = Array.from({ length: 20 }, (_, i) => [i % 10]);
const cifar = { 'data_batch_1.bin': makeCifar(ten), 'test_batch.bin': makeCifar(ten.slice(10)) };
const pixels = (seed: number) =>
  Uint8Array.from({ length: 8 * 8 * 3 }, (_, i) => (seed * 31 + i * i) & 255);
const folder = Object.fromEntries(
  Array.from({ length: 6 }, (_, i) => [
    `train/${i % 2 ? 'ant' : 'cat'}/${i}.png`,
    makePng(pixels(i), 8, 8),
  ]),
);
const images = Uint8Array.from({ length: 20 * 16 }, (_, i) => (i * 7) & 255);
const labels = Uint8Array.from({ length: 20 }, (_, i) => i % 3);

/** One whole file of every kind. The name is what an error must be about. */
const originals: readonly (readonly [name: string, bytes: Uint8Array])[] = [
  ['data_batch_1.bin', cifar['data_batch_1.bin']],
  ['train.bin', makeCifar(Array.from({ length: 100 }, (_, i) => [i % 20, i]))],
  ['set.tar', makeTar(cifar)],
  ['set.tar.gz', makeTarGz(cifar)],
  ['set.zip', makeZip(cifar)],
  ['photos.zip', makeZip(folder)],
  ['photos.tar', makeTar(folder)],
  [
    'set.npz',
    makeZip(
      {
        'images.npy': makeNpy('|u1', [20, 4, 4], images),
        'labels.npy': makeNpy('<i4', [20], new Uint8Array(Int32Array.from(labels).buffer)),
      },
      0,
    ),
  ],
  [
    'idx.zip',
    makeZip(
      {
        'train-images-idx3-ubyte': makeIdx([20, 4, 4], images),
        'train-labels-idx1-ubyte': makeIdx([20], labels),
      },
      0,
    ),
  ],
  ['data_batch_1.bin.gz', gzipSync(cifar['data_batch_1.bin'])],
];

interface Mutation {
  kind: 'flip' | 'cut' | 'grow' | 'zero' | 'drop' | 'large';
  /** Share of the file's length; `near` puts it into the first or last bytes, where headers and lists lie. */
  at: number;
  near: 'start' | 'end' | 'anywhere';
  value: number;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom('flip', 'cut', 'grow', 'zero', 'drop', 'large'),
  at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  near: fc.constantFrom('start', 'end', 'anywhere'),
  value: fc.integer({ min: 1, max: 255 }),
});

function mutate(bytes: Uint8Array, { kind, at, near, value }: Mutation): Uint8Array {
  const reach = Math.min(300, bytes.length);
  const position =
    near === 'start'
      ? Math.floor(at * reach)
      : near === 'end'
        ? bytes.length - 1 - Math.floor(at * reach)
        : Math.floor(at * bytes.length);
  const result = bytes.slice();
  switch (kind) {
    case 'flip':
      result[position]! ^= value;
      return result;
    case 'cut':
      return result.subarray(0, position);
    case 'grow':
      return Uint8Array.from([...result, ...new Uint8Array(value)]);
    case 'zero':
      return result.fill(0, position, position + value);
    case 'large':
      return result.fill(0xff, position, position + 4);
    case 'drop':
      return Uint8Array.from([
        ...result.subarray(0, position),
        ...result.subarray(position + value),
      ]);
  }
}

function expectValid({ size, channels, classNames, train, test }: Dataset): void {
  for (const { count, images, labels } of [train, test]) {
    expect([images.length, labels.length]).toEqual([count * size * size * channels, count]);
    expect(count).toBeGreaterThan(0);
    expect(labels.every((label) => label < classNames.length)).toBe(true);
  }
}

it('rejects 500 damaged files with a clear error, or reads them correctly', async () => {
  let errors = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.nat(originals.length - 1),
      fc.array(mutation, { minLength: 1, maxLength: 3 }),
      async (which, mutations) => {
        const [name, original] = originals[which]!;
        const bytes = mutations.reduce(mutate, original);
        try {
          const { dataset } = await readDataset([memoryFile(name, bytes)], {
            name,
            imageSize: 8,
            signal: new AbortController().signal,
            decode: decodeImage,
            skipUnreadable: () => Promise.resolve(false),
            limits: { memoryBytes: 50e6, archiveBytes: 100e6, entries: 1000 },
          });
          expectValid(dataset);
        } catch (error) {
          expect(error).toBeInstanceOf(DatasetError);
          expect((error as Error).message).toContain(name.replace(/\.gz$/, ''));
          expect((error as Error).message).toMatch(
            /expected|is not a complete|cannot|damaged|overlap|encrypted|too few images/,
          );
          errors++;
        }
      },
    ),
    { numRuns: 500, seed: 2310 },
  );
  // Most damage is noticed; the rest hit pixels of formats without checksums.
  expect(errors).toBeGreaterThan(300);
});
