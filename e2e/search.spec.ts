/** The main job, as a first visitor does it: one press of Start, watch, pause, step, stop, export the architecture. */
import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import type { BenchCase } from '../src/protocol/bench.ts';
import { readArchitecture } from './architecture.ts';
import { expect, test } from './lab.ts';

interface BenchFile {
  format: string;
  cases: (BenchCase & { name: string })[];
}

const bar = (page: Page) => page.getByRole('region', { name: 'Search', exact: true });
/** Of all units of the level, as the table of the overview says. */
const left = async (page: Page, level: string): Promise<number> =>
  Number.parseFloat(
    await page
      .locator('table.remaining tbody tr', { hasText: level })
      .locator('td')
      .first()
      .innerText(),
  );
const step = async (page: Page): Promise<number> =>
  Number(
    (await page.getByRole('slider', { name: 'Step of the run' }).getAttribute('aria-valuetext'))
      ?.match(/step ([\d,]+)/i)?.[1]
      ?.replace(',', '') ?? NaN,
  );

test('a tiny search on real images, from Start to the downloaded architecture', async ({
  lab: page,
}) => {
  test.setTimeout(600_000);
  await expect(bar(page).getByRole('status')).toHaveText(/Ready/);

  await test.step('the time is estimated from steps timed here, and timing can be stopped', async () => {
    const estimate = page.locator('.estimate');
    await page.getByRole('button', { name: 'Estimate the time' }).click();
    await page.getByRole('button', { name: 'Stop timing' }).click();
    // Measuring the adapter times the same steps, and each kernel.
    await page.getByRole('button', { name: /swiftshader/i }).click();
    const dialog = page.getByRole('dialog', { name: 'This adapter' });
    await expect(dialog.getByRole('checkbox', { name: 'tiny', exact: true })).toBeChecked();
    await expect(dialog.getByRole('checkbox', { name: 'paper', exact: true })).not.toBeChecked();
    await dialog.getByRole('button', { name: 'Measure' }).click();
    await expect(dialog.getByRole('row', { name: /^tiny/ })).toContainText(/\d ms.*MiB.*(s|min)/, {
      timeout: 240_000,
    });
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      dialog.getByRole('button', { name: 'Download JSON' }).click(),
    ]);
    const bench = JSON.parse(await readFile(await file.path(), 'utf8')) as BenchFile;
    expect(bench).toMatchObject({
      format: 'mgas-bench',
      cases: [{ name: 'tiny', kind: 'software' }],
    });
    await expect(dialog.getByText('the sizes for software adapters')).toBeVisible();
    const { kernels, dispatches } = bench.cases[0]!;
    expect(kernels.reduce((sum, kernel) => sum + kernel.dispatches, 0)).toBe(dispatches);
    expect(kernels.every(({ ms }) => ms > 0)).toBe(true);
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    await expect(estimate).toHaveText(/^Takes .+ here on WebGPU/, { timeout: 240_000 });
    await expect(estimate).toHaveAttribute('title', /^Timed here: .+ per step in the first stage/);
  });

  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await expect(bar(page).getByRole('status')).toHaveText(/Stage 1 of 3/);

  await test.step('it runs on WebGPU, and shows the time left', async () => {
    await expect(page.locator('.page-header .adapter')).toHaveAttribute('data-ok', 'true');
    await expect(bar(page)).toContainText(/Time left\s*\S*\d/);
  });

  await test.step('it learns, and its remaining ratios change', async () => {
    await expect
      .poll(() => left(page, 'Weights'), { timeout: 400_000, intervals: [500] })
      .toBeLessThan(100);
    await expect(
      page
        .locator('.log-row')
        .filter({ hasText: /Validation accuracy .* \(n = \d+, / })
        .first(),
    ).toBeVisible();
  });

  await test.step('pause, a single step, and resume', async () => {
    await page.keyboard.press('Space');
    await expect(bar(page).getByRole('status')).toHaveText(/^Paused/);
    const held = await step(page);
    await page.waitForTimeout(1_500);
    expect(await step(page)).toBe(held);
    const slider = page.getByRole('slider', { name: 'Step of the run' });
    await slider.press('Home');
    // The first stops precede the first figures.
    await expect(async () => {
      await slider.press('ArrowRight');
      expect(await left(page, 'Weights')).toBe(100);
    }).toPass();
    await slider.press('End');
    await expect.poll(() => left(page, 'Weights')).toBeLessThan(100);
    await page.getByRole('button', { name: 'Step' }).click();
    await page.getByRole('button', { name: 'Resume' }).click();
    await expect(bar(page).getByRole('status')).not.toHaveText(/^Paus/);
  });

  await test.step('stop writes the architecture found so far, valid by the published schema', async () => {
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await expect(bar(page).getByRole('status')).toHaveText(/^Stopped/);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download architecture' }).click(),
    ]);
    const architecture = await readArchitecture(download);
    expect(architecture.dataset.name).toMatch(/Fashion-MNIST/i);
    expect(architecture.remaining.weight.left).toBeLessThan(architecture.remaining.weight.total);
    expect(architecture.targetReached).toBe(false);
  });
});
