/** Validation accuracy of class-sorted data, which is every folder and zip, is true from the beginning. */
import { added, store } from './data-helpers.ts';
import { separableZip, shortTiny } from '../src/datasets/testing/separable.ts';
import type { SearchEvent } from '../src/domain/events/events.ts';
import { expect, test } from './lab.ts';
import {
  chooseSettings,
  openOverview,
  searchOver,
  startButton,
  storedRecords,
  storedRuns,
} from './storage-helpers.ts';

test('four separable classes, sorted in a zip, read above 95 % by the middle of a search', async ({
  lab: page,
}) => {
  test.setTimeout(900_000);
  await chooseSettings(page, shortTiny);
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Data' }).click();
  await page.getByLabel('Files of a data set').setInputFiles({
    ...{ name: 'quarters.zip', mimeType: 'application/zip' },
    buffer: Buffer.from(separableZip()),
  });
  await store(page);
  await expect(added(page)).toBeVisible();
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await openOverview(page);
  await startButton(page).click();
  await searchOver(page, /^(Finished|Stopped at)/);

  const { id } = (await storedRuns(page)).find(({ id: one }) => one !== 'settings')!;
  const batches = await storedRecords<{ events: SearchEvent[] }>(page, 'events', id);
  const events = batches.flatMap(({ events: some }) => some);
  const last = events.at(-1)!.step;
  const accuracies = events.flatMap((event) =>
    event.type === 'evaluated' ? [[event.step, event.accuracy] as const] : [],
  );
  const later = accuracies.filter(([step]) => step >= last / 2);
  expect(later.length).toBeGreaterThan(2);
  for (const [step, accuracy] of later)
    expect(accuracy, `at step ${step} of ${last}`).toBeGreaterThan(0.95);
});
