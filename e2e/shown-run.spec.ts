/** What is on screen belongs to the run that is named, and so does what its buttons do. */
import type { Page } from '@playwright/test';
import { readArchitecture } from './architecture.ts';
import { expect, test } from './lab.ts';
import { runFile } from './run-file.ts';
import {
  chooseSettings,
  openLibrary,
  quickSettings,
  runRow,
  startButton,
  status,
} from './storage-helpers.ts';

const title = (page: Page) => page.getByLabel('Run on screen');

async function download(page: Page) {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download architecture' }).click(),
  ]);
  return { name: file.suggestedFilename(), architecture: await readArchitecture(file) };
}

test('a stored run on screen: header, status, download and tour belong to it, during a search and after a reload', async ({
  lab: page,
}) => {
  test.setTimeout(400_000);
  await openLibrary(page);
  await page.getByLabel('File to import').setInputFiles(await runFile('Alpha', 1e12, [], 6_000));
  await expect(runRow(page, 'Alpha')).toBeVisible();
  // It prunes nothing, so it lasts until the test stops it.
  await chooseSettings(page, {
    ...quickSettings,
    targetParameters: 500,
    optimizers: {
      ...quickSettings.optimizers,
      thresholds: { rate: 0, filterFactor: 1 },
      weightThresholds: { rate: 0 },
    },
    stage: { ...quickSettings.stage, maxEpochs: 500, patience: 500 },
  });
  await startButton(page).click();
  await expect(status(page)).toHaveText(/warming|pruning|measuring/, { timeout: 120_000 });
  await expect(title(page)).toContainText('2 cells to 500 parameters, seed 7');
  await expect(title(page)).toContainText('running');

  const ofAlpha = async (): Promise<void> => {
    await expect(title(page)).toContainText('Alpha');
    await expect(title(page)).toContainText('synthetic');
    await expect(title(page)).toContainText('finished');
    await expect(status(page)).toHaveText(/^Finished/);
    const { architecture } = await download(page);
    expect(architecture.settings.targetParameters).toBe(6_000);
  };
  await test.step('while this tab runs another search', async () => {
    await openLibrary(page);
    await runRow(page, 'Alpha').getByRole('button', { name: 'Open' }).click();
    await ofAlpha();
    // Nothing on the page acts on the search that is not on screen.
    await expect(page.getByRole('button', { name: 'Pause', exact: true })).toHaveCount(0);
    await expect(page.getByRole('form', { name: 'Steering' })).toHaveCount(0);
    await page.keyboard.press('x');
    await page.getByRole('link', { name: 'Show the running search' }).click();
    await expect(title(page)).toContainText('2 cells to 500 parameters, seed 7');
    await expect(title(page)).toContainText('running');
  });

  await test.step('X pauses and asks for confirmation; single-key shortcuts can be turned off', async () => {
    await page.keyboard.press('x');
    await expect(page.getByRole('alert')).toContainText('Stop the search?');
    await expect(status(page)).toHaveText(/^Paused/);
    await page.keyboard.press('Space');
    await expect(page.getByRole('alert')).toHaveCount(0);
    await expect(status(page)).not.toHaveText(/^Paus/);
    await page.getByRole('button', { name: 'Keyboard shortcuts' }).click();
    const single = page.getByRole('checkbox', { name: /single letter/ });
    await single.uncheck();
    await page.keyboard.press('Escape');
    await page.keyboard.press('x');
    await page.keyboard.press('2');
    await expect(page.getByRole('alert')).toHaveCount(0);
    await expect(page.getByRole('main')).toHaveAttribute('data-view', 'overview');
    await page.getByRole('button', { name: 'Keyboard shortcuts' }).click();
    await single.check();
    await page.keyboard.press('Escape');
  });

  await test.step('after this tab\u2019s search has ended', async () => {
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await expect(status(page)).toHaveText(/^Stopped/);
    const own = await download(page);
    expect(own.architecture.settings.targetParameters).toBe(500);
    await openLibrary(page);
    await runRow(page, 'Alpha').getByRole('button', { name: 'Open' }).click();
    await ofAlpha();
  });

  await test.step('after a reload, in any view', async () => {
    await page.reload();
    await ofAlpha();
    await openLibrary(page);
    await page.reload();
    await page.getByRole('link', { name: 'Overview' }).click();
    await ofAlpha();
  });

  await test.step('the tour stays on it', async () => {
    await page.getByRole('link', { name: 'Guided tour' }).click();
    const tour = page.getByRole('complementary', { name: 'Guided tour' });
    await expect(tour.getByText('Stop 1 of 10')).toBeVisible();
    await tour.getByRole('link', { name: 'Next' }).click();
    await expect(title(page)).toContainText('Alpha');
    await expect(tour.locator('.tour-live')).toContainText('threshold');
    await page.reload();
    await expect(title(page)).toContainText('Alpha');
    await tour.getByRole('link', { name: /^Stop 10/ }).click();
    await tour.getByRole('button', { name: 'Download the architecture' }).click();
    await ofAlpha();
    await tour.getByRole('button', { name: 'Done' }).click();
    await ofAlpha();
  });
});
