import 'fake-indexeddb/auto';
import { openDB } from 'idb';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  chunkImagesOf,
  chunksOf,
  joinChunks,
  summarize,
  type StoredDataset,
} from '../datasets/stored.ts';
import type { ImageSplit } from '../datasets/dataset.ts';
import { DatasetStore } from './datasets.ts';

let store: DatasetStore;
let count = 0;
beforeEach(async () => {
  store = await DatasetStore.open(`test-${count++}`);
});
afterEach(() => store.close());

const size = 64;
const imageBytes = size * size * 3;
function splitOf(images: number, seed: number): ImageSplit {
  return {
    count: images,
    images: Uint8Array.from({ length: images * imageBytes }, (_, i) => (i * seed + (i >> 8)) & 255),
    labels: Uint8Array.from({ length: images }, (_, i) => i % 2),
  };
}

function setOf(seed: number, name = `set ${seed}`) {
  // More than one chunk, the last of them not full.
  const dataset = {
    name,
    size,
    channels: 3,
    classNames: ['a', 'b'],
    train: splitOf(100, seed),
    test: splitOf(7, seed + 1),
  };
  const summary = summarize({ dataset, kind: 'npz', notes: [] });
  const record: StoredDataset = {
    ...summary,
    imported: seed,
    labels: { train: dataset.train.labels, test: dataset.test.labels },
    chunkImages: chunkImagesOf(imageBytes),
  };
  return {
    dataset,
    record,
    chunks: () => ({
      train: chunksOf(dataset.train, imageBytes),
      test: chunksOf(dataset.test, imageBytes),
    }),
  };
}

const never = new AbortController().signal;
const read = (record: StoredDataset, split: 'train' | 'test') =>
  joinChunks(record, split, (index) => store.chunk(record.id, split, index));
/** Large arrays: `toEqual` would take seconds. */
async function expectStored(
  record: StoredDataset,
  split: 'train' | 'test',
  wanted: ImageSplit,
): Promise<void> {
  const { images, labels, count } = await read(record, split);
  expect([count, [...labels]]).toEqual([wanted.count, [...wanted.labels]]);
  expect(Buffer.compare(images, wanted.images)).toBe(0);
}

it('returns what was stored, latest first', async () => {
  const [one, two] = [setOf(3), setOf(5)];
  const told: number[] = [];
  await store.add(one.record, one.chunks(), never, (bytes) => told.push(bytes));
  await store.add(two.record, two.chunks(), never, () => {});
  expect((await store.list()).map(({ name }) => name)).toEqual(['set 5', 'set 3']);
  expect(told.reduce((a, b) => a + b)).toBe(107 * imageBytes);
  expect(told.length).toBeGreaterThan(2);
  for (const { dataset, record } of [one, two]) {
    await expectStored(record, 'train', dataset.train);
    await expectStored(record, 'test', dataset.test);
  }
});

it('recognizes equal contents, and uses their new name', async () => {
  await store.add(setOf(3).record, setOf(3).chunks(), never, () => {});
  await store.add(setOf(3, 'again').record, setOf(3, 'again').chunks(), never, () =>
    expect.unreachable('nothing needs to be written'),
  );
  expect((await store.list()).map(({ name }) => name)).toEqual(['again']);
  expect(setOf(4).record.id).not.toBe(setOf(3).record.id);
});

it('stores nothing of a set whose writing was aborted or failed', async () => {
  const { record, chunks } = setOf(3);
  const controller = new AbortController();
  await expect(
    store.add(record, chunks(), controller.signal, () => controller.abort()),
  ).rejects.toThrow(/abort/);
  expect(await store.list()).toEqual([]);
  expect(await store.chunk(record.id, 'train', 0)).toBeUndefined();
  function* failing() {
    yield new Uint8Array(10);
    throw new Error('no more');
  }
  await expect(store.add(record, { train: failing(), test: [] }, never, () => {})).rejects.toThrow(
    'no more',
  );
  expect(await store.chunk(record.id, 'train', 0)).toBeUndefined();
});

it('deletes a set with all of its images, and no other', async () => {
  const [one, two] = [setOf(3), setOf(5)];
  await store.add(one.record, one.chunks(), never, () => {});
  await store.add(two.record, two.chunks(), never, () => {});
  await store.remove(one.record.id);
  expect((await store.list()).map(({ id }) => id)).toEqual([two.record.id]);
  await expect(read(one.record, 'train')).rejects.toThrow(
    /set 3: images from number 0 on are missing in the browser's storage/,
  );
  await expectStored(two.record, 'test', two.dataset.test);
});

it('removes the leftovers of a closed tab', async () => {
  const [one, two] = [setOf(3), setOf(5)];
  await store.add(two.record, two.chunks(), never, () => {});
  // As if the tab had closed before the record was written.
  const { database } = store as unknown as {
    database: { put(store: string, value: Uint8Array, key: unknown): Promise<unknown> };
  };
  await database.put('chunks', new Uint8Array(5), [one.record.id, 'train', 0]);
  await database.put('chunks', new Uint8Array(5), [one.record.id, 'train', 1]);
  const three = setOf(7);
  await store.add(three.record, three.chunks(), never, () => {});
  expect(await store.chunk(one.record.id, 'train', 0)).toBeUndefined();
  expect(await store.chunk(one.record.id, 'train', 1)).toBeUndefined();
  await expectStored(two.record, 'train', two.dataset.train);
});

it('opens sets that version 1 of the database stored', async () => {
  const name = `old-${count++}`;
  const { record, chunks, dataset } = setOf(3);
  const old = await openDB(name, 1, {
    upgrade(fresh) {
      fresh.createObjectStore('datasets', { keyPath: 'id' });
      fresh.createObjectStore('chunks');
    },
  });
  await old.put('datasets', record);
  let index = 0;
  for (const chunk of chunks().train) await old.put('chunks', chunk, [record.id, 'train', index++]);
  old.close();
  const reopened = await DatasetStore.open(name);
  expect((await reopened.list()).map(({ id }) => id)).toEqual([record.id]);
  const train = await joinChunks(record, 'train', (i) => reopened.chunk(record.id, 'train', i));
  expect(Buffer.compare(train.images, dataset.train.images)).toBe(0);
  reopened.close();
});

it('stores image files one by one, in any order, or none of them', async () => {
  const { record } = setOf(4);
  const files = Array.from({ length: 9 }, (_, i) => new Uint8Array(300_000).fill(i));
  const visit =
    (fails = false) =>
    async (use: (split: 'train' | 'test', image: number, bytes: Uint8Array) => Promise<void>) => {
      for (const i of [4, 0, 8, 1, 7, 2, 6, 3, 5]) await use('train', i, files[i]!);
      if (fails) throw new Error('the file was changed');
    };
  await expect(store.addFiles(record, visit(true), never, () => {})).rejects.toThrow('changed');
  expect(await store.list()).toEqual([]);
  expect(await store.images(record.id, 'train', [0])).toEqual([undefined]);
  let bytes = 0;
  await store.addFiles(record, visit(), never, (written) => (bytes += written));
  expect(bytes).toBe(9 * 300_000);
  const some = await store.images(record.id, 'train', [7, 9, 2]);
  expect(some.map((file) => file?.[0])).toEqual([7, undefined, 2]);
});
