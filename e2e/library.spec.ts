/** The library on runs that came from files: no search is needed. */
import { readFile, truncate, writeFile } from 'node:fs/promises';
import { AxeBuilder } from '@axe-core/playwright';
import { modelCard } from '../src/engine/architecture/export/card.ts';
import { parseArchitecture } from '../src/domain/architecture/schema.ts';
import type { Architecture } from '../src/domain/architecture/schema.ts';
import { rebuildNetwork } from '../src/engine/train/rebuild.ts';
import type { ArchitectureRecord } from '../src/storage/records.ts';
import { expect, test } from './lab.ts';
import { runFile } from './run-file.ts';
import { openLibrary, runRow, storedRecords } from './storage-helpers.ts';

const names = '<img src=x onerror=alert(1)> Alpha';

test('runs are imported, searched, sorted, renamed, tagged, compared, opened, deleted and restored', async ({
  lab,
}) => {
  await openLibrary(lab);
  await expect(lab.getByText('No runs yet.')).toBeVisible();
  await lab
    .getByLabel('File to import')
    .setInputFiles([await runFile(names, 1e12), await runFile('Beta', 2e12, ['thesis'], 3_000)]);
  const headings = lab.getByRole('region', { name: 'Runs' }).getByRole('heading', { level: 3 });
  // Text of a file is text, whatever it looks like.
  await expect(headings).toHaveText(['Beta', names]);

  await lab.getByLabel('Sort by').selectOption('Name');
  await expect(headings).toHaveText([names, 'Beta']);
  await lab.getByRole('searchbox').fill('thesis');
  await expect(headings).toHaveText(['Beta']);
  await lab.getByRole('searchbox').fill('');

  const beta = runRow(lab, 'Beta');
  await beta.getByRole('button', { name: 'Rename' }).click();
  await lab.getByLabel('Name', { exact: true }).fill('Gamma');
  await lab.getByLabel('Tags').fill('thesis, second , thesis');
  await lab.keyboard.press('Enter');
  const gamma = runRow(lab, 'Gamma');
  await expect(gamma.getByRole('list', { name: 'Tags' }).getByRole('listitem')).toHaveText([
    'thesis',
    'second',
  ]);

  for (const box of await lab.getByRole('checkbox', { name: /^Compare/ }).all()) await box.check();
  const comparison = lab.getByRole('region', { name: 'Comparison' });
  await expect(comparison.getByRole('row', { name: /^Target/ }).first()).toContainText('6,000');
  await expect(comparison.getByRole('row', { name: /^Target/ }).first()).toContainText('3,000');
  await test.step('any number of runs on one chart: named, hidden, and as one CSV', async () => {
    const chart = lab.getByRole('region', { name: 'Runs on one chart' });
    const count = await chart.getByRole('listitem').count();
    expect(count).toBeGreaterThan(2);
    await chart.getByLabel('Align by').selectOption('non-zero parameters');
    await chart.getByRole('checkbox', { name: 'Show Gamma' }).uncheck();
    const [csv] = await Promise.all([
      lab.waitForEvent('download'),
      lab.getByRole('button', { name: /^CSV of \d+ runs$/ }).click(),
    ]);
    expect(await readFile(await csv.path(), 'utf8')).toContain('\r\nGamma,');
  });
  const { violations } = await new AxeBuilder({ page: lab }).analyze();
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`),
  ).toEqual([]);

  await test.step('size matches the file; latency is measured without a training, and stored', async () => {
    const [saved] = await Promise.all([
      lab.waitForEvent('download'),
      gamma.getByRole('button', { name: 'Save', exact: true }).click(),
    ]);
    const { events } = JSON.parse(await readFile(await saved.path(), 'utf8')) as {
      events: { architecture?: Architecture }[];
    };
    const architecture = parseArchitecture(events.at(-1)!.architecture);
    // Counted anew, from the masks.
    const card = modelCard(rebuildNetwork(architecture, 1), {
      architecture,
      normalization: { mean: [0], deviation: [1] },
      test: { accuracy: 0, loss: 0, images: 0, confusion: [], worst: [] },
    });
    const counted = [
      card.parameters.dense,
      card.parameters.nonZero,
      card.bytes.dense,
      card.bytes.withBitmap,
      card.macs.dense,
      card.macs.sparse,
    ].map((n) => n.toLocaleString('en-US'));
    const size = gamma.getByRole('group').filter({ hasText: /^Size/ });
    await size.locator('summary').press('Enter');
    const figures = size.locator('dd');
    await expect(figures).toHaveText([...counted, 'not measured']);
    // Recorded searches are compared beside it.
    const heads = await comparison.getByRole('columnheader').allInnerTexts();
    for (const [i, label] of [
      'Dense parameters',
      'Non-zero parameters',
      'Bytes, dense',
      'Bytes, bitmap mask',
      'MACs, dense',
      'MACs, sparse',
    ].entries()) {
      const cells = comparison.getByRole('row', { name: label }).getByRole('cell');
      await expect(cells.nth(heads.indexOf('Gamma') - 1)).toHaveText(counted[i]!);
    }
    await size.getByRole('button', { name: 'Measure latency' }).click();
    await expect(figures.last()).toContainText(
      /ms median, .* ms 95th percentile1 image per pass, 20 passes on .*swiftshader/i,
      { timeout: 60_000 },
    );
    await expect(comparison.getByRole('row', { name: 'Inference latency' })).toContainText(
      'ms median',
    );
    const measured = await figures.last().innerText();
    await lab.reload();
    await size.locator('summary').press('Enter');
    expect(await figures.last().innerText()).toBe(measured);
    const records = await storedRecords<ArchitectureRecord>(lab, 'architectures');
    const latency = records.find((record) => record.latency)?.latency;
    expect(latency!.median).toBeGreaterThan(0);
    expect(latency!.percentile95).toBeGreaterThanOrEqual(latency!.median);
    expect((await new AxeBuilder({ page: lab }).analyze()).violations.map(({ id }) => id)).toEqual(
      [],
    );
  });

  await gamma.getByRole('button', { name: 'Delete' }).click();
  await expect(runRow(lab, 'Gamma')).toHaveCount(0);
  await lab.getByRole('button', { name: 'Undo' }).click();
  await expect(runRow(lab, 'Gamma')).toHaveCount(1);

  const [download] = await Promise.all([
    lab.waitForEvent('download'),
    gamma.getByRole('button', { name: 'Save with weights' }).click(),
  ]);
  await lab.getByLabel('File to import').setInputFiles(await download.path());
  await expect(runRow(lab, 'Gamma (again)')).toHaveCount(1);

  await gamma.getByRole('button', { name: 'Open' }).click();
  await expect(lab.getByRole('main')).toHaveAttribute('aria-label', 'Overview');
  await lab.reload();
  await expect(lab.getByText('No run')).toHaveCount(0);

  await openLibrary(lab);
  await runRow(lab, 'Gamma').getByRole('button', { name: 'Use settings' }).click();
  await expect(lab.getByRole('main')).toHaveAttribute('aria-label', 'Overview');
});

test('an invalid file is rejected with its field, and nothing is stored; a dropped file is imported', async ({
  lab,
}, info) => {
  await openLibrary(lab);
  const good = await runFile('Good', 1e12);
  const wrong = good.buffer.toString().replace('"batchSize":8', '"batchSize":"eight"');
  const refusal = lab.getByRole('status').filter({ hasText: 'could not be imported' });
  await lab
    .getByLabel('File to import')
    .setInputFiles({ ...good, name: 'wrong.json', buffer: Buffer.from(wrong) });
  await expect(refusal).toContainText('settings.batchSize');

  const huge = info.outputPath('huge.json');
  await writeFile(huge, '{');
  await truncate(huge, 200 * 2 ** 20);
  await lab.getByLabel('File to import').setInputFiles(huge);
  await expect(refusal).toContainText('200 MiB');

  await lab.getByLabel('File to import').setInputFiles({
    name: 'deep.json',
    mimeType: 'application/json',
    buffer: Buffer.from('['.repeat(1_000_000)),
  });
  await expect(refusal).toContainText('levels deep');
  await lab.getByLabel('File to import').setInputFiles({
    ...good,
    name: 'short.json',
    buffer: good.buffer.subarray(0, good.buffer.length / 2),
  });
  await expect(refusal).toContainText('it is truncated');
  await expect(lab.getByText('No runs yet.')).toBeVisible();

  const transfer = await lab.evaluateHandle((text) => {
    const data = new DataTransfer();
    data.items.add(new File([text], 'good.json', { type: 'application/json' }));
    return data;
  }, good.buffer.toString());
  await lab.dispatchEvent('.library', 'dragover', { dataTransfer: transfer });
  await lab.dispatchEvent('.library', 'drop', { dataTransfer: transfer });
  await expect(runRow(lab, 'Good')).toHaveCount(1);
});

test('the library fits a phone', async ({ lab }) => {
  await lab.setViewportSize({ width: 390, height: 844 });
  await lab.getByText('More', { exact: true }).click();
  await lab
    .getByRole('navigation', { name: 'More views' })
    .getByRole('link', { name: 'Library' })
    .click();
  await lab
    .getByLabel('File to import')
    .setInputFiles(
      await runFile('A name that is long enough to need more than one line on a phone', 1e12, [
        'one',
        'two',
      ]),
    );
  await expect(runRow(lab, /A name/)).toBeVisible();
  expect(await lab.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);

  // A run on screen: the settings make room for it, a press away.
  await runRow(lab, /A name/)
    .getByRole('button', { name: 'Open' })
    .click();
  await expect(lab.getByRole('form', { name: 'Settings' })).toBeHidden();
  await lab.getByRole('button', { name: 'Settings', exact: true }).click();
  await expect(lab.getByRole('form', { name: 'Settings' })).toBeVisible();
  expect(await lab.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});
