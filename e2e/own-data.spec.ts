/** Data of one's own: limits come from the chosen set, and a training takes the images that its run was searched on. */
import type { Page } from '@playwright/test';
import { store } from './data-helpers.ts';
import { makeIdx, makePng, makeZip } from '../src/datasets/files/testing.ts';
import { expect, test } from './lab.ts';
import {
  chooseSettings,
  openLibrary,
  openOverview,
  openSettings,
  quickSettings,
  reached,
  startButton,
  status,
} from './storage-helpers.ts';

const classes = ['circle', 'cross', 'square', 'stripes'];
const side = 8;

/** RGB images of a class: one bright quarter each, and a pixel that makes every image another. */
function picture(label: number, number: number): Uint8Array {
  const pixels = new Uint8Array(side * side * 3).fill(20);
  for (let y = 0; y < side / 2; y++)
    for (let x = 0; x < side / 2; x++)
      pixels.fill(
        230,
        3 * ((y + (label >> 1) * 4) * side + x + (label & 1) * 4),
        3 * ((y + (label >> 1) * 4) * side + x + (label & 1) * 4) + 3,
      );
  pixels[(3 * number) % pixels.length] = number % 251;
  return pixels;
}

function shapes(train: number, held: number) {
  const files: Record<string, Uint8Array> = {};
  for (const [split, count] of Object.entries({ train, test: held }))
    for (let i = 0; i < count; i++)
      files[`${split}/${classes[i % 4]}/${String(i).padStart(4, '0')}.png`] = makePng(
        picture(i % 4, i + (split === 'test' ? 7_000 : 0)),
        side,
        side,
      );
  return upload('shapes.zip', makeZip(files));
}

const upload = (name: string, bytes: Uint8Array) => ({
  name,
  mimeType: 'application/octet-stream',
  buffer: Buffer.from(bytes),
});

/** @param kept as files, if so; else by size, which is as pixels */
async function add(
  page: Page,
  files: ReturnType<typeof upload>[],
  kept: 'files' | null = null,
): Promise<void> {
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Data' }).click();
  await page.getByLabel('Files of a data set').setInputFiles(files);
  if (kept) {
    await page.getByLabel('Kept as', { exact: true }).selectOption(kept);
    await expect(page.getByText(/the files are kept as they are, .* as chosen/)).toBeVisible();
  }
  await store(page);
  await expect(page.getByText('is stored and selected for the next search')).toBeVisible();
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await openOverview(page);
}

async function enterImages(page: Page, count: number): Promise<void> {
  const dialog = await openSettings(page);
  await dialog.getByRole('textbox', { name: 'Images used' }).fill(String(count));
  await dialog.getByRole('button', { name: 'Close' }).click();
}

test('limits of the settings are those of the chosen set', async ({ lab: page }) => {
  await test.step('fewer images than the preset uses: all are used, and Start is enabled', async () => {
    await add(page, [shapes(120, 20)]);
    await expect(startButton(page)).toBeEnabled();
    await openSettings(page);
    await expect(
      page.getByRole('dialog').getByRole('textbox', { name: 'Images used' }),
    ).toHaveValue('0');
    await expect(page.getByRole('dialog').getByText('shapes has 120')).toBeVisible();
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  });
  await test.step('more images than the set has: reported before Start, with their number', async () => {
    await enterImages(page, 500);
    await expect(
      page.getByRole('alert').filter({ hasText: 'shapes has 120 training images' }),
    ).toBeVisible();
    await expect(startButton(page)).toBeDisabled();
  });
  await test.step('more images than the shipped set has, in a larger set', async () => {
    const count = 12_600;
    const images = Uint8Array.from({ length: count * 16 }, (_, i) => (i * 2_654_435_761) >>> 24);
    const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
    await add(page, [
      upload('train-images-idx3-ubyte', makeIdx([count, 4, 4], images)),
      upload('train-labels-idx1-ubyte', makeIdx([count], labels)),
      upload('t10k-images-idx3-ubyte', makeIdx([100, 4, 4], images.subarray(16 * 300, 16 * 400))),
      upload('t10k-labels-idx1-ubyte', makeIdx([100], labels.subarray(0, 100))),
    ]);
    await enterImages(page, 12_500);
    await expect(startButton(page)).toBeEnabled();
  });
});

test('a training uses the data set of its run, reports it, and shows a failure until it is dismissed', async ({
  lab: page,
}) => {
  test.setTimeout(400_000);
  await chooseSettings(page, {
    ...quickSettings,
    data: { ...quickSettings.data, trainImages: 0, randomResizedCrop: true },
  });
  // Stored as its files: search, resumed search and training decode them as they go.
  await add(page, [shapes(160, 40)], 'files');
  await startButton(page).click();
  const stop = async () => {
    // Before its first checkpoint a search cannot be resumed.
    await reached(page, ({ checkpointStep }) => checkpointStep !== null);
    await expect(status(page)).toHaveText(/warming|pruning|measuring/);
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await expect(status(page)).toHaveText(/^Stopped/);
  };
  await stop();
  await openLibrary(page);
  await page
    .getByRole('button', { name: /^Resume/ })
    .first()
    .click();
  await openOverview(page);
  await stop();
  await expect(page.getByLabel('Run on screen')).toContainText('shapes');

  // The next search is set up on other images: what is trained is not.
  const dialog = await openSettings(page);
  await dialog.getByRole('combobox', { name: 'Images', exact: true }).selectOption('Fashion-MNIST');
  await dialog.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('link', { name: 'Retrain' }).click();
  const data = page.getByLabel('Data set', { exact: true });
  await expect(data.locator('option:checked')).toHaveText('shapes (of this run)');
  await expect(data.getByRole('option', { name: /^Fashion-MNIST/ })).toBeDisabled();
  await expect(
    page.getByText('Trained and tested on shapes, on which it was searched'),
  ).toBeVisible();

  await test.step('a failure is shown until it is dismissed', async () => {
    // Deleted in another tab, say: this page does not know yet.
    await page.evaluate(
      () =>
        new Promise<void>((resolve, reject) => {
          const opening = indexedDB.open('mgas-datasets');
          opening.onerror = () => reject(opening.error!);
          opening.onsuccess = () => {
            const transaction = opening.result.transaction('datasets', 'readwrite');
            const store = transaction.objectStore('datasets');
            const all = store.getAll();
            all.onsuccess = () => {
              const [set] = all.result as { id: string }[];
              (window as unknown as { set: unknown }).set = set;
              store.delete(set!.id);
            };
            transaction.oncomplete = () => {
              opening.result.close();
              resolve();
            };
          };
        }),
    );
    await page.getByLabel('Epochs', { exact: true }).fill('2');
    await page.getByRole('button', { name: 'Train from scratch' }).click();
    const failure = page.locator('.training-error');
    await expect(failure).toContainText('not stored in this browser');
    await page.waitForTimeout(2_000);
    await expect(failure).toContainText('not stored in this browser');
    await failure.getByRole('button', { name: 'Dismiss' }).click();
    await expect(failure).toHaveCount(0);
  });

  await test.step('it trains once its images are available again', async () => {
    await page.evaluate(
      () =>
        new Promise<void>((resolve) => {
          const opening = indexedDB.open('mgas-datasets');
          opening.onsuccess = () => {
            const transaction = opening.result.transaction('datasets', 'readwrite');
            transaction.objectStore('datasets').put((window as unknown as { set: unknown }).set);
            transaction.oncomplete = () => {
              opening.result.close();
              resolve();
            };
          };
        }),
    );
    await page.getByRole('button', { name: 'Train from scratch' }).click();
    await expect(page.getByText(/Trained: test accuracy .*\(n = 40, /)).toBeVisible({
      timeout: 120_000,
    });
  });
});
