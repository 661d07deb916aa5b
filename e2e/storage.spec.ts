/**
 * Nothing that was found is lost: killed pages, lost devices, two tabs, full and forbidden storage, older databases.
 * Over 250 lines: all ways of losing a run share one page and its helpers.
 */
import { test as base, expect } from '@playwright/test';
import type { BrowserContext, Page } from '@playwright/test';
import { sampleRun } from '../src/engine/search/testing/sample-run.ts';
import type { SearchSettings } from '../src/domain/settings/schema.ts';
import {
  chooseSettings,
  downloadedArchitecture,
  longSettings,
  openLibrary,
  quickSettings,
  reached,
  runRow,
  searchOver,
  startButton,
  storedEvents,
  storedRun,
} from './storage-helpers.ts';

const kills = 10;
const losses = 5;
/** For what the page says at once, beside whatever else the machine does. */
const patience = 180_000;

/** What an uninterrupted search by these settings finds, once for all tests that compare with it. */
const uninterrupted = new Map<SearchSettings, string>();
type Find = (settings?: SearchSettings) => Promise<string>;
const test = base.extend<{ expected: Find }>({
  expected: async ({ browser, baseURL }, use) => {
    await use(async (settings = quickSettings) => {
      let found = uninterrupted.get(settings);
      if (found === undefined) {
        const context = await browser.newContext({ baseURL, serviceWorkers: 'block' });
        const page = await begin(context, settings);
        await searchOver(page);
        found = await downloadedArchitecture(page);
        await context.close();
        uninterrupted.set(settings, found);
      }
      return found;
    });
  },
});
// Not what ends a test: each wait ends by itself where a search stops moving.
test.setTimeout(1_500_000);

async function begin(context: BrowserContext, settings = quickSettings): Promise<Page> {
  const page = await context.newPage();
  await page.goto('/');
  await chooseSettings(page, settings);
  await startButton(page).click();
  return page;
}

test(`a search whose page is killed ${kills} times gives the result of an uninterrupted one`, async ({
  context,
  expected,
}) => {
  const whole = await expected(longSettings);
  let page = await begin(context, longSettings);
  await reached(page, ({ checkpointStep }) => checkpointStep !== null);
  let killed = 0;
  // Not Math.random: a failure shall come again.
  let random = 12345;
  for (; killed < kills; killed++) {
    random = (random * 1_103_515_245 + 12_345) % 2 ** 31;
    const from = (await storedRun(page)).summary.step;
    await reached(page, ({ summary }) => summary.step >= from + 1 + (random % 9));
    if ((await storedRun(page)).status !== 'running') break;
    if (random % 2) await crash(page);
    await page.close();
    page = await context.newPage();
    await page.goto('/');
    await page
      .getByRole('button', { name: /^Resume from step/ })
      .first()
      .click();
  }
  expect(killed, 'kills before the search was over').toBe(kills);
  await searchOver(page);
  expect(await downloadedArchitecture(page)).toBe(whole);
  expect((await storedRun(page)).status).toBe('finished');
  // One stream, whole: every step is reported once, and in order.
  const events = await storedEvents(page, (await storedRun(page)).id);
  const steps = events.filter(({ type }) => type === 'step').map(({ step }) => step);
  expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b));
  expect(events.filter(({ type }) => type === 'started' || type === 'finished')).toHaveLength(2);
});

/** The renderer's process, worker and all. */
async function crash(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const gone = page.waitForEvent('crash');
  void session.send('Page.crash').catch(() => {});
  await gone;
}

/** Puts code in front of every worker's: the product has no door for it. */
async function beforeWorker(context: BrowserContext, code: string): Promise<void> {
  await context.route(/lab\.worker-[^/]*\.js$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${code}\n${await response.text()}` });
  });
}

/** `lose` destroys the device in use; `doom` every one from then on, as soon as it is there. */
const losable = `
  const request = GPUAdapter.prototype.requestDevice;
  let doomed = false;
  GPUAdapter.prototype.requestDevice = async function (...args) {
    const device = await request.apply(this, args);
    if (doomed) setTimeout(() => device.destroy(), 50);
    new BroadcastChannel('test-device').onmessage = ({ data }) => {
      doomed ||= data === 'doom';
      device.destroy();
    };
    return device;
  };`;

const tellDevice = (page: Page, what: 'lose' | 'doom') =>
  page.evaluate((message) => new BroadcastChannel('test-device').postMessage(message), what);

test(`a search whose device is lost ${losses} times resumes by itself, with the same result`, async ({
  context,
  expected,
}) => {
  await beforeWorker(context, losable);
  const page = await begin(context);
  let lost = 0;
  for (; lost < losses; lost++) {
    const from = (await storedRun(page))?.checkpointStep ?? 0;
    await reached(page, ({ checkpointStep }) => (checkpointStep ?? 0) > from);
    if ((await storedRun(page)).status !== 'running') break;
    await tellDevice(page, 'lose');
  }
  expect(lost).toBe(losses);
  await searchOver(page);
  expect(await downloadedArchitecture(page)).toBe(await expected());
  const events = await storedEvents(page, (await storedRun(page)).id);
  expect(events.filter(({ type }) => type === 'device-lost')).toHaveLength(losses);
});

test('three device losses in a row end a search with advice, and it can be resumed', async ({
  context,
  expected,
}) => {
  await beforeWorker(context, losable);
  const page = await begin(context);
  await reached(page, ({ checkpointStep }) => checkpointStep !== null);
  await tellDevice(page, 'doom');
  await expect(page.getByRole('alert')).toContainText('lost 3 times in a row', {
    timeout: patience,
  });
  await expect(page.getByRole('alert')).toContainText('resume from the library');
  // A fresh worker has a device that lives.
  await openLibrary(page);
  await runRow(page, /2 cells/)
    .getByRole('button', { name: /^Resume/ })
    .click();
  await searchOver(page);
  expect(await downloadedArchitecture(page)).toBe(await expected());
});

test('two tabs on one run: one writes, the other watches, and takes over when the first is closed', async ({
  context,
  expected,
}) => {
  const writer = await begin(context);
  await reached(writer, ({ checkpointStep }) => checkpointStep !== null);
  const watcher = await context.newPage();
  await watcher.goto('/');
  await openLibrary(watcher);
  const row = runRow(watcher, /2 cells/);
  await expect(row.getByRole('button', { name: 'Watch' })).toBeVisible();
  await expect(row.getByRole('button', { name: /^Resume/ })).toHaveCount(0);
  await expect(row.getByRole('button', { name: 'Delete' })).toBeDisabled();
  await row.getByRole('button', { name: 'Watch' }).click();
  await expect(watcher.getByText('You are watching a search of another tab.')).toBeVisible();

  await writer.close();
  const goOn = watcher.getByRole('button', { name: /^Resume from step/ }).first();
  await expect(goOn).toBeVisible();
  // Somebody else is faster: the run is theirs.
  const { id } = await storedRun(watcher);
  await watcher.evaluate(
    (name) =>
      void navigator.locks.request(
        name,
        () =>
          new Promise((release) => ((window as unknown as { release: unknown }).release = release)),
      ),
    `mgas-run:${id}`,
  );
  await goOn.click();
  await expect(watcher.getByRole('alert')).toContainText('running in another tab already');
  await watcher.evaluate(() => (window as unknown as { release: () => void }).release());
  await openLibrary(watcher);
  await runRow(watcher, /2 cells/)
    .getByRole('button', { name: /^Resume/ })
    .click();
  await searchOver(watcher);
  expect(await downloadedArchitecture(watcher)).toBe(await expected());
});

test('no storage left: reported, the search continues, and is fully stored once there is storage', async ({
  context,
  baseURL,
}) => {
  const page = await begin(context, longSettings);
  await reached(page, ({ checkpointStep }) => checkpointStep !== null);
  const session = await context.newCDPSession(page);
  const { origin } = new URL(baseURL!);
  // Nothing more fits. Chromium believes what it knows of the room for a while: until then the search waits.
  const { usage } = await page.evaluate(() => navigator.storage.estimate());
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: usage! });
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await page.waitForTimeout(35_000);
  await page.getByRole('button', { name: 'Resume', exact: true }).click();
  await expect(page.getByRole('alert')).toContainText('is currently not stored', {
    timeout: patience,
  });
  await expect(page.getByRole('alert')).toContainText('no more storage');
  const { step } = (await storedRun(page)).summary;
  // It goes on to its end in memory, and the download works.
  await searchOver(page);
  expect(JSON.parse(await downloadedArchitecture(page))).toMatchObject({
    format: 'mgas-architecture',
  });
  expect((await storedRun(page)).summary.step).toBe(step);
  await session.send('Storage.overrideQuotaForOrigin', { origin });
  await expect(page.getByRole('alert')).toHaveCount(0, { timeout: patience });
  const { id, status: state, events: count, summary } = await storedRun(page);
  expect(state).toBe('finished');
  expect(summary.step).toBeGreaterThan(step);
  const events = await storedEvents(page, id);
  expect(events).toHaveLength(count);
  expect(events.at(-1)!.type).toBe('finished');
});

test('storage blocked: reported, and the result can still be saved', async ({
  context,
  expected,
}) => {
  const forbidden =
    'Object.defineProperty(globalThis, "indexedDB", { value: { open() { throw new DOMException("no", "SecurityError"); } } });';
  await context.addInitScript(forbidden);
  await beforeWorker(context, forbidden);
  const page = await context.newPage();
  await page.goto('/');
  await expect(page.getByRole('alert')).toContainText('Searches are not stored');
  await chooseSettings(page, quickSettings);
  await startButton(page).click();
  await searchOver(page);
  expect(await downloadedArchitecture(page)).toBe(await expected());
  await openLibrary(page);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    runRow(page, /In this tab only/)
      .getByRole('button', { name: 'Save', exact: true })
      .click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^mgas-run-.*\.json$/);
});

test('no graphics memory: a smaller batch is offered and used', async ({ context }) => {
  await beforeWorker(
    context,
    'GPUDevice.prototype.createBuffer = () => { throw new RangeError("createBuffer failed: out of memory"); };',
  );
  const page = await begin(context);
  await expect(page.getByRole('alert')).toContainText('out of memory', { timeout: patience });
  await page.getByRole('button', { name: 'Start with a batch of 8' }).click();
  await expect(page.getByRole('button', { name: 'Start with a batch of 4' })).toBeVisible({
    timeout: patience,
  });
});

test('a version-1 database is upgraded, and its runs are shown', async ({ context }) => {
  const { settings, events } = await sampleRun();
  const page = await context.newPage();
  await page.goto('/architecture.schema.json');
  await page.evaluate(
    ({ settings, events }) =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open('mgas-lab', 1);
        opening.onupgradeneeded = () => {
          opening.result.createObjectStore('runs', { keyPath: 'id' });
          opening.result.createObjectStore('events', { keyPath: ['runId', 'first'] });
        };
        opening.onerror = () => reject(opening.error!);
        opening.onsuccess = () => {
          const transaction = opening.result.transaction(['runs', 'events'], 'readwrite');
          transaction.objectStore('runs').put({
            id: 'old',
            name: 'Of version 1',
            created: 1,
            status: 'running',
            settings,
            dataset: 'fashion-mnist',
          });
          for (let first = 0; first < events.length; first += 20)
            transaction
              .objectStore('events')
              .put({ runId: 'old', first, events: events.slice(first, first + 20) });
          transaction.oncomplete = () => {
            opening.result.close();
            resolve();
          };
        };
      }),
    { settings, events },
  );
  await page.goto('/');
  await openLibrary(page);
  const row = runRow(page, 'Of version 1');
  await expect(row).toContainText('finished');
  await row.getByRole('button', { name: 'Open' }).click();
  await expect(page.getByRole('main')).toHaveAttribute('aria-label', 'Overview');
  await expect(page.getByText('No run')).toHaveCount(0);
  expect((await storedEvents(page, 'old')).length).toBe(events.length);
});
