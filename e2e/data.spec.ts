/**
 * The user's own data sets: every kind of file read in the browser, stored to the byte, looked at, searched on, deleted.
 * The images are the first of CIFAR-10, from ../shared/data/cifar10-subset; without that folder these tests are skipped.
 * Over 250 lines: all cases share one page and the made files.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { gzipSync } from 'fflate';
import { cifar10ClassNames, readCifar10 } from '../src/datasets/cifar.ts';
import type { ImageSplit } from '../src/datasets/dataset.ts';
import { makeIdx, makeNpy, makePng, makeTarGz, makeZip } from '../src/datasets/files/testing.ts';
import { added, openData, store } from './data-helpers.ts';
import { expect, test } from './lab.ts';
import {
  chooseSettings,
  openOverview,
  quickSettings,
  startButton,
  status,
} from './storage-helpers.ts';

const folder = join(import.meta.dirname, '../../shared/data/cifar10-subset');
const missing = !existsSync(folder);
// What is not there within a minute will not come: better said than waited for.
test.use({ actionTimeout: 60_000 });
test.skip(missing, `needs CIFAR-10 images in ${folder}`);

const binaries = missing
  ? []
  : ['train_4000.bin', 'test_1000.bin'].map((name) => ({
      name,
      bytes: new Uint8Array(readFileSync(join(folder, name))),
    }));
const recordBytes = 3073;
const imageBytes = 3072;
/** The first `count` images of a file. */
const some = (file: number, count: number): ImageSplit =>
  readCifar10([{ name: '', bytes: binaries[file]!.bytes.subarray(0, count * recordBytes) }]);
const imageOf = ({ images }: ImageSplit, i: number) =>
  images.subarray(i * imageBytes, (i + 1) * imageBytes);

interface Case {
  files: { name: string; mimeType: string; buffer: Buffer }[];
  name: string;
  /** What must be stored. */
  train: { images: Uint8Array; labels: ArrayLike<number> };
  test: { images: Uint8Array; labels: ArrayLike<number> };
}

const upload = (name: string, bytes: Uint8Array) => ({
  name,
  mimeType: 'application/octet-stream',
  buffer: Buffer.from(bytes),
});

const cases: Record<string, () => Case> = {
  'CIFAR-10 .bin files': () => ({
    files: binaries.map(({ name, bytes }) => upload(name, bytes)),
    name: '2 files',
    train: some(0, 4000),
    test: some(1, 1000),
  }),
  'a CIFAR-10 .tar.gz archive': () => ({
    files: [
      upload(
        'cifar-10-binary.tar.gz',
        makeTarGz({
          'cifar-10-batches-bin/data_batch_1.bin': binaries[0]!.bytes.subarray(
            0,
            800 * recordBytes,
          ),
          'cifar-10-batches-bin/test_batch.bin': binaries[1]!.bytes.subarray(0, 200 * recordBytes),
        }),
      ),
    ],
    name: 'cifar-10-binary',
    train: some(0, 800),
    test: some(1, 200),
  }),
  'IDX files': () => {
    // One channel: red.
    const red = (split: ImageSplit) => ({
      images: split.images.filter((_, i) => i % 3 === 0),
      labels: split.labels,
    });
    const [train, held] = [red(some(0, 600)), red(some(1, 100))];
    return {
      files: [
        upload('train-images-idx3-ubyte.gz', gzipSync(makeIdx([600, 32, 32], train.images))),
        upload('train-labels-idx1-ubyte', makeIdx([600], Uint8Array.from(train.labels))),
        upload('t10k-images-idx3-ubyte', makeIdx([100, 32, 32], held.images)),
        upload('t10k-labels-idx1-ubyte', makeIdx([100], Uint8Array.from(held.labels))),
      ],
      name: '4 files',
      train,
      test: held,
    };
  },
  'a zip of PNG images in class folders': () => {
    const files: Record<string, Uint8Array> = {};
    /** In order of class names, then of numbers: as the folders are read. */
    const placed = (split: ImageSplit, under: string) => {
      const order = Array.from(split.labels, (label, i) => ({
        i,
        name: cifar10ClassNames[label]!,
      })).sort((a, b) => (a.name === b.name ? a.i - b.i : a.name < b.name ? -1 : 1));
      for (const { i, name } of order)
        files[`${under}/${name}/${String(i).padStart(4, '0')}.png`] = makePng(
          imageOf(split, i),
          32,
          32,
        );
      const images = new Uint8Array(split.images.length);
      order.forEach(({ i }, slot) => images.set(imageOf(split, i), slot * imageBytes));
      return { images, labels: order.map(({ name }) => cifar10ClassNames.indexOf(name)) };
    };
    const train = placed(some(0, 600), 'train');
    const held = placed(some(1, 100), 'test');
    return { files: [upload('photos.zip', makeZip(files))], name: 'photos', train, test: held };
  },
  'a NumPy .npz archive': () => {
    const [train, held] = [some(0, 600), some(1, 100)];
    const npz = makeZip({
      'x_train.npy': makeNpy('|u1', [600, 32, 32, 3], train.images),
      'y_train.npy': makeNpy(
        '<i8',
        [600],
        new Uint8Array(BigInt64Array.from(train.labels, BigInt).buffer),
      ),
      'x_test.npy': makeNpy('|u1', [100, 32, 32, 3], held.images),
      'y_test.npy': makeNpy('|u1', [100, 1], Uint8Array.from(held.labels)),
    });
    return { files: [upload('cifar.npz', npz)], name: 'cifar', train, test: held };
  },
};

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
/** What the next search takes. */
async function chosen(page: Page): Promise<{ id: string; name: string }> {
  await page.keyboard.press(',');
  const dialog = page.getByRole('dialog', { name: 'Settings of the next search' });
  const images = dialog.getByRole('combobox', { name: 'Images' });
  const id = await images.inputValue();
  const name = await images.locator('option:checked').innerText();
  await dialog.getByRole('button', { name: 'Close' }).click();
  return { id, name };
}

interface StoredSet {
  id: string;
  name: string;
  train: { sha256: string; labels: number[] };
  test: { sha256: string; labels: number[] };
}

/** Everything in the browser's store of data sets, read beside the lab. */
function storedSets(page: Page): Promise<{ sets: StoredSet[]; chunks: number }> {
  return page.evaluate(async () => {
    const result = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error!);
      });
    const database = await result(indexedDB.open('mgas-datasets'));
    const all = database.transaction(['datasets', 'chunks']);
    type Labels = Record<'train' | 'test', Uint8Array>;
    const records = (await result(all.objectStore('datasets').getAll())) as {
      id: string;
      name: string;
      labels: Labels;
    }[];
    const chunks = await result(all.objectStore('chunks').count());
    const sets = [];
    for (const { id, name, labels } of records) {
      const split = async (which: 'train' | 'test') => {
        const parts = (await result(
          database
            .transaction('chunks')
            .objectStore('chunks')
            .getAll(IDBKeyRange.bound([id, which], [id, which, []])),
        )) as Uint8Array<ArrayBuffer>[];
        const digest = await crypto.subtle.digest('SHA-256', await new Blob(parts).arrayBuffer());
        return {
          sha256: Array.from(new Uint8Array(digest), (byte) =>
            byte.toString(16).padStart(2, '0'),
          ).join(''),
          labels: [...labels[which]],
        };
      };
      sets.push({ id, name, train: await split('train'), test: await split('test') });
    }
    database.close();
    return { sets, chunks };
  });
}

test('each kind of file is stored to the byte, and a search starts on it', async ({
  lab: page,
}) => {
  test.setTimeout(600_000);
  await chooseSettings(page, { ...quickSettings, reportEvery: 1 });
  for (const [kind, make] of Object.entries(cases)) {
    await test.step(kind, async () => {
      const { files, name, train, test: held } = make();
      await openData(page);
      await page.getByLabel('Files of a data set').setInputFiles(files);
      await store(page);
      await expect(added(page)).toBeVisible();
      await page.getByRole('button', { name: 'Dismiss' }).click();
      const { sets } = await storedSets(page);
      const { id: choice } = await chosen(page);
      const stored = sets.find(({ id }) => id === choice);
      expect(stored?.name).toBe(name);
      expect(stored?.train).toEqual({
        sha256: sha256(train.images),
        labels: Array.from(train.labels),
      });
      expect(stored?.test).toEqual({
        sha256: sha256(held.images),
        labels: Array.from(held.labels),
      });

      await openOverview(page);
      await startButton(page).click();
      await expect(status(page)).toHaveText(/Stage 1 of/, { timeout: 120_000 });
      // Its first steps are there once a moment of it can be chosen, in any view of the run.
      await page.getByRole('link', { name: 'Overview', exact: true }).click();
      await expect(page.getByRole('slider', { name: 'Step of the run' })).toHaveAttribute(
        'aria-valuetext',
        /step [1-9]/i,
        { timeout: 120_000 },
      );
      await page.getByRole('button', { name: 'Stop', exact: true }).click();
      await expect(status(page)).toHaveText(/^Stopped/);
    });
  }
  expect((await storedSets(page)).sets.length).toBe(5);
});

test('a set is viewed and deleted', async ({ lab: page }) => {
  await openData(page);
  await page.getByLabel('Folder of a data set').setInputFiles(folder);
  await store(page);
  await expect(added(page)).toBeVisible();
  await expect(page.getByRole('heading', { name: 'cifar10-subset' })).toBeVisible();
  await expect(page.getByText('32 × 32 pixels, colour')).toBeVisible();
  await expect(page.getByText('1 to 60 of 4,000')).toBeVisible();
  await page.getByLabel('Class', { exact: true }).selectOption('frog');
  await page.getByLabel('Split', { exact: true }).selectOption('test');
  await expect(page.getByText(/1 to 60 of \d{2,3}$/)).toBeVisible();
  await page.getByRole('button', { name: 'Class balance', exact: false }).click();
  await expect(page.getByRole('row', { name: /^frog/ })).toBeVisible();
  await page.getByRole('combobox', { name: 'Cutout' }).selectOption('8');
  await expect(page.getByRole('img', { name: /each original and in 6 epochs/ })).toBeVisible();

  // Chosen still after a reload; gone, with all of its images, once it is deleted.
  await page.reload();
  await expect.poll(async () => (await chosen(page)).name).toBe('cifar10-subset');
  await page.getByRole('button', { name: 'Delete cifar10-subset' }).click();
  await page.getByRole('alert').getByRole('button', { name: 'Delete' }).click();
  await expect.poll(async () => (await chosen(page)).id).toBe('fashion-mnist');
  expect(await storedSets(page)).toEqual({ sets: [], chunks: 0 });
});

test('damaged files are named, and nothing is stored', async ({ lab: page }) => {
  await openData(page);
  const choose = page.getByLabel('Files of a data set');
  await test.step('a truncated file', async () => {
    await choose.setInputFiles(upload('data_batch_1.bin', binaries[0]!.bytes.subarray(0, 10_000)));
    await expect(page.getByRole('alert')).toContainText(
      /data_batch_1\.bin: size: expected a multiple of 3073 bytes .*found 10000/,
    );
    await page.getByRole('button', { name: 'Dismiss' }).click();
  });
  const split = some(0, 40);
  const photos = Object.fromEntries(
    Array.from({ length: 40 }, (_, i) => [
      `${i % 2 ? 'odd' : 'even'}/${i}.png`,
      makePng(imageOf(split, i), 32, 32),
    ]),
  );
  photos['odd/7.png'] = photos['odd/7.png']!.subarray(0, 500);
  await test.step('an unreadable image: rejected by the user', async () => {
    await choose.setInputFiles(upload('photos.zip', makeZip(photos)));
    await store(page);
    await expect(page.getByText('1 of 40 images cannot be read.')).toBeVisible();
    await expect(page.getByText(/odd\/7\.png: byte \d+: expected all of chunk IDAT/)).toBeVisible();
    await page.getByRole('button', { name: 'Store nothing' }).click();
    await expect(page.getByRole('alert')).toContainText('1 of 40 images cannot be read');
    expect(await storedSets(page)).toEqual({ sets: [], chunks: 0 });
  });
  await test.step('or skipped by the user', async () => {
    await choose.setInputFiles(upload('photos.zip', makeZip(photos)));
    await store(page);
    await page.getByRole('button', { name: 'Skip it' }).click();
    await expect(added(page)).toBeVisible();
    await expect(
      page.getByText('1 of 40 images could not be read and are excluded.').first(),
    ).toBeVisible();
  });
});

test('all 60,000 images of Fashion-MNIST have its mean and deviation', async ({ lab: page }) => {
  const full = '/usr/share/datasets/fashion-mnist';
  test.skip(!existsSync(full), `needs Debian's package dataset-fashion-mnist in ${full}`);
  await openData(page);
  await page.getByLabel('Folder of a data set').setInputFiles(full);
  await store(page);
  await expect(added(page)).toBeVisible();
  const figures = page.getByRole('region', { name: 'fashion-mnist', exact: true });
  await expect(figures).toContainText('60,000');
  await expect(figures).toContainText(/Mean, of 10\.2860/);
  await expect(figures).toContainText(/Standard deviation, of 10\.353\d/);
});
