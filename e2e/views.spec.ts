/**
 * Every view over one real, shortened search: what is on screen equals what the events and the exported JSON say, at the
 * end and at any earlier moment; nothing is inaccessible; nothing blocks the page while the search runs.
 * Over 250 lines: one search is too long to repeat: every view is held against the same one.
 */
import { readdir, readFile } from 'node:fs/promises';
import { constants, setPriority } from 'node:os';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Locator, Page } from '@playwright/test';
import type { Architecture } from '../src/domain/architecture/schema.ts';
import type { SearchEvent } from '../src/domain/events/events.ts';
import { granularities } from '../src/domain/granularities.ts';
import { views } from '../src/app/views/registry.ts';
import type { View } from '../src/app/views/registry.ts';
import type { SearchContract } from '../src/protocol/messages.ts';
import type { WorkerMessage } from '../src/protocol/rpc.ts';
import { readArchitecture } from './architecture.ts';
import { expect, test } from './lab.ts';
import { openSettings } from './storage-helpers.ts';

type EventOf<T extends SearchEvent['type']> = Extract<SearchEvent, { type: T }>;

declare global {
  interface Window {
    searchEvents: SearchEvent[];
    longTasks: { start: number; duration: number; view: string }[];
  }
}

/** Runs before the page: copies of the events that its worker sends, and tasks that held the main thread up. */
function observe(): void {
  window.searchEvents = [];
  window.longTasks = [];
  const Original = window.Worker;
  window.Worker = class extends Original {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options);
      this.addEventListener('message', ({ data }: MessageEvent<WorkerMessage<SearchContract>>) => {
        if (data.kind !== 'events') return;
        for (const one of data.events)
          if (one.type === 'search') window.searchEvents.push(one.event);
      });
    }
  };
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries())
      window.longTasks.push({ start: startTime, duration, view: location.hash });
  }).observe({ type: 'longtask', buffered: true });
}

async function set(page: Page, values: Record<string, number>): Promise<void> {
  const dialog = await openSettings(page);
  await dialog
    .locator('details')
    .evaluateAll((groups) =>
      groups.forEach((group) => ((group as HTMLDetailsElement).open = true)),
    );
  for (const [path, value] of Object.entries(values))
    await dialog.locator(`#setting-${path.replaceAll('.', '-')}`).fill(String(value));
  await dialog.getByRole('button', { name: 'Close' }).click();
}

const levelNames = { operation: 'Operations', filter: 'Filters', weight: 'Weights' } as const;

/** From the menu of a panel. */
async function saveAs(page: Page, panel: string, kind: string): Promise<void> {
  await page.getByLabel(`Save ${panel}`).click();
  await page.getByRole('button', { name: kind, exact: true }).click();
}

async function choose(page: Page, group: string, name: string): Promise<void> {
  await page.getByRole('radiogroup', { name: group }).getByRole('radio', { name }).check();
}

async function open(page: Page, view: View): Promise<void> {
  await page.evaluate(
    (name) =>
      (location.hash = location.hash.startsWith('#/run/')
        ? location.hash.replace(/[\w-]*$/, name)
        : `#/run/current/${name}`),
    view,
  );
  await expect(page.locator(`main .view.${view}`)).toBeVisible();
}

const isRatios = (event: SearchEvent): event is EventOf<'ratios'> => event.type === 'ratios';

/** Numbers in a text: 1,234 is one. */
const numbers = (text: string): number[] =>
  (text.match(/\d[\d,]*(\.\d+)?/g) ?? []).map((number) => Number(number.replaceAll(',', '')));

/** Units left and in all, of each level, as the overview's table has them. */
async function remaining(page: Page): Promise<number[][]> {
  const titles = await page
    .locator('table.remaining tbody tr td:nth-of-type(1)')
    .evaluateAll((cells) => cells.map((cell) => (cell as HTMLElement).title));
  return titles.map(numbers);
}

const countsOf = ({ counts }: Pick<EventOf<'ratios'>, 'counts'>): number[][] =>
  granularities.map((level) => [counts[level].left, counts[level].total]);

/** Names of a listbox's options that are alive. */
const aliveOptions = async (list: Locator): Promise<string[]> =>
  (
    await list
      .getByRole('option')
      .evaluateAll((options) => options.map((option) => option.getAttribute('aria-label') ?? ''))
  ).filter((name) => !name.includes('pruned'));

// Its adapter gives way to the page, so other work on the machine stretches it most.
test.describe.configure({ timeout: 1_200_000 });

test('every view agrees with the events and the exported architecture', async ({
  page,
  baseURL,
}) => {
  await page.addInitScript(observe);
  await page.addInitScript(() => localStorage.setItem('mgas-opening', 'empty'));
  await page.goto(baseURL!);
  // Loading a view's code is not what is measured below.
  for (const view of views) await open(page, view);
  await open(page, 'overview');
  // A fifth of the tiny preset's steps, so thresholds move five to ten times as fast (docs/scaling.md).
  await set(page, {
    ...{ 'data.trainImages': 300, 'stage.maxEpochs': 5, 'joint.maxEpochs': 5, reportEvery: 3 },
    ...{
      'optimizers.thresholds.rate': 1,
      'optimizers.weightThresholds.rate': 0.15,
      'regularizer.lambda0': 0.002,
    },
  });
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  // Its programs are compiled first, on a busy machine for minutes.
  await expect(page.getByRole('slider', { name: 'Step of the run' })).toBeVisible({
    timeout: 240_000,
  });

  await test.step('views follow the running search, and none blocks the page', async () => {
    const begun = await page.evaluate(() => performance.now());
    const browser = page.context().browser()!;
    await yieldToPage(browser);
    await browser.startTracing(page, { categories: ['toplevel'] });
    let rounds = 0;
    do {
      for (const view of views) {
        await open(page, view);
        await page.waitForTimeout(1_200);
      }
      // Stored things have no sentence of the run above them.
      await open(page, 'overview');
      if (rounds++ > 0) continue;
      const busy = longTasks(await browser.stopTracing());
      process.stdout.write(
        `    main-thread tasks over 50 ms of processor time: ${JSON.stringify(busy.map(Math.round))}\n`,
      );
      // How long one takes by the clock is the machine's affair too, and printed below.
      expect(busy, 'main-thread tasks that hold the page up').toEqual([]);
    } while (!(await page.getByText(/^(Finished|Stopped at)/).isVisible()));
    const long = await page.evaluate(
      (since) => window.longTasks.filter(({ start }) => start > since),
      begun,
    );
    process.stdout.write(
      `    long tasks by the clock, after load: ${JSON.stringify(long.map(({ duration, view }) => `${duration} ${view.split('/').at(-1)}`))}\n`,
    );
  });

  const events = await page.evaluate(() => window.searchEvents);
  const of = <T extends SearchEvent['type']>(type: T): EventOf<T>[] =>
    events.filter((event): event is EventOf<T> => event.type === type);
  const last = of('ratios').at(-1)!;
  const units = of('units').at(-1)!;
  let architecture!: Architecture;

  await test.step('overview: remaining units', async () => {
    await open(page, 'overview');
    expect(await remaining(page)).toEqual(countsOf(last));
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download architecture' }).click(),
    ]);
    architecture = await readArchitecture(download);
    expect(await remaining(page)).toEqual(
      granularities.map((level) => [
        architecture.remaining[level].left,
        architecture.remaining[level].total,
      ]),
    );
    expect(numbers(await page.locator('.figures strong').innerText())).toEqual([
      architecture.parameters.active,
    ]);
  });

  await test.step('balance: remaining ratios by cell', async () => {
    await open(page, 'balance');
    await page.getByRole('button', { name: 'Remaining ratio by cell as a table' }).click();
    const rows = await page
      .getByRole('region', { name: 'Remaining ratio by cell, table' })
      .locator('tbody tr')
      .allInnerTexts();
    expect(rows.map((row) => numbers(row).at(-1))).toEqual(
      architecture.cells.map(({ parameters }) => parameters.active),
    );
    await page
      .getByRole('button', { name: 'Parameter reduction by granularity as a table' })
      .click();
    const steps = page.locator('.area-losses tbody tr');
    expect(
      await steps
        .locator('td:nth-of-type(1)')
        .allInnerTexts()
        .then((all) => all.flatMap(numbers)),
    ).toEqual([
      architecture.parameters.superNet,
      architecture.parameters.superNet - architecture.parameters.afterOperations,
      architecture.parameters.afterOperations - architecture.parameters.afterFilters,
      architecture.parameters.afterFilters - architecture.parameters.active,
      architecture.parameters.active,
    ]);
  });

  await test.step('discretization: every unit against its threshold', async () => {
    await open(page, 'discretization');
    for (const { cell, operations, weights } of units.cells) {
      await choose(page, 'Cell', `cell ${cell + 1}`);
      await choose(page, 'Granularity', 'Operations');
      const names = await page
        .getByRole('listbox')
        .getByRole('option')
        .evaluateAll((options) => options.map((option) => option.getAttribute('aria-label') ?? ''));
      expect(names).toHaveLength(operations.importances.length);
      names.forEach((name, unit) => {
        expect(name.includes('pruned')).toBe(operations.alive[unit] === '0');
        if (operations.alive[unit] === '0') return;
        expect(name).toContain(`importance ${operations.importances[unit]!.toFixed(2)}`);
        expect(name).toContain(`threshold ${operations.thresholds[unit]!.toFixed(2)}`);
      });
      const counts = last.cells.find((one) => one.cell === cell)!.counts;
      for (const level of granularities) {
        await choose(page, 'Granularity', levelNames[level]);
        expect(numbers(await page.locator('.summary').innerText()).slice(1, 3)).toEqual([
          counts[level].left,
          counts[level].total,
        ]);
      }
      await page.getByRole('button', { name: /^Weights of cell \d+ as a table$/ }).click();
      const rows = await page
        .getByRole('region', { name: 'Units against thresholds, table' })
        .locator('tbody tr:not([data-dead="true"]) td:nth-of-type(1)')
        .allInnerTexts();
      const sum = (all: readonly number[]): number => all.reduce((a, b) => a + b, 0);
      expect(rows.map((row) => numbers(row)[0])).toEqual(weights.map(({ alive }) => sum(alive)));
      await page.getByRole('button', { name: /^Weights of cell \d+ as a table$/ }).click();
    }
  });

  await test.step('discretization: the threshold that pruned a filter', async () => {
    const told = of('units').filter(({ committed }) => committed);
    const lost = told.flatMap(({ step, cells }) =>
      cells.flatMap(({ cell, filters }) =>
        filters
          .filter(({ unit }) => unit === null)
          .flatMap(({ part, ids, gates, threshold, alive }) =>
            [...alive].flatMap((one, i) =>
              one === '0'
                ? [{ step, cell, part, id: ids?.[i] ?? i, gate: gates[i]! / 1e4, threshold }]
                : [],
            ),
          ),
      ),
    );
    expect(lost.length, 'pruned preprocess filters').toBeGreaterThan(0);
    const { step, cell, part, id, threshold } = lost.at(-1)!;
    await choose(page, 'Cell', `cell ${cell + 1}`);
    await choose(page, 'Granularity', 'Filters');
    await page
      .getByRole('listbox')
      .getByRole('option', { name: `preprocess of input ${part + 1}` })
      .click();
    await page.getByRole('button', { name: 'Filters as a table' }).click();
    const row = page.getByRole('region', { name: 'Filters, table' }).locator('tbody tr').nth(id);
    // Shown with four digits.
    const shown = Number(await row.locator('td:nth-of-type(2)').innerText());
    expect(Math.abs(shown - threshold)).toBeLessThan(5e-4 * Math.max(1, Math.abs(threshold)));
    await expect(row.locator('td:nth-of-type(3)')).toHaveText(
      `pruned by its threshold at step ${step}`,
    );
  });

  await test.step('architecture: the cells of the exported network, and its picture as files', async () => {
    await open(page, 'architecture');
    for (const { index, operations } of architecture.cells) {
      await choose(page, 'Cell', `cell ${index + 1}`);
      expect(await aliveOptions(page.getByRole('listbox'))).toHaveLength(operations.length);
    }
    await choose(page, 'Extent', 'Whole network');
    const [svg] = await Promise.all([
      page.waitForEvent('download'),
      saveAs(page, 'Whole network', 'SVG'),
    ]);
    const text = await readFile(await svg.path(), 'utf8');
    expect(text).toMatch(/^<svg[^>]* width="\d/);
    expect(text).not.toContain('var(');
    expect(text).toContain(`${architecture.parameters.active.toLocaleString('en-US')} parameters`);
    const [png] = await Promise.all([
      page.waitForEvent('download'),
      saveAs(page, 'Whole network', 'PNG'),
    ]);
    expect(
      [...(await readFile(await png.path())).subarray(1, 4)]
        .map((byte) => String.fromCharCode(byte))
        .join(''),
    ).toBe('PNG');
    await choose(page, 'Extent', 'One cell');
  });

  await test.step('trade-off: every measurement', async () => {
    await open(page, 'trade-off');
    await page.getByRole('button', { name: 'Accuracy against size as a table' }).click();
    const rows = await page
      .getByRole('region', { name: 'Accuracy against size, table' })
      .locator('tbody tr')
      .allInnerTexts();
    const expected = of('evaluated').map(({ step, parameters, accuracy }) => [
      step,
      parameters,
      Number((100 * accuracy).toFixed(1)),
    ]);
    expect(rows.map((row) => numbers(row).slice(0, 3)).reverse()).toEqual(expected);
  });

  await test.step('time travel: a commit shows exactly its ratios', async () => {
    await open(page, 'overview');
    const slider = page.getByRole('slider', { name: 'Step of the run' });
    const committed = of('committed');
    for (const commit of [
      committed.at(-1)!,
      committed[Math.floor(committed.length / 2)],
      committed[0],
    ]) {
      for (let i = 0; i < 60 && !(await atCommit(slider, commit!)); i++)
        await page.keyboard.press('Shift+ArrowLeft');
      await expect(slider).toHaveAttribute(
        'aria-valuetext',
        new RegExp(`^commit ${commit!.round}, .*step ${commit!.step}$`),
      );
      expect(await remaining(page)).toEqual(countsOf(commit!));
      expect(numbers(await page.locator('.figures strong').innerText())).toEqual([
        commit!.parameters.active,
      ]);
    }
    await page.keyboard.press('ArrowRight');
    expect(await slider.getAttribute('aria-valuetext')).not.toContain(
      `commit ${committed[0]!.round}, stage 1`,
    );
    await page.keyboard.press('l');
    expect(await remaining(page)).toEqual(countsOf(last));
  });

  const firstRun = /#\/run\/([\w-]+)\//.exec(page.url())![1]!;
  const smaller = Math.floor(architecture.parameters.active * 0.7);
  /** Events of the run that follows the first one. */
  const second = async (): Promise<SearchEvent[]> =>
    (await page.evaluate(() => window.searchEvents)).slice(events.length);

  await test.step('links: a run has an address; an unknown one is reported', async () => {
    const id = /#\/run\/([\w-]+)\/overview/.exec(page.url())?.[1];
    expect(id).toBeTruthy();
    expect(id).not.toBe('current');
    await page.evaluate(() => (location.hash = '#/run/nosuchrun/balance'));
    await expect(page.getByRole('heading', { name: 'No run nosuchrun here' })).toBeVisible();
    await page.evaluate((known) => (location.hash = `#/run/${known}/balance`), id);
    await expect(page.locator('main .view.balance')).toBeVisible();
  });

  await test.step('a finished search continues towards a smaller target, as a new run', async () => {
    await page.getByRole('button', { name: 'Continue…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Continue the search' });
    const target = dialog.getByLabel('Target');
    await target.fill(String(architecture.parameters.active));
    await expect(dialog.getByRole('alert')).toContainText('Target: enter less than');
    await expect(dialog.getByRole('button', { name: 'Continue', exact: true })).toBeDisabled();
    await target.fill(String(smaller));
    await dialog.getByLabel('At most').fill('40');
    await dialog.getByRole('button', { name: 'Continue', exact: true }).click();
    await expect(dialog).toBeHidden();
    await expect.poll(() => page.url(), { timeout: 60_000 }).not.toContain(firstRun);
    await expect
      .poll(async () => (await second()).filter(({ type }) => type === 'committed').length, {
        timeout: 240_000,
      })
      .toBeGreaterThan(0);
    // A quick machine is at the end by then: that will do as well.
    await page
      .getByRole('button', { name: 'Stop', exact: true })
      .click({ timeout: 5_000 })
      .catch(() => {});
    await expect
      .poll(async () => (await second()).at(-1)?.type, { timeout: 120_000 })
      .toMatch(/^(stopped|finished)$/);
    // What was pruned stays pruned, and more of it goes.
    expect((await second()).findLast(isRatios)!.parameters.active).toBeLessThan(
      architecture.parameters.active,
    );
  });

  await test.step('balance: the two runs side by side, also from a link', async () => {
    await open(page, 'balance');
    const ratios = (await second()).findLast(isRatios)!;
    await page.getByLabel('Compare with').selectOption(firstRun);
    const shares = ({ counts, parameters }: EventOf<'ratios'>): number[] => [
      ...granularities.map((level) => Math.round((100 * counts[level].left) / counts[level].total)),
      parameters.active,
    ];
    const rows = page.getByRole('region', { name: 'Balance of the two runs' }).locator('tbody tr');
    const shown = async (row: number): Promise<number[]> =>
      numbers(await rows.nth(row).innerText())
        .slice(1, 6)
        .map(Math.round);
    const check = async (): Promise<void> => {
      await expect(rows).toHaveCount(2);
      await expect.poll(() => shown(0)).toEqual([...shares(ratios), smaller]);
      await expect.poll(() => shown(1)).toEqual([...shares(last), 6_000]);
      await expect(page.getByRole('heading', { name: /, compared run$/ })).toHaveCount(3);
    };
    await check();
    await expect.poll(() => page.url()).toMatch(new RegExp(`balance\\?beside=${firstRun}$`));
    const { violations } = await new AxeBuilder({ page })
      .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'])
      .analyze();
    expect(violations.map(({ id, nodes }) => `${id} ${nodes[0]!.target.join(' ')}`)).toEqual([]);
    await page.reload();
    await check();
    await page
      .getByRole('region', { name: 'Two runs side by side' })
      .getByRole('button', { name: 'Close' })
      .click();
    await expect(page.getByRole('heading', { name: /, compared run$/ })).toHaveCount(0);
    await page.evaluate((id) => (location.hash = `#/run/${id}/balance`), firstRun);
    await expect(page.locator('main .view.balance')).toBeVisible();
  });

  await test.step('axe finds no problem in any view in either theme', async () => {
    const found: string[] = [];
    for (const theme of ['light', 'dark'] as const) {
      if ((await page.locator('html').getAttribute('data-theme')) !== theme)
        await page.keyboard.press('t');
      for (const view of views) {
        await open(page, view);
        await page.waitForTimeout(300);
        const { violations } = await new AxeBuilder({ page })
          .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'])
          .analyze();
        found.push(
          ...violations.map(
            ({ id, nodes }) =>
              `${theme} ${view}: ${id} ${nodes[0]!.target.join(' ')} ${nodes[0]!.failureSummary}`,
          ),
        );
      }
    }
    expect(found).toEqual([]);
  });
});

/**
 * A software adapter's threads take every core, and the page waits for one: what a task then takes by the clock says
 * nothing about the page. With a graphics card the page has its core; here the adapter gives way to it.
 */
async function yieldToPage(browser: Browser): Promise<void> {
  if (process.platform !== 'linux') return;
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  for (const { id } of processInfo.filter(({ type }) => type === 'GPU')) {
    for (const thread of await readdir(`/proc/${id}/task`))
      setPriority(Number(thread), constants.priority.PRIORITY_LOW);
  }
}

interface TraceEvent {
  name: string;
  pid: number;
  tid: number;
  /** Microseconds of the thread's own processor time: a busy machine does not count against the page. */
  tdur?: number;
  args: { name?: string };
}

/** Milliseconds of the page's tasks that took the main thread longer than 50. */
function longTasks(trace: Buffer): number[] {
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] };
  const main = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const tasks = traceEvents.filter(
    ({ name, pid, tid, tdur }) =>
      name.endsWith('RunTask') && main.has(`${pid} ${tid}`) && tdur !== undefined,
  );
  expect(tasks.length, 'tasks in the trace').toBeGreaterThan(100);
  return tasks.map(({ tdur }) => tdur! / 1000).filter((milliseconds) => milliseconds > 50);
}

async function atCommit(slider: Locator, { round, step }: EventOf<'committed'>): Promise<boolean> {
  return new RegExp(`^commit ${round}, .*step ${step}$`).test(
    (await slider.getAttribute('aria-valuetext')) ?? '',
  );
}
