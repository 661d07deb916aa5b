/** What a first visitor meets: a recorded search that plays at once, without a device. */
import { readFileSync } from 'node:fs';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from '@playwright/test';
import { beyondWindow, coveredByCard, screens } from './layout.ts';
import { taskTimes, usedHeap } from './thread-time.ts';

const title = (page: Page) => page.getByLabel('Run on screen');
const moment = (page: Page) => page.getByRole('slider', { name: 'Step of the run' });
const at = async (page: Page): Promise<number> => Number(await moment(page).inputValue());

test.describe('without WebGPU', () => {
  test.beforeEach(async ({ page }) => {
    // As in a browser that has none.
    await page.addInitScript(() =>
      Object.defineProperty(navigator, 'gpu', { value: undefined, configurable: true }),
    );
  });

  test('the page opens on a recorded search that plays, with playback controls', async ({
    page,
  }) => {
    await page.goto('/');
    await expect(title(page)).toContainText('recorded');
    await test.step('header, settings and track take at most 160 pixels', async () => {
      await page.setViewportSize({ width: 1440, height: 900 });
      const top = (): Promise<number> =>
        page.locator('main').evaluate((main) => main.getBoundingClientRect().top);
      // Without its notice that WebGPU is missing.
      const notices = await page
        .locator('.notices')
        .evaluate((element) => element.getBoundingClientRect().height);
      expect((await top()) - notices).toBeLessThanOrEqual(160);
      await expect(page.getByRole('slider', { name: 'Step of the run' })).toBeVisible();
    });
    await test.step('it plays automatically', async () => {
      const from = await at(page);
      await expect.poll(() => at(page)).toBeGreaterThan(from);
      await expect(page.getByRole('button', { name: 'Pause playing' })).toBeVisible();
    });
    await test.step('Space pauses and resumes it', async () => {
      await page.keyboard.press('Space');
      await expect(page.getByRole('button', { name: 'Play this run' })).toBeVisible();
      const held = await at(page);
      await page.waitForTimeout(700);
      expect(await at(page)).toBe(held);
      await page.keyboard.press('Space');
      await expect.poll(() => at(page)).toBeGreaterThan(held);
    });
    await test.step('faster by a key; without loop it ends at the last step', async () => {
      await page.getByRole('checkbox', { name: 'Loop' }).uncheck();
      for (let i = 0; i < 3; i++) await page.keyboard.press('+');
      await expect(page.getByRole('combobox', { name: 'Playing speed' })).toHaveValue('8');
      await expect(page.getByRole('button', { name: 'Play this run' })).toBeVisible();
      expect(await at(page)).toBe(Number(await moment(page).getAttribute('max')));
    });
    await test.step('a chart can be saved as CSV and as a picture', async () => {
      const save = async (kind: string): Promise<Buffer> => {
        await page.getByLabel('Save Accuracy').click();
        const [file] = await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('button', { name: kind, exact: true }).click(),
        ]);
        expect(file.suggestedFilename()).toBe(`mgas-accuracy.${kind.toLowerCase()}`);
        return readFileSync(await file.path());
      };
      const [header, ...rows] = (await save('CSV')).toString().trim().split('\r\n');
      expect(header).toMatch(/^step,/);
      expect(rows.length).toBeGreaterThan(20);
      expect((await save('PNG')).subarray(1, 4).toString()).toBe('PNG');
      const svg = (await save('SVG')).toString();
      expect(svg).toMatch(/^<svg[^>]*xmlns/);
      expect(svg).toContain('Accuracy');
    });
    await test.step('its summary is printed on one page', async () => {
      const pages = (await page.pdf({ preferCSSPageSize: true }))
        .toString('latin1')
        .match(/\/Type\s*\/Page\b/g);
      expect(pages).toHaveLength(1);
      await page.evaluate(() => window.dispatchEvent(new Event('beforeprint')));
      await expect(page.locator('.print-summary')).toContainText(/Parameters\s*5,974/);
      await page.evaluate(() => window.dispatchEvent(new Event('afterprint')));
      await expect(page.locator('.print-summary')).toHaveCount(0);
    });
    await test.step('Compare, Data, Library and Retrain have the whole page', async () => {
      for (const view of ['Compare', 'Data', 'Library', 'Retrain']) {
        await page.getByRole('link', { name: view, exact: true }).click();
        await expect(page.getByRole('region', { name: 'Search', exact: true })).toHaveCount(0);
        await expect(page.getByRole('slider', { name: 'Step of the run' })).toHaveCount(0);
      }
      await page.getByRole('link', { name: 'Overview', exact: true }).click();
    });
    await test.step('why a unit was pruned, and what a term means, by keyboard alone', async () => {
      await page.getByRole('link', { name: 'Events', exact: true }).click();
      await page
        .getByRole('button', { name: /^Why: (Pruned|Re-pruned) (sep|dil|avg|max|skip)/ })
        .first()
        .press('Enter');
      const dialog = page.getByRole('dialog', { name: 'Why' });
      await expect(dialog).toContainText(/its threshold had grown from 0 to [\d.]+.*Lambda was/);
      await page.keyboard.press('Tab');
      const card = dialog.getByRole('group').filter({ hasText: 'Paper: section III' });
      await expect(card).toBeVisible();
      const { violations } = await new AxeBuilder({ page }).include('dialog[open]').analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]!.html}`)).toEqual([]);
      await page.keyboard.press('Escape');
      await expect(card).toHaveCount(0);
      await dialog.getByText(/^Formula of the/).click();
      await expect(dialog.locator('math')).toBeVisible();
      await page.keyboard.press('Escape');
      await expect(dialog).toBeHidden();
      const timeline = page.getByRole('img', { name: /^Timeline of pruned/ });
      for (const key of ['ArrowLeft', 'ArrowLeft', 'ArrowUp', 'Enter']) await timeline.press(key);
      await expect(dialog).toContainText(/^Why.*commit \d+ of/);
      await page.keyboard.press('Escape');
      await page.getByRole('link', { name: 'Balance', exact: true }).click();
      const heat = page.getByRole('img', { name: /^Operations remaining by cell/ });
      for (const key of ['ArrowLeft', 'ArrowLeft', 'Enter']) await heat.press(key);
      await expect(dialog).toContainText(/^Why.*commit \d+ of/);
      await page.keyboard.press('Escape');
    });
    await test.step('a recording has no weights: the fork dialog explains it', async () => {
      await page.getByRole('button', { name: /^Fork/ }).press('Enter');
      await expect(page.getByRole('dialog', { name: 'Fork from here' })).toContainText(
        'Recorded searches ship without their checkpoints',
      );
      await page.keyboard.press('Escape');
    });
    await test.step('a presentation fits the window, its charts their cards', async () => {
      await page.setViewportSize({ width: 1280, height: 720 });
      await page.keyboard.press('p');
      for (const view of ['Overview', 'Balance', 'Discretization', 'Trade-off', 'Events']) {
        await page.getByRole('link', { name: view, exact: true }).click();
        await expect(page.locator('main canvas').first()).toBeVisible();
        expect(await page.evaluate(beyondWindow), view).toEqual([]);
      }
      await page.keyboard.press('p');
    });
    await test.step('views and tour show the recording', async () => {
      for (const view of ['Balance', 'Architecture', 'Discretization', 'Events']) {
        await page.getByRole('link', { name: view, exact: true }).click();
        await expect(title(page)).toContainText('recorded');
      }
      await page.getByRole('link', { name: 'Guided tour' }).click();
      await expect(title(page)).toContainText('recorded');
      const tour = page.getByRole('complementary', { name: 'Guided tour' });
      const covered = (): Promise<number> => page.evaluate(coveredByCard);
      for (let stop = 1; stop <= 10; stop++) {
        await expect(tour.getByText(`Stop ${stop} of 10`)).toBeVisible();
        await expect(tour.locator('.tour-live')).not.toContainText('Start the tiny search');
        for (const { name, width, height } of screens) {
          await page.setViewportSize({ width, height });
          await expect.poll(covered, `stop ${stop}, ${name}`).toBe(0);
        }
        if (stop < 10) await tour.getByRole('link', { name: 'Next' }).click();
      }
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]!.html}`)).toEqual([]);
    });
  });

  test('at 8x no task takes 50 ms of processor time, and replays leak no memory', async ({
    page,
  }) => {
    await page.goto('/');
    await expect(title(page)).toContainText('recorded');
    await page.getByRole('combobox', { name: 'Playing speed' }).selectOption('8');
    /** Until it begins anew. */
    const replay = async (): Promise<void> => {
      for (let before = await at(page), now = before; now >= before - 5; now = await at(page)) {
        before = now;
        await page.waitForTimeout(150);
      }
    };
    await replay();
    const before = await usedHeap(page);
    const times = await taskTimes(page, replay);
    expect(times.length).toBeGreaterThan(100);
    expect(Math.max(...times)).toBeLessThan(50);
    await replay();
    expect((await usedHeap(page)) - before).toBeLessThan(20e6 / 5);
  });

  test('the lab opens empty if chosen, and offers the recordings', async ({ page }) => {
    await page.goto('/');
    await expect(title(page)).toContainText('recorded');
    await page.getByRole('link', { name: 'Library', exact: true }).click();
    await page.getByRole('checkbox', { name: 'Open the lab with a recorded search' }).uncheck();
    await page.goto('about:blank');
    await page.goto('/');
    const bar = page.getByRole('region', { name: 'Recorded searches' });
    await expect(bar).toBeVisible();
    await expect(title(page)).toHaveCount(0);
    await bar.getByRole('link').first().click();
    await expect(title(page)).toContainText('recorded');
    expect(await page.getByRole('button', { name: 'Pause playing' }).count()).toBe(1);
    await test.step('another one is chosen in the header, and plays', async () => {
      const choice = page.getByRole('combobox', { name: 'Recorded search' });
      const first = await choice.inputValue();
      await choice.selectOption({ label: 'Tiny search to 3,000 parameters' });
      await expect(page).not.toHaveURL(new RegExp(`/${first}/`));
      await expect(choice).not.toHaveValue(first);
      await expect(page.getByRole('button', { name: 'Pause playing' })).toBeVisible();
    });
  });
});

test('it fits a phone, and does not move with reduced motion', async ({ browser }) => {
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    reducedMotion: 'reduce',
    serviceWorkers: 'block',
  });
  const page = await context.newPage();
  await page.goto('/');
  await expect(title(page)).toContainText('recorded');
  await expect(page.getByRole('button', { name: 'Play this run' })).toBeVisible();
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow).toBe(0);
  await expect(page.getByRole('navigation', { name: 'Views' }).getByRole('link')).toHaveCount(5);
  await page.setViewportSize({ width: 768, height: 1024 });
  for (const link of await page.getByRole('navigation', { name: 'Views' }).getByRole('link').all())
    await expect(link).toBeInViewport({ ratio: 1 });
  await context.close();
});
