/** A real comparison, as small as it gets: queued from the page, cut off by a reload, resumed, and exported. */
import { readFile } from 'node:fs/promises';
import { AxeBuilder } from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { comparisonCsv, methodLabels, parseComparison } from '../src/engine/baselines/results.ts';
import type { Comparison } from '../src/engine/baselines/results.ts';
import { parseArchitecture } from '../src/domain/architecture/schema.ts';
import { expect, test } from './lab.ts';
import { chooseSettings, quickSettings, storedRecords } from './storage-helpers.ts';

/** Of the software adapter, with other tests' processes beside it. */
const patience = 120_000;

const openCompare = (page: Page) =>
  page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Compare' }).click();
const list = (page: Page) => page.getByRole('region', { name: 'Comparisons' });
const row = (page: Page) => list(page).getByRole('listitem').first();

/** What the lab's database holds of the only comparison. */
async function stored(page: Page): Promise<Comparison> {
  const [only] = await storedRecords<{ comparison: Comparison }>(page, 'comparisons');
  return only!.comparison;
}

async function saved(page: Page, button: Locator): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
  return readFile(await download.path(), 'utf8');
}

test('a comparison is started, interrupted, resumed, read and exported', async ({ lab: page }) => {
  await chooseSettings(page, quickSettings);
  await openCompare(page);
  await expect(page.locator('.compare')).toContainText(
    'New comparison compares search methods here',
  );
  await list(page).getByRole('button', { name: 'New comparison' }).click();
  const form = page.getByRole('region', { name: 'New comparison' });

  await test.step('an invalid field is named, with the remedy', async () => {
    await form.getByLabel('Target sizes').fill('1,500');
    await expect(form.getByRole('alert')).toContainText('Target sizes: whole numbers from 1');
    await expect(form.getByRole('button', { name: 'Estimate its time' })).toBeDisabled();
  });
  for (const [method, label] of Object.entries(methodLabels)) {
    await form
      .getByRole('checkbox', { name: label, exact: true })
      .setChecked(method === 'mgas' || method === 'operation-only');
  }
  await form.getByRole('radio', { name: 'on screen' }).check();
  await form.getByLabel('Target sizes').fill('500');
  await form.getByLabel('Seeds').fill('7');
  await form.getByLabel('Training epochs').fill('1');
  await form.getByLabel('Training images').fill('160');
  await form.getByLabel('Test images').fill('100');
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`),
  ).toEqual([]);

  await form.getByRole('button', { name: 'Estimate its time' }).click();
  await expect(
    form.getByText(/^2 runs left: about \d.*\d+ ms per step of the super-net/),
  ).toBeVisible({ timeout: patience });
  // Another seed needs no timing anew.
  await form.getByLabel('Seeds').fill('7, 8');
  await expect(form.getByText(/^4 runs left/)).toBeVisible();
  await form.getByLabel('Seeds').fill('7');
  await form.getByRole('button', { name: 'Start comparison' }).click();

  const running = page.getByRole('region', { name: 'Running' });
  await expect(running.getByText('Run 1 of 2: MGAS to 500 parameters, seed 7.')).toBeVisible({
    timeout: patience,
  });
  await expect(running.getByText(/^Search.*step \d+ of at most \d+/)).toBeVisible({
    timeout: patience,
  });
  await running.getByRole('button', { name: 'Pause comparison' }).click();
  await expect(running.getByText(/Paused\./)).toBeVisible({ timeout: patience });
  await running.getByRole('button', { name: 'Resume comparison' }).click();
  await expect(running.getByText('Run 2 of 2: Operations only')).toBeVisible({ timeout: patience });
  const [first] = (await stored(page)).runs;
  expect(first).toMatchObject({ method: 'mgas', target: 500, seed: 7 });

  await page.reload();
  await expect(row(page)).toContainText('interrupted');
  await expect(row(page)).toContainText('1 run of 2');
  await row(page).getByRole('button', { name: 'Resume' }).click();
  await expect(running.getByText('Run 2 of 2: Operations only')).toBeVisible({ timeout: patience });
  await test.step('it pauses for a search in this page', async () => {
    await page.keyboard.press('s');
    await expect(
      running.getByText('Paused: a search is using the device. The comparison resumes after that.'),
    ).toBeVisible({ timeout: patience });
    await page.keyboard.press('x');
    await expect(running.getByText(/Paused/)).toHaveCount(0, { timeout: patience });
  });
  await expect(row(page)).toContainText('finished', { timeout: patience });
  await expect(running).toHaveCount(0);

  const result = parseComparison(await saved(page, page.getByRole('button', { name: 'JSON' })));
  await test.step('runs finished before the reload are not repeated', () => {
    expect(result.runs).toHaveLength(2);
    expect(result.runs[0]).toEqual(first);
  });
  await test.step('the tables show the contents of the file', async () => {
    const table = page.getByRole('region', { name: 'Results by method and target' });
    for (const run of result.runs) {
      const cells = table.getByRole('row', {
        name: new RegExp(`500 ${methodLabels[run.method]} `),
      });
      // One seed has no spread.
      await expect(cells).toContainText(run.parameters.active.toLocaleString('en-US'));
      await expect(cells).toContainText((100 * run.testAccuracy).toFixed(1));
      await expect(cells).not.toContainText('±');
    }
    await page.getByRole('button', { name: 'Accuracy against size as a table' }).click();
    await expect(page.getByRole('region', { name: 'Runs, table' }).getByRole('row')).toHaveCount(3);
    const found = parseArchitecture(
      await saved(
        page,
        page.getByRole('button', { name: 'Save the architecture of MGAS, target 500, seed 7' }),
      ),
    );
    expect(found.parameters.active).toBe(first!.parameters.active);
    await page
      .getByRole('button', {
        name: 'Add to library: the architecture of MGAS, target 500, seed 7',
      })
      .click();
    await expect(page.getByRole('link', { name: 'In the library' })).toBeVisible();
    await page.getByRole('button', { name: 'Accuracy against size as a table' }).click();
    await expect(
      page.getByRole('group', { name: /^Accuracy against active parameters/ }).getByRole('img'),
    ).toHaveCount(2);
    await expect(page.locator('.compare')).toContainText(
      /MGAS (is on average .* "Operations only" \(better in \d of 1 pair|and "Operations only" cannot be compared)/,
    );
    expect(await saved(page, page.getByRole('button', { name: 'CSV' }))).toBe(
      comparisonCsv(result),
    );
  });

  await test.step('renamed, deleted and restored', async () => {
    await row(page).getByRole('button', { name: 'Rename' }).click();
    await page.getByLabel('Name', { exact: true }).fill('First try');
    await page.keyboard.press('Enter');
    await expect(row(page).getByRole('heading', { name: 'First try' })).toBeVisible();
    await row(page).getByRole('button', { name: 'Delete' }).click();
    await expect(row(page)).toHaveCount(0);
    await list(page).getByRole('button', { name: 'Undo' }).click();
    await expect(row(page).getByRole('heading', { name: 'First try' })).toBeVisible();
  });
  await test.step('the architecture of a run is added to the library, and can be restored there', async () => {
    await page
      .getByRole('navigation', { name: 'Views' })
      .getByRole('link', { name: 'Library' })
      .click();
    const architectures = page.getByRole('region', { name: 'Architectures' });
    await expect(architectures.getByRole('heading', { name: 'MGAS to 500, seed 7' })).toBeVisible();
    await architectures.getByRole('button', { name: 'Delete' }).click();
    await expect(architectures).toHaveCount(0);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(architectures.getByRole('heading', { name: 'MGAS to 500, seed 7' })).toBeVisible();
    await openCompare(page);
  });
  const after = await new AxeBuilder({ page }).analyze();
  expect(
    after.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`),
  ).toEqual([]);
});
