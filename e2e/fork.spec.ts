/** Forking a stored run by keyboard alone: the parent is kept, and both lie side by side. */
import { AxeBuilder } from '@axe-core/playwright';
import { readFile } from 'node:fs/promises';
import { kindOf } from '../src/engine/search/checkpoint-state.ts';
import { expect, test } from './lab.ts';
import { runFile } from './run-file.ts';
import { openLibrary, runRow } from './storage-helpers.ts';
import { stageCount } from '../src/domain/spaces/registry.ts';

test('a run is forked from a commit by keyboard, and its parent is kept', async ({ lab }) => {
  await openLibrary(lab);
  await lab
    .getByLabel('File to import')
    .setInputFiles(
      await runFile('Alpha', 1e12, [], 6_000, (all) =>
        all.find(
          (one) => kindOf(one) === 'commit' && one.stage === stageCount(one.settings.space),
        )!,
      ),
    );
  await runRow(lab, 'Alpha').getByRole('button', { name: 'Open', exact: true }).press('Enter');
  await lab.getByRole('button', { name: /^Fork/ }).press('Enter');
  const dialog = lab.getByRole('dialog', { name: 'Fork from here' });
  const from = dialog.getByRole('combobox', { name: 'From' });
  await expect(from).toHaveText(/Step [\d,]+: commit in the joint stage/);
  const { violations } = await new AxeBuilder({ page: lab }).include('dialog').analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);
  const target = dialog.getByRole('textbox', { name: 'Target' });
  await target.fill('900000');
  await expect(dialog).toContainText(
    /Target size: enter less than [\d,]+, the remaining parameters at/,
  );
  await target.fill('3000');
  await expect(dialog.getByRole('status')).toContainText('Target size 6,000 \u2192 3,000');
  await target.press('Enter');
  await expect(dialog).toBeHidden();
  const title = lab.getByLabel('Run on screen');
  await expect(title).toContainText('Alpha, fork at step');
  await expect(lab).toHaveURL(/\/balance\?beside=Alpha$/);
  await expect(lab.getByRole('table', { name: /Balance of the two/ }).or(lab.getByRole('region', { name: 'Balance of the two runs' })).first()).toContainText('Compared run'); // prettier-ignore
  await openLibrary(lab);
  await expect(runRow(lab, 'Alpha')).toContainText('finished');
  const own = runRow(lab, /^Alpha, fork at step \d+$/);
  await expect(own).toContainText(/fork of Alpha at step \d+: Target size 6,000 \u2192 3,000/);
  const [saved] = await Promise.all([
    lab.waitForEvent('download'),
    own.getByRole('button', { name: 'Save', exact: true }).press('Enter'),
  ]);
  expect(JSON.parse(await readFile(await saved.path(), 'utf8'))).toMatchObject({
    version: 3,
    ancestry: [{ id: 'Alpha', name: 'Alpha' }],
  });
});
