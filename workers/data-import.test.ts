import 'fake-indexeddb/auto';
import { beforeEach, expect, it, vi } from 'vitest';
import { decodeImage } from '../cli/node-files.ts';
import { DatasetError } from '../src/datasets/dataset.ts';
import { makeCifar, makePng, memoryFiles, type Files } from '../src/datasets/files/testing.ts';
import { readDataset } from '../src/datasets/files/read-dataset.ts';
import type { Progress } from '../src/datasets/files/source.ts';
import { DatasetStore } from '../src/storage/datasets.ts';
import { importDataset, type ImportJob } from './data-import.ts';

let name = '';
let number = 0;
beforeEach(() => {
  name = `import-${number++}`;
  vi.unstubAllGlobals();
});

const openStore = () => DatasetStore.open(name);
const ten = Array.from({ length: 40 }, (_, i) => [i % 10]);
const cifar = { 'data_batch_1.bin': makeCifar(ten), 'test_batch.bin': makeCifar(ten.slice(0, 10)) };

const run = (files: Files, changes: Partial<ImportJob> = {}) =>
  importDataset({
    read: () =>
      readDataset(memoryFiles(files), {
        name: 'set',
        imageSize: 8,
        signal: changes.signal ?? new AbortController().signal,
        decode: decodeImage,
        skipUnreadable: () => Promise.resolve(false),
        progress: changes.progress ?? (() => {}),
      }),
    signal: new AbortController().signal,
    progress: () => {},
    openStore,
    now: () => 5,
    ...changes,
  });

async function stored(): Promise<number> {
  const store = await openStore();
  const sets = await store.list();
  store.close();
  return sets.length;
}

it('stores what it read, and reports progress', async () => {
  const seen: Progress[] = [];
  const summary = await run(cifar, { progress: (progress) => seen.push(progress) });
  expect(summary).toMatchObject({
    name: 'set',
    kind: 'cifar-10',
    size: 32,
    channels: 3,
    bytes: 50 * 3072,
  });
  expect(seen.at(-1)).toEqual({
    phase: 'storing',
    done: 50 * 3072,
    total: 50 * 3072,
    unit: 'bytes',
  });
  expect(await stored()).toBe(1);
});

it('stores nothing of damaged files', async () => {
  const damaged: Files[] = [
    { 'train.bin': cifar['data_batch_1.bin'].subarray(1) },
    { 'a/1.png': makePng(new Uint8Array(12), 2, 2), 'b/1.png': new Uint8Array(9) },
  ];
  for (const files of damaged) {
    await expect(run(files)).rejects.toThrow(DatasetError);
  }
  expect(await stored()).toBe(0);
});

it.each(['reading', 'storing'] as const)(
  'stores nothing when it is cancelled while %s',
  async (phase) => {
    const controller = new AbortController();
    const stopped = run(cifar, {
      signal: controller.signal,
      progress: (progress) => progress.phase === phase && controller.abort(),
    });
    await expect(stopped).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
    expect(await stored()).toBe(0);
  },
);

it('checks the available storage before it writes', async () => {
  vi.stubGlobal('navigator', {
    storage: { estimate: () => Promise.resolve({ usage: 900_000, quota: 1_000_000 }) },
  });
  await expect(run(cifar)).rejects.toThrow(
    /takes 1 MiB, but the browser grants this page only 1 MiB more\. Delete other data sets/,
  );
  expect(await stored()).toBe(0);
  vi.stubGlobal('navigator', {
    storage: { estimate: () => Promise.resolve({ usage: 0, quota: 1_000_000 }) },
  });
  await run(cifar);
  expect(await stored()).toBe(1);
});

it('reports a browser that stores nothing', async () => {
  await expect(
    run(cifar, { openStore: () => Promise.reject(new Error('denied')) }),
  ).rejects.toThrow(/not allow this page to store data \(denied\)\. Leave the private window/);
});
