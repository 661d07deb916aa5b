/** A search of the MobileNet-like space as a user does it: space chosen and edited, searched, looked at in every view, exported. */
import { AxeBuilder } from '@axe-core/playwright';
import { views } from '../src/app/views/registry.ts';
import { readArchitecture } from './architecture.ts';
import { expect, test } from './lab.ts';
import { openSettings, searchOver, startButton, status } from './storage-helpers.ts';

/** Two layers of two candidates each on 8-pixel images: seconds on a software adapter. */
const small = new URLSearchParams({
  ...{ v: '1', preset: 'mobile-tiny', seed: '3', targetParameters: '700', batchSize: '16' },
  ...{ 'space.stem': '4', 'space.first': '4', 'space.head': '12', 'space.groups': '4-2-1' },
  ...{ 'space.stageLayers': '1,1', 'space.candidates': '3-3,5-3', 'data.imageSize': '8' },
  ...{ 'data.trainImages': '160', 'data.validationFraction': '0.2', 'data.validationImages': '0' },
  ...{ 'stage.warmUpEpochs': '1', 'stage.maxEpochs': '4', 'joint.maxEpochs': '6' },
  ...{ 'regularizer.lambda0': '0.002', reportEvery: '2' },
});

test('a search of a chain, from the settings to the downloaded architecture', async ({
  lab: page,
}) => {
  test.setTimeout(300_000);

  await test.step('the start bar chooses the space', async () => {
    await page.getByRole('combobox', { name: 'Search space' }).selectOption('mobile');
    await expect(page.getByRole('radio', { name: 'mobile-tiny' })).toBeChecked();
  });

  await test.step('the space is edited with keys, counted at once, and what is wrong is named', async () => {
    const dialog = await openSettings(page);
    const figures = dialog.locator('.planned-figures');
    await expect(figures).toHaveText(
      /^Super-net: 35,\d+ parameters in 30 candidate operations of 5 layers, .*multiply-accumulates per image; about .* MiB on the device/,
    );
    const groups = dialog.getByRole('group', { name: 'Groups' });
    await groups.getByRole('button', { name: 'Add a row' }).focus();
    await page.keyboard.press('Enter');
    await expect(groups.getByRole('textbox', { name: 'Channels, row 3' })).toBeFocused();
    await page.keyboard.type('12');
    // The stages follow.
    await expect(figures).toContainText('48 candidate operations of 8 layers');
    await dialog.getByRole('textbox', { name: 'Layers of each stage, 1 of 3' }).fill('9');
    await expect(
      dialog.getByText(/the stages have 15 layers together, the groups have 8/),
    ).toBeVisible();
    await groups.getByRole('button', { name: 'Remove row 3' }).press('Enter');
    await dialog.getByRole('checkbox', { name: 'Kernel 7, expansion 6' }).press('Space');
    await expect(figures).toContainText('25 candidate operations of 5 layers');
    await dialog.getByRole('button', { name: 'Close' }).click();
    await page.goto(`/#/start/overview?${small.toString()}`);
    await expect(page.getByText('The settings come from the link.')).toBeVisible();
  });

  await test.step('the super-net is drawn before the search, which then finds a chain', async () => {
    await page.goto('/#/run/current/architecture');
    await page.getByRole('radio', { name: 'Whole network' }).check({ force: true });
    await expect(
      page.getByRole('img', { name: /^Network of 2 layers: layer 1: MBConv/ }),
    ).toBeVisible();
    await startButton(page).click();
    await expect(status(page)).toHaveText(/Stage 1 of 2/);
    await searchOver(page, /^Finished/);
  });

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download architecture' }).click(),
  ]);
  const { cells, settings, remaining } = await readArchitecture(download);
  expect(settings.space).toMatchObject({ id: 'mobile', groups: [{ channels: 4, layers: 2 }] });
  expect(remaining.weight.left).toBeLessThan(remaining.weight.total);

  await test.step('every view speaks of layers, and axe finds nothing on it', async () => {
    const found: string[] = [];
    for (const view of views) {
      await page.evaluate((name) => (location.hash = location.hash.replace(/[\w-]*$/, name)), view);
      await expect(page.locator(`main .view.${view}`)).toBeVisible();
      await page.waitForTimeout(300);
      // Other runs and published cells may be of the other space.
      const text = await page.locator(`main .view.${view}`).innerText();
      if (!['trade-off', 'retrain', 'compare', 'library'].includes(view))
        expect(text, view).not.toMatch(/\bcells?\b/i);
      const { violations } = await new AxeBuilder({ page })
        .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'])
        .analyze();
      found.push(
        ...violations.map(({ id, nodes }) => `${view}: ${id} ${nodes[0]!.target.join(' ')}`),
      );
    }
    expect(found).toEqual([]);
  });

  await test.step('the drawing shows what the file says', async () => {
    await page.evaluate(() => (location.hash = location.hash.replace(/[\w-]*$/, 'architecture')));
    await page.getByRole('radio', { name: 'Whole network' }).check({ force: true });
    const said = await page
      .getByRole('img', { name: /^Network of 2 layers/ })
      .getAttribute('aria-label');
    cells.forEach(({ operations }, i) => {
      const layer = new RegExp(`layer ${i + 1}: ([^;]*)`).exec(said ?? '')?.[1] ?? '';
      expect(layer.match(/MBConv/g)?.length ?? 0).toBe(operations.length);
      for (const { bottleneck } of operations)
        expect(layer).toContain(`${bottleneck!.filters.length} of 4 filters`);
      if (operations.length === 0) expect(layer).toBe('lost');
    });
  });
});
