/** The Data view in browser tests: files in, what was stored out. */
import type { Page } from '@playwright/test';
import { expect } from './lab.ts';

export const openData = (page: Page) =>
  page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Data' }).click();

/** Stores what the preview shows. */
export async function store(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Store', exact: true }).click();
}

export const added = (page: Page) => page.getByText(/is stored and selected for the next search/);

export interface StoredArrays {
  size: number;
  channels: number;
  classNames: string[];
  train: { images: Uint8Array; labels: number[] };
  test: { images: Uint8Array; labels: number[] };
}

/** The set that the next search takes, as it lies in the browser's store. */
export async function chosenArrays(page: Page): Promise<StoredArrays> {
  const id = await page.evaluate(() => localStorage.getItem('mgas-lab.dataset'));
  const stored = await page.evaluate(async (wanted) => {
    const result = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error!);
      });
    const database = await result(indexedDB.open('mgas-datasets'));
    const record = (await result(
      database.transaction('datasets').objectStore('datasets').get(wanted!),
    )) as {
      size: number;
      channels: number;
      classNames: string[];
      labels: Record<'train' | 'test', Uint8Array>;
    };
    const split = async (which: 'train' | 'test') => {
      const parts = (await result(
        database
          .transaction('chunks')
          .objectStore('chunks')
          .getAll(IDBKeyRange.bound([wanted, which], [wanted, which, []])),
      )) as Uint8Array<ArrayBuffer>[];
      const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
      let text = '';
      for (let at = 0; at < bytes.length; at += 8192)
        text += String.fromCharCode(...bytes.subarray(at, at + 8192));
      return { images: btoa(text), labels: [...record.labels[which]] };
    };
    const [train, test] = [await split('train'), await split('test')];
    database.close();
    const { size, channels, classNames } = record;
    return { size, channels, classNames, train, test };
  }, id);
  const decoded = ({ images, labels }: { images: string; labels: number[] }) => ({
    images: new Uint8Array(Buffer.from(images, 'base64')),
    labels,
  });
  return { ...stored, train: decoded(stored.train), test: decoded(stored.test) };
}

export type ImportOutcome = { stored: true } | { stored: false; message: string };

/** Chooses files or a folder, and goes as far as the lab lets go. @param skip leaves unreadable images out */
export async function importFiles(
  page: Page,
  input: 'Files of a data set' | 'Folder of a data set',
  path: string,
  { skip, size, labels }: { skip: boolean; size: number; labels: 'fine' | 'coarse' },
): Promise<ImportOutcome> {
  const dismiss = page.getByRole('button', { name: 'Dismiss' });
  if (await dismiss.isVisible()) await dismiss.click();
  await page.getByLabel('Photos to', { exact: true }).selectOption(String(size));
  await page.getByLabel('CIFAR-100', { exact: true }).selectOption(labels);
  await page.getByLabel(input, { exact: true }).setInputFiles(path);
  const storeButton = page.getByRole('button', { name: 'Store', exact: true });
  const refused = page.locator('.import-outcome[data-ok=false]');
  const done = page.locator('.import-outcome[data-ok=true]');
  await expect(storeButton.or(refused).first()).toBeVisible();
  if (await refused.isVisible())
    return { stored: false, message: (await refused.textContent()) ?? '' };
  if (await storeButton.isDisabled()) {
    const message = (await page.locator('.import-preview').textContent()) ?? '';
    await page.getByRole('button', { name: 'Discard' }).click();
    return { stored: false, message };
  }
  await storeButton.click();
  const question = page.getByRole('button', { name: 'Store nothing' });
  await expect(done.or(refused).or(question).first()).toBeVisible();
  if (await question.isVisible()) {
    if (skip) await page.getByRole('button', { name: /Leave (it|them) out/ }).click();
    else await question.click();
    await expect(done.or(refused).first()).toBeVisible();
  }
  if (await done.isVisible()) return { stored: true };
  return { stored: false, message: (await refused.textContent()) ?? '' };
}
