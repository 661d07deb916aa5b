/** A search small enough for the software adapter, chosen as a user would: from a run's file, by "Use settings". */
import { readFile } from 'node:fs/promises';
import { expect } from '@playwright/test';
import type { Page } from '@playwright/test';
import { paperSettings } from '../src/domain/settings/presets.ts';
import type { SearchSettings } from '../src/domain/settings/schema.ts';

export const quickSettings: SearchSettings = {
  ...paperSettings,
  seed: 7,
  space: {
    cells: 2,
    nodes: 1,
    channels: 4,
    stages: 2,
    stemMultiplier: 1,
    operations: ['skip_connect', 'sep_conv_3x3', 'dil_conv_3x3', 'max_pool_3x3'],
  },
  data: { imageSize: 8, trainImages: 160, validationFraction: 0.2, cropPadding: 0, flip: false },
  batchSize: 16,
  targetParameters: 500,
  regularizer: { ...paperSettings.regularizer, lambda0: 2e-3 },
  optimizers: {
    ...paperSettings.optimizers,
    weights: { ...paperSettings.optimizers.weights, rate: 0.05 },
    weightThresholds: { rate: 0.02 },
  },
  stage: { warmUpEpochs: 1, commitEvery: 1, maxEpochs: 4, endShare: 0.3, patience: 4 },
  joint: { warmUpEpochs: 1, maxEpochs: 4 },
  reportEvery: 2,
};

/** Some hundreds of steps, whatever it finds: long enough to be interrupted many times. */
export const longSettings: SearchSettings = {
  ...quickSettings,
  data: { ...quickSettings.data, trainImages: 320 },
  targetParameters: 1,
  joint: { warmUpEpochs: 1, maxEpochs: 20 },
};

/** A file as the library saves it, of a run that has not begun. */
export function settingsFile(
  settings: SearchSettings,
  name = 'Settings',
): { name: string; mimeType: string; buffer: Buffer } {
  const file = {
    format: 'mgas-run',
    version: 2,
    id: 'settings',
    name,
    tags: [],
    created: 0,
    dataset: 'fashion-mnist',
    backend: null,
    settings,
    events: [],
    checkpoint: null,
  };
  return {
    name: 'settings.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify(file)),
  };
}

export async function openLibrary(page: Page): Promise<void> {
  await page
    .getByRole('navigation', { name: 'Views' })
    .getByRole('link', { name: 'Library' })
    .click();
  await expect(page.getByRole('searchbox', { name: 'Search runs' })).toBeVisible();
}

export function runRow(page: Page, name: string | RegExp) {
  return page
    .getByRole('listitem')
    .filter({ has: page.getByRole('heading', { name, level: 3, exact: true }) });
}

export async function chooseSettings(page: Page, settings: SearchSettings): Promise<void> {
  await openLibrary(page);
  await page.getByLabel('File to import').setInputFiles(settingsFile(settings));
  await runRow(page, 'Settings').getByRole('button', { name: 'Use settings' }).click();
  await openLibrary(page);
  await runRow(page, 'Settings').getByRole('button', { name: 'Delete' }).click();
  await expect(runRow(page, 'Settings')).toHaveCount(0);
}

export const status = (page: Page) =>
  page.getByRole('region', { name: 'Search', exact: true }).getByRole('status');
export const startButton = (page: Page) => page.getByRole('button', { name: 'Start', exact: true });

/** The text of the architecture that the page hands over. */
export async function downloadedArchitecture(page: Page): Promise<string> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download architecture' }).click(),
  ]);
  return readFile(await download.path(), 'utf8');
}

/** Everything in a store of the lab's database, or all of one run, read beside the lab. */
export function storedRecords<T>(
  page: Page,
  name: string,
  runId: string | null = null,
): Promise<T[]> {
  return page.evaluate(
    ([store, id]) =>
      new Promise<T[]>((resolve, reject) => {
        const opening = indexedDB.open('mgas-lab');
        opening.onerror = () => reject(opening.error!);
        opening.onsuccess = () => {
          const all = opening.result
            .transaction(store)
            .objectStore(store)
            .getAll(id === null ? null : IDBKeyRange.bound([id, 0], [id, Infinity]));
          all.onsuccess = () => {
            opening.result.close();
            resolve(all.result as T[]);
          };
        };
      }),
    [name, runId] as const,
  );
}

interface StoredRun {
  id: string;
  name: string;
  status: string;
  events: number;
  checkpointStep: number | null;
  summary: { step: number };
}

export const storedRuns = (page: Page): Promise<StoredRun[]> =>
  storedRecords<StoredRun>(page, 'runs');

export async function storedEvents(
  page: Page,
  id: string,
): Promise<{ type: string; step: number }[]> {
  const batches = await storedRecords<{ events: { type: string; step: number }[] }>(
    page,
    'events',
    id,
  );
  return batches.flatMap(({ events }) => events).map(({ type, step }) => ({ type, step }));
}
