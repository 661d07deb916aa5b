/** Retraining in the page, what it hands over, and the view of comparisons. */
import { readFile, writeFile } from 'node:fs/promises';
import { unzipSync } from 'fflate';
import { InferenceSession, Tensor } from 'onnxruntime-web';
import { sampleTrained } from '../src/engine/architecture/export/sample.ts';
import { sampleComparison, sampleRun } from '../src/engine/baselines/testing.ts';
import { serveFewTestImages, testImages } from './few-test-images.ts';
import { expect, test } from './lab.ts';

test('an architecture from a file is trained, tested and exported', async ({ lab: page }, info) => {
  test.setTimeout(600_000);
  await serveFewTestImages(page);
  const { architecture } = sampleTrained();
  const file = info.outputPath('architecture.json');
  await writeFile(
    file,
    JSON.stringify({ ...architecture, settings: { ...architecture.settings, batchSize: 100 } }),
  );
  await page.goto('/#/run/current/retrain');
  await page.getByLabel('Architecture file').setInputFiles(file);
  await page.getByLabel('Data set', { exact: true }).selectOption('Fashion-MNIST');
  await page.getByLabel('Epochs', { exact: true }).fill('0');
  await expect(page.locator('.retrain').getByRole('alert')).toContainText(
    'Epochs: a whole number from 1',
  );
  // The paper's recipe, but a short training drops nothing.
  await page.getByLabel('Epochs', { exact: true }).fill('600');
  await expect(page.getByLabel('Drop-path')).toHaveValue('0.2');
  await expect(page.getByLabel('Auxiliary head')).toHaveValue('0.4');
  await page.getByLabel('Epochs', { exact: true }).fill('1');
  await expect(page.getByLabel('Drop-path')).toHaveValue('0');
  await page.getByLabel('Drop-path').fill('0.1');
  await page.getByLabel('Width multiplier').fill('2.5');
  await expect(page.locator('.retrain').getByRole('alert')).toContainText(
    'Width multiplier: a whole number from 1 to 64',
  );
  await page.getByLabel('Width multiplier').fill('1');
  await page.getByLabel('Training images').fill('500');
  await page.getByRole('button', { name: 'Train from scratch' }).click();
  await expect(
    page.getByText(
      new RegExp(`Trained: test accuracy \\d+\\.\\d% \\(n = ${testImages}, \\d+–\\d+%\\)`),
    ),
  ).toBeVisible({
    timeout: 500_000,
  });

  await test.step('confusions count every test image', async () => {
    const cells = await page
      .getByRole('region', { name: 'Confusion matrix' })
      .locator('tbody tr')
      .evaluateAll((rows) =>
        rows.flatMap((row) =>
          [...row.querySelectorAll('td')].slice(0, -1).map((cell) => Number(cell.textContent)),
        ),
      );
    expect(cells).toHaveLength(100);
    expect(cells.reduce((a, b) => a + b, 0)).toBe(testImages);
  });

  await test.step('an ONNX model runs in onnxruntime', async () => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'ONNX' }).click(),
    ]);
    const files = unzipSync(await readFile(await download.path()));
    expect(Object.keys(files).sort()).toEqual(['card.json', 'network.onnx']);
    const session = await InferenceSession.create(files['network.onnx']!);
    const { logits } = await session.run({
      image: new Tensor('float32', new Float32Array(14 * 14), [1, 1, 14, 14]),
    });
    expect(logits!.dims).toEqual([1, 10]);
    expect([...(logits!.data as Float32Array)].every(Number.isFinite)).toBe(true);
    const card = JSON.parse(new TextDecoder().decode(files['card.json'])) as {
      parameters: object;
      latency: { adapter: string };
    };
    expect(card.parameters).toEqual({
      dense: architecture.parameters.dense,
      nonZero: architecture.parameters.active,
    });
    expect(card.latency).toMatchObject({ images: 100, passes: 20 });
    expect(card.latency.adapter).toMatch(/swiftshader/i);
  });

  await test.step('a PyTorch module with its weights', async () => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'PyTorch' }).click(),
    ]);
    expect(Object.keys(unzipSync(await readFile(await download.path()))).sort()).toEqual([
      'card.json',
      'network.py',
      'train.py',
      'weights.npz',
    ]);
  });
});

test('a comparison is drawn, read and saved; an invalid file is rejected', async ({
  lab: page,
}, info) => {
  const comparison = sampleComparison(
    ['mgas', 'random'],
    [
      sampleRun('mgas', 1, 0.7, 950),
      sampleRun('mgas', 2, 0.74, 990),
      sampleRun('random', 1, 0.66, 1000),
      sampleRun('random', 2, 0.75, 1000),
    ],
  );
  const file = info.outputPath('results.json');
  await writeFile(file, JSON.stringify(comparison));
  const wrong = info.outputPath('wrong.json');
  await writeFile(wrong, JSON.stringify({ ...comparison, seeds: 'all' }));
  await page.goto('/#/run/current/compare');
  await page.getByLabel('Results file').setInputFiles(wrong);
  const alert = page.locator('.compare').getByRole('alert');
  await expect(alert).toContainText('wrong.json: Not a comparison of this program: at seeds');
  await page.getByLabel('Results file').setInputFiles(file);
  await expect(alert).toHaveCount(0);
  await expect(
    page
      .locator('.compare')
      .getByText(
        'MGAS is on average 1.5 points more accurate than "Random" (better in 1 of 2 pairs',
      ),
  ).toBeVisible();
  const table = page.getByRole('region', { name: 'Results by method and target' });
  await expect(table.getByRole('row', { name: /MGAS/ })).toContainText('72.0 ± 2.8');
  const points = page
    .getByRole('group', { name: /^Accuracy against active parameters/ })
    .getByRole('img');
  await expect(points).toHaveCount(4);
  await page.getByRole('checkbox', { name: 'Random' }).uncheck();
  await expect(points).toHaveCount(2);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'CSV' }).click(),
  ]);
  expect((await readFile(await download.path(), 'utf8')).trim().split('\r\n')).toHaveLength(5);
});
