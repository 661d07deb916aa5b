/** Trainings outlive their page: an interrupted one goes on from its last epoch, a finished one is there still. */
import { readFile, writeFile } from 'node:fs/promises';
import { AxeBuilder } from '@axe-core/playwright';
import { sampleTrained } from '../src/engine/architecture/export/sample.ts';
import { serveFewTestImages, testImages } from './few-test-images.ts';
import { expect, test } from './lab.ts';

const patience = 120_000;

test('an interrupted training resumes from its last epoch; a finished one is shown after a reload', async ({
  lab: page,
}, info) => {
  await serveFewTestImages(page);
  const { architecture } = sampleTrained(1, {
    space: {
      cells: 2,
      nodes: 1,
      channels: 4,
      stages: 2,
      stemMultiplier: 1,
      operations: ['skip_connect', 'sep_conv_3x3'],
    },
    imageSize: 8,
  });
  const file = info.outputPath('architecture.json');
  await writeFile(
    file,
    JSON.stringify({ ...architecture, settings: { ...architecture.settings, batchSize: 32 } }),
  );
  await page.goto('/#/run/current/retrain');
  await page.getByLabel('Architecture file').setInputFiles(file);
  // Its own, `synthetic`, is not there.
  await page.getByLabel('Data set', { exact: true }).selectOption('Fashion-MNIST');
  await page.getByLabel('Epochs', { exact: true }).fill('6');
  await page.getByLabel('Training images').fill('320');
  await page.getByRole('button', { name: 'Train from scratch' }).click();
  await expect(page.getByText(/^Epoch [3-6] of 6/)).toBeVisible({ timeout: patience });
  await page.reload();

  // The file is not on this page any more; the training is.
  await page.getByText('Stored trainings').click();
  const list = page.locator('.stored-trainings');
  await expect(list).toContainText(/epoch [1-5] of 6/);
  await list.getByRole('button', { name: 'Open' }).click();
  const goOn = page.getByRole('button', { name: /^Resume from epoch [2-6]$/ });
  await expect(goOn).toBeVisible();
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`),
  ).toEqual([]);
  await goOn.click();
  await expect(
    page.getByText(new RegExp(`Trained: test accuracy .* \\(n = ${testImages}, `)),
  ).toBeVisible({ timeout: patience });
  const confusions = await page
    .getByRole('region', { name: 'Confusion matrix' })
    .locator('tbody')
    .innerText();
  // The curve has every epoch, those before the reload too.
  await page.getByRole('button', { name: 'Training curve as a table' }).click();
  await expect(
    page.getByRole('region', { name: 'Training curve, table' }).getByRole('row'),
  ).toHaveCount(1 + 6);

  await page.reload();
  await page.getByText('Stored trainings').click();
  await list.getByRole('button', { name: 'Open' }).click();
  await expect(
    page.getByText(new RegExp(`Trained: test accuracy .* \\(n = ${testImages}, `)),
  ).toBeVisible();
  await expect(goOn).toHaveCount(0);
  expect(
    await page.getByRole('region', { name: 'Confusion matrix' }).locator('tbody').innerText(),
  ).toBe(confusions);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'ONNX' }).click(),
  ]);
  expect((await readFile(await download.path())).length).toBeGreaterThan(1000);
});
