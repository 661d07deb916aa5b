/** Architectures from elsewhere: pasted, from files, and published ones. */
import { AxeBuilder } from '@axe-core/playwright';
import { publishedCell } from '../src/domain/architecture/published-cells.ts';
import type { ArchitectureRecord } from '../src/storage/records.ts';
import { expect, test } from './lab.ts';
import { openLibrary, storedRecords } from './storage-helpers.ts';

const { genotype } = publishedCell('DARTS_V2');

test('a pasted genotype is read, drawn, counted, and stored only when it is added', async ({
  lab,
}) => {
  await openLibrary(lab);
  const panel = lab.getByRole('region', { name: 'Import an architecture' });
  await panel.getByLabel('Genotype, pasted').fill(genotype.trimEnd().slice(0, -1));
  await panel.getByRole('button', { name: 'Import the text' }).click();
  await expect(panel.getByRole('alert')).toContainText('truncated');

  await panel.getByLabel('Genotype, pasted').fill(genotype);
  await panel.getByRole('button', { name: 'Import the text' }).click();
  const read = panel.getByRole('region', { name: 'Read: DARTS_V2, 20 cells, 36 channels' });
  await expect(read).toContainText('3,349,342');
  const drawing = read.getByRole('img');
  await expect(drawing).toBeVisible();
  expect(await drawing.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(
    500,
  );
  expect(await storedRecords<ArchitectureRecord>(lab, 'architectures')).toEqual([]);

  for (const [label, value] of [
    ['Cells', '5'],
    ['Initial channels', '4'],
    ['Image size, pixels', '14'],
    ['Image channels', '1'],
  ])
    await panel.getByLabel(label!, { exact: true }).fill(value!);
  await panel.getByRole('button', { name: 'Import the text' }).click();
  await panel.getByRole('button', { name: 'Add to the library' }).click();
  const row = lab.getByRole('listitem').filter({ hasText: 'DARTS_V2, 5 cells, 4 channels' });
  await expect(row).toBeVisible();
  expect((await storedRecords<ArchitectureRecord>(lab, 'architectures')).length).toBe(1);

  // It leaves as a genotype again.
  await row.getByText('Export', { exact: true }).click();
  const download = lab.waitForEvent('download');
  await row.getByRole('button', { name: 'Genotype' }).click();
  expect((await download).suggestedFilename()).toMatch(/genotype\.py$/);

  // And is trained like any other.
  await row.getByRole('button', { name: 'Retrain' }).click();
  await expect(lab.getByRole('region', { name: 'Architecture' })).toContainText('14 pixels');
});

test('files are read together, and unsupported files are named', async ({ lab }) => {
  await openLibrary(lab);
  const panel = lab.getByRole('region', { name: 'Import an architecture' });
  const file = (name: string, text: string) => ({
    name,
    mimeType: 'text/plain',
    buffer: Buffer.from(text),
  });
  await panel
    .getByLabel('Architecture files')
    .setInputFiles(file('nni.json', '{"normal_n2_p0": "sepconv3x3"}'));
  await expect(panel.getByRole('alert')).toContainText(
    'nni.json: This is an architecture that NNI exported',
  );
  await panel.getByLabel('Architecture files').setInputFiles(file('mine.py', genotype));
  await expect(panel.getByRole('region', { name: /^Read: DARTS_V2/ })).toBeVisible();
  expect(await storedRecords<ArchitectureRecord>(lab, 'architectures')).toEqual([]);
});

test('a published cell is scaled to the parameters of a network of the library', async ({
  lab,
}) => {
  await openLibrary(lab);
  const published = lab.getByRole('region', { name: 'Published cells' });
  await published.getByRole('button', { name: 'Import MG-DARTS, small' }).click();
  await expect(published.getByRole('region', { name: /^Read: MG_DARTS_small/ })).toContainText(
    '704,082',
  );
  await published.getByRole('button', { name: 'Add to the library' }).click();
  await published.getByRole('button', { name: 'Import ProxylessNAS, mobile' }).click();
  const chain = published.getByRole('region', { name: /^Read: ProxylessNAS_mobile, 19 of 21/ });
  await expect(chain).toContainText('4,080,512');
  await expect(chain.getByRole('img')).toBeVisible();
  await published.getByLabel('Size').selectOption({ index: 1 });
  await published.getByRole('button', { name: 'Import DARTS, second order' }).click();
  // 711,238 at 28 channels; 27 are farther from 704,082.
  await expect(
    published.getByRole('region', { name: 'Read: DARTS_V2, 8 cells, 28 channels' }),
  ).toContainText('711,238');
  const { violations } = await new AxeBuilder({ page: lab })
    .include('.area-import')
    .include('.area-published')
    .analyze();
  expect(violations).toEqual([]);
});
