/** Settings in a link: copied here, opened in a fresh profile, refused in words where they are wrong. */
import { expect, test } from './lab.ts';
import { openSettings } from './storage-helpers.ts';

test('a copied link opens the same settings in a fresh profile', async ({ lab: page, browser }) => {
  await page.getByRole('radio', { name: 'demo' }).check({ force: true });
  const dialog = await openSettings(page);
  await dialog.getByRole('textbox', { name: 'Target' }).fill('43210');
  await test.step('changed settings are stored as an own preset', async () => {
    await dialog.getByRole('button', { name: 'Keep these settings as a preset' }).click();
    await dialog.getByRole('textbox', { name: 'Name of the preset' }).fill('Lecture');
    await page.keyboard.press('Enter');
    await expect(dialog.getByRole('radio', { name: /^Lecture/ })).toBeChecked();
    await dialog.getByRole('button', { name: 'Remove Lecture' }).click();
    await dialog.getByRole('button', { name: 'Undo' }).click();
    await dialog.getByRole('radio', { name: /^tiny/ }).check({ force: true });
    await dialog.getByRole('radio', { name: /^Lecture/ }).check({ force: true });
    await expect(dialog.getByRole('textbox', { name: 'Target' })).toHaveValue('43210');
  });
  await dialog.getByRole('button', { name: 'Close' }).click();
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('button', { name: 'Copy link' }).click();
  await expect(page.getByRole('button', { name: 'Link copied' })).toBeVisible();
  const address = await page.evaluate(() => navigator.clipboard.readText());
  expect(address).toContain('#/start/overview?v=1&preset=demo&targetParameters=43210');

  const fresh = await browser.newContext({ serviceWorkers: 'block' });
  const other = await fresh.newPage();
  await other.goto(address);
  await expect((await openSettings(other)).getByRole('textbox', { name: 'Target' })).toHaveValue(
    '43210',
  );
  await expect(other.getByText('The settings come from the link.')).toBeVisible();
  await fresh.close();
});

test('an invalid link names the field, and keeps the defaults', async ({ lab: page }) => {
  await page.goto('/#/start/balance?v=1&preset=tiny&space.cells=two');
  const alert = page.getByRole('alert').filter({ hasText: 'link' });
  await expect(alert).toContainText('space.cells');
  await expect(alert).toContainText('must be a number');
  await expect(page.locator('main')).toHaveAttribute('data-view', 'balance');
  await expect((await openSettings(page)).getByRole('textbox', { name: 'Target' })).toHaveValue(
    '6000',
  );
});
