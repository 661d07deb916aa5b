/** A search small enough for the software adapter, chosen as a user would: from a run's file, by "Use settings". */
import { readFile } from 'node:fs/promises';
import { expect } from '@playwright/test';
import type { Locator, Page } from '@playwright/test';
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

/** At least 200 steps, whatever it finds: ten interruptions, each up to nine steps after the last, take half of them. */
export const longSettings: SearchSettings = {
  ...quickSettings,
  data: { ...quickSettings.data, trainImages: 320 },
  targetParameters: 1,
  joint: { warmUpEpochs: 1, maxEpochs: 8 },
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

/** The run's buttons and sentence stand over views of a run only. */
export async function openOverview(page: Page): Promise<void> {
  await page
    .getByRole('navigation', { name: 'Views' })
    .getByRole('link', { name: 'Overview' })
    .click();
  await expect(page.getByRole('region', { name: 'Search', exact: true })).toBeVisible();
}

/** The sheet with the settings of the next search, from a view of a run. */
export async function openSettings(page: Page): Promise<Locator> {
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  return page.getByRole('dialog', { name: 'Settings of the next search' });
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
  await openOverview(page);
}

export const status = (page: Page) =>
  page.getByRole('region', { name: 'Search', exact: true }).getByRole('status');
/** Milliseconds without a step after which a search counts as stuck: a start, which compiles programs, has none for long. */
const leastPatience = 120_000;
/** A search is stuck when it takes so many times the longest wait for a step that this process has seen. */
const slack = 6;
let longestWait = 0;

/**
 * Waits for something that a search comes to, as long as the search moves: by no clock of its own, so that a machine
 * busy with other work takes longer and fails nothing.
 * @param look what shows that it moves (any change of it), and whether it has arrived.
 */
export async function whileItMoves(
  page: Page,
  look: () => Promise<{ moved: unknown; arrived: boolean }>,
): Promise<void> {
  let last = '';
  let since = Date.now();
  for (;;) {
    const { moved, arrived } = await look();
    if (arrived) return;
    const now = JSON.stringify(moved);
    const waited = Date.now() - since;
    if (now !== last) {
      longestWait = Math.max(longestWait, last === '' ? 0 : waited);
      [last, since] = [now, Date.now()];
    } else if (waited > Math.max(leastPatience, slack * longestWait)) {
      throw new Error(`the search has not moved for ${Math.round(waited / 1000)} s: ${now}`);
    }
    await page.waitForTimeout(150);
  }
}

/** Until the page says that the search is over. */
export async function searchOver(page: Page, text = /^(Finished|Stopped)/): Promise<void> {
  const bar = page.getByRole('region', { name: 'Search', exact: true });
  await whileItMoves(page, async () => {
    // Sentence and clock follow every event.
    const shown = await bar.innerText();
    return { moved: shown, arrived: text.test(await status(page).innerText()) };
  });
}

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

/** The run of the search, which is not the library's entry for the settings. */
export const storedRun = async (page: Page) =>
  (await storedRuns(page)).find(({ id }) => id !== 'settings')!;

/** Resolves once the stored run has come so far, or has ended. */
export async function reached(
  page: Page,
  arrived: (run: {
    status: string;
    checkpointStep: number | null;
    summary: { step: number };
  }) => boolean,
): Promise<void> {
  await whileItMoves(page, async () => {
    const stored = await storedRun(page);
    return {
      moved: stored && [stored.status, stored.summary.step, stored.checkpointStep],
      arrived: stored !== undefined && (stored.status !== 'running' || arrived(stored)),
    };
  });
}
