/** Steering and the guided tour, over one real search that is small enough for a software adapter. */
import { readArchitecture } from './architecture.ts';
import { expect, test } from './lab.ts';
import { chooseSettings, quickSettings, startButton, status } from './storage-helpers.ts';

const settings = {
  ...quickSettings,
  targetParameters: 600,
  // Long enough to be paused in on any machine.
  stage: { ...quickSettings.stage, warmUpEpochs: 4, maxEpochs: 8 },
  reevaluation: { ...quickSettings.reevaluation, regrowShare: 0 },
};

test('a manually pruned operation is removed, and the tour completes', async ({ lab: page }) => {
  test.setTimeout(600_000);
  await chooseSettings(page, settings);
  await startButton(page).click();
  await expect(status(page)).toHaveText(/warming|pruning|measuring/, { timeout: 120_000 });
  await page.keyboard.press('Space');
  await expect(status(page)).toHaveText(/^Paused/);

  await test.step('prune manually while paused', async () => {
    await page.goto('/#/run/current/architecture');
    const panel = page.locator('.area-unit');
    await expect(panel.getByRole('heading', { level: 2 })).toContainText('3');
    await panel.getByRole('button', { name: 'Prune' }).click();
    await expect(panel.getByRole('button', { name: 'Regrow' })).toBeVisible();
  });

  await test.step('a rejected change states the reason', async () => {
    await page.getByRole('button', { name: 'Steer' }).click();
    const target = page
      .getByRole('form', { name: 'Steering' })
      .getByRole('textbox', { name: 'Target' });
    await target.fill('-5');
    await target.press('Enter');
    await expect(page.getByRole('form', { name: 'Steering' }).getByRole('alert')).toContainText(
      'Target size: must be at least 1',
    );
    await target.fill('500');
    await target.press('Enter');
    await expect(target).toHaveValue('500');
    // What is typed stays when the field is left, says what it is now, and waits to be applied.
    await target.fill('450');
    await target.press('Tab');
    await expect(target).toHaveValue('450');
    const steering = page.getByRole('form', { name: 'Steering' });
    await expect(steering.getByText('now 500')).toBeVisible();
    await steering.getByRole('button', { name: 'Apply Target' }).click();
    await expect(steering.getByRole('status')).toContainText('Target size: 500 \u2192 450');
  });

  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Resume' }).click();

  await test.step('ten stops, each with a formula, a live sentence and its own link', async () => {
    await page.getByRole('link', { name: 'Guided tour' }).click();
    const tour = page.getByRole('complementary', { name: 'Guided tour' });
    for (let stop = 1; stop <= 10; stop++) {
      await expect(tour.getByText(`Stop ${stop} of 10`)).toBeVisible();
      expect(new URL(page.url()).hash).toMatch(new RegExp(`^#/learn/${stop}(\\?run=|$)`));
      await expect(tour.locator('math').first()).toBeVisible();
      await expect(tour.locator('.tour-live')).not.toBeEmpty();
      await expect(page.locator('main [data-pointed]')).toHaveCount(1);
      const action = tour.locator('.tour-try button');
      if (stop === 4) {
        await action.click();
        await expect(tour.getByText('The next commit prunes more')).toBeVisible();
      }
      if (stop < 10) await tour.getByRole('link', { name: 'Next' }).click();
    }
    await page.reload();
    await expect(tour.getByText('Stop 10 of 10')).toBeVisible();
    await tour.getByRole('button', { name: 'Done' }).click();
    await expect(tour).toHaveCount(0);
  });
});

test('the manually pruned operation is not in the exported architecture', async ({ lab: page }) => {
  test.setTimeout(600_000);
  await chooseSettings(page, settings);
  await startButton(page).click();
  await expect(status(page)).toHaveText(/warming|pruning|measuring/, { timeout: 120_000 });
  await page.goto('/#/run/current/architecture');
  await page.locator('.area-unit').getByRole('button', { name: 'Prune' }).click();
  await expect(page.locator('.area-unit').getByRole('button', { name: 'Regrow' })).toBeVisible();
  await expect(status(page)).toHaveText(/^Finished/, { timeout: 400_000 });
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download architecture' }).click(),
  ]);
  const { cells } = await readArchitecture(download);
  // What is selected at first: the 3x3 separable convolution on the first edge of the first cell.
  expect(
    cells[0]!.operations.some(
      ({ operation, from, to }) => operation === 'sep_conv_3x3' && from === 0 && to === 2,
    ),
  ).toBe(false);
  await page.goto('/#/run/current/events');
  await expect(page.getByText('Pruned manually:').first()).toBeVisible();
});
