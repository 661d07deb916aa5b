import 'fake-indexeddb/auto';
import { beforeEach, expect, it } from 'vitest';
import { gzipSync } from 'fflate';
import { openDB } from 'idb';
import { searchDataOf } from '../src/datasets/any-set.ts';
import { readCifar10 } from '../src/datasets/cifar.ts';
import {
  makeCifar,
  makeIdx,
  makeNpy,
  makeTarGz,
  makeZip,
  type Files,
} from '../src/datasets/files/testing.ts';
import { makeBmp } from '../src/datasets/images/testing.ts';
import type { DataContract, DataPayload, DataRequestType } from '../src/protocol/data-messages.ts';
import { hostUnderTest } from '../src/protocol/testing.ts';
import { noChoices } from '../src/datasets/outline.ts';
import { DataHost } from './data-host.ts';
import { loadSource } from './load-source.ts';

let host: ReturnType<typeof hostUnderTest<DataContract>>;
beforeEach(() => {
  host = hostUnderTest<DataContract>((emit) => new DataHost(emit));
});

const ask = <T extends DataRequestType>(type: T, payload: DataPayload<T>) =>
  host.request(type, payload);

const upload = (files: Files) =>
  Object.entries(files).map(([path, bytes]) => ({
    path,
    file: new File([bytes as Uint8Array<ArrayBuffer>], path),
  }));
const options = { name: 'mine', imageSize: 32, choices: noChoices };
const train = makeCifar(Array.from({ length: 30 }, (_, i) => [i % 10]));
const held = makeCifar(Array.from({ length: 10 }, (_, i) => [i]));
const cifar = { 'data_batch_1.bin': train, 'test_batch.bin': held };
const wanted = readCifar10([{ name: '', bytes: train }]);
const red = wanted.images.filter((_, i) => i % 3 === 0);

it.each<[string, Files, Uint8Array]>([
  ['.bin files', cifar, wanted.images],
  ['a .tar.gz archive', { 'cifar.tar.gz': makeTarGz(cifar) }, wanted.images],
  [
    'IDX files',
    {
      'train-images-idx3-ubyte.gz': gzipSync(makeIdx([30, 32, 32], red)),
      'train-labels-idx1-ubyte': makeIdx([30], Uint8Array.from(wanted.labels)),
      't10k-images-idx3-ubyte': makeIdx([1, 32, 32], red.subarray(0, 1024)),
      't10k-labels-idx1-ubyte': makeIdx([1], Uint8Array.from([3])),
    },
    red,
  ],
  [
    'an .npz archive',
    {
      'a.npz': makeZip({
        'x_train.npy': makeNpy('|u1', [30, 32, 32, 3], wanted.images),
        'y_train.npy': makeNpy('|u1', [30], Uint8Array.from(wanted.labels)),
        'x_test.npy': makeNpy('|u1', [1, 32, 32, 3], wanted.images.subarray(0, 3072)),
        'y_test.npy': makeNpy('|u1', [1], Uint8Array.from([3])),
      }),
    },
    wanted.images,
  ],
])('stores %s, and a search reads the same bytes', async (_, files, images) => {
  const { id, train: counts } = await ask('import', { files: upload(files), options });
  expect(counts).toEqual(new Array(10).fill(3));
  const dataset = await loadSource({ kind: 'stored', id });
  expect('images' in dataset.train && Buffer.compare(dataset.train.images, images)).toBe(0);
  expect([...dataset.train.labels]).toEqual([...wanted.labels]);
  expect((await ask('list', {})).map((set) => set.id)).toContain(id);
  await ask('remove', { set: id });
  expect((await ask('list', {})).map((set) => set.id)).not.toContain(id);
  await expect(loadSource({ kind: 'stored', id })).rejects.toThrow(/not stored in this browser/);
});

it('shows single images by split and class, and their augmentations', async () => {
  const { id } = await ask('import', { files: upload(cifar), options });
  const source = { kind: 'stored', id } as const;
  const some = await ask('images', { source, split: 'train', label: 4, first: 1, count: 5 });
  expect([some.numbers, some.labels, some.total]).toEqual([[14, 24], [4, 4], 3]);
  expect(
    Buffer.compare(some.images.subarray(0, 3072), wanted.images.subarray(14 * 3072, 15 * 3072)),
  ).toBe(0);
  const data = {
    imageSize: 16,
    trainImages: 0,
    validationFraction: 0.5,
    cropPadding: 2,
    flip: true,
    cutout: 4,
  };
  const preview = await ask('preview', {
    source,
    settings: { seed: 1, data },
    images: 2,
    epochs: 3,
  });
  expect([preview.size, preview.labels, preview.images.length]).toEqual([
    16,
    [0, 1],
    2 * 4 * 16 * 16 * 3,
  ]);
  const rows = Array.from({ length: 4 }, (_, i) =>
    preview.images.subarray(i * 768, (i + 1) * 768).join(),
  );
  expect(new Set(rows).size).toBe(4);
  await ask('remove', { set: id });
});

it('stores nothing of cancelled or damaged imports', async () => {
  const importing = ask('import', { files: upload({ 'cifar.tar.gz': makeTarGz(cifar) }), options });
  await ask('cancel', {});
  await expect(importing).rejects.toMatchObject({ code: 'cancelled' });
  await expect(
    ask('import', { files: upload({ 'train.bin': train.subarray(7) }), options }),
  ).rejects.toMatchObject({
    message: expect.stringContaining('train.bin: size') as string,
  });
  expect(await ask('list', {})).toEqual([]);
});

it('stores image files as they are, shows them, and gives a search and a training their images', async () => {
  const shades = Object.fromEntries(
    Array.from({ length: 24 }, (_, i) => [
      `${i < 18 ? 'train' : 'val'}/${i % 2 ? 'dark' : 'light'}/${i}.bmp`,
      makeBmp(
        Uint8Array.from({ length: 12 * 9 * 3 }, (__, k) => (i % 2 ? 40 : 180) + ((i * k) % 50)),
        12,
        9,
      ),
    ]),
  );
  const encoded = { ...options, imageSize: 8, choices: { ...noChoices, kept: 'encoded' as const } };
  const files = upload({ 'set.zip': makeZip(shades) });
  const look = await ask('look', { files, options: encoded });
  expect(look.found?.keeping).toMatchObject({ kept: 'encoded' });
  const summary = await ask('import', { files: null, options: encoded });
  const bytes = Object.values(shades).reduce((sum, { length }) => sum + length, 0);
  expect(summary).toMatchObject({
    encoded: true,
    size: 8,
    channels: 3,
    train: [9, 9],
    test: [3, 3],
    bytes,
  });
  const source = { kind: 'stored', id: summary.id } as const;
  const some = await ask('images', { source, split: 'test', label: 1, first: 0, count: 2 });
  expect([some.size, some.labels, some.images.length]).toEqual([8, [1, 1], 2 * 192]);
  const mean = some.images.reduce((a, b) => a + b, 0) / some.images.length;
  expect(mean).toBeGreaterThan(150);

  const settings = {
    ...{ seed: 1, batchSize: 4 },
    data: {
      ...{ imageSize: 8, trainImages: 0, validationFraction: 0.25, cropPadding: 0, flip: true },
      randomResizedCrop: true,
    },
  };
  const preview = await ask('preview', { source, settings, images: 2, epochs: 2 });
  const columns = Array.from({ length: 3 }, (_, i) =>
    preview.images.subarray(i * 192, (i + 1) * 192).join(),
  );
  expect(new Set(columns).size).toBe(3);
  const set = await loadSource(source);
  const batch = await searchDataOf(set, settings).trainBatch(1, 1);
  expect(batch.images.length).toBe(4 * 192);
  expect(await searchDataOf(await loadSource(source), settings).trainBatch(1, 1)).toEqual(batch);

  // A file that is gone is named.
  const store = await openDB('mgas-datasets');
  for (let image = 0; image < 18; image++)
    await store.delete('chunks', [summary.id, 'train', image]);
  store.close();
  await expect(searchDataOf(await loadSource(source), settings).trainBatch(0, 0)).rejects.toThrow(
    /set\.zip: train\/.*\.bmp is missing in the browser's storage: delete mine under Data/,
  );
  await ask('remove', { set: summary.id });
});
