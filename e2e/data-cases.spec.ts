/**
 * Inputs as people have them, through the page: a sample of ../shared/data/cases that has every kind. Without that folder
 * these tests are skipped. MGAS_ALL_CASES=1 drives all of them.
 */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { caseNames, judge, readCase } from '../cli/data-cases/case.ts';
import { DatasetError } from '../src/datasets/dataset.ts';
import { chosenArrays, importFiles, openData } from './data-helpers.ts';
import { expect, test } from './lab.ts';

const root = process.env.MGAS_DATA_CASES ?? join(import.meta.dirname, '../../shared/data/cases');
const missing = !existsSync(root);
test.skip(missing, `needs inputs with right answers in ${root}`);

const wanted = 60;
/** What browsers do in ways of their own: these are never left out. */
const always =
  /cmyk|animated|two_members|padded|exif_all8|gif_all|bmp_all|tif_|ppm_all|rgba16|gzip_zip|pickle|python/;

/** Evenly from each kind (the name's first word). Links cannot be handed to a page. */
function sample(names: readonly string[]): string[] {
  const usable = names.filter((name) => !name.startsWith('link_'));
  if (process.env.MGAS_ALL_CASES) return usable;
  const chosen = new Set(usable.filter((name) => always.test(name)));
  const groups = new Map<string, string[]>();
  for (const name of usable) {
    const kind = name.split('_')[0]!;
    groups.set(kind, [...(groups.get(kind) ?? []), name]);
  }
  const left = wanted - chosen.size - groups.size;
  for (const group of groups.values()) {
    const count = 1 + Math.floor((left * group.length) / usable.length);
    for (let i = 0; i < count; i++) chosen.add(group[Math.floor((i * group.length) / count)]!);
  }
  for (const name of usable) if (chosen.size < wanted) chosen.add(name);
  return [...chosen].slice(0, wanted).sort();
}

test('reads real-world inputs, or reports why not', async ({ lab: page }) => {
  test.setTimeout(900_000);
  await openData(page);
  const problems: string[] = [];
  for (const name of sample(caseNames(root))) {
    const one = readCase(root, name);
    const { input, size, args } = one.expected;
    const path = join(one.folder, input);
    const outcome = await importFiles(
      page,
      statSync(path).isDirectory() ? 'Folder of a data set' : 'Files of a data set',
      path,
      { skip: args.skip ?? false, size, labels: args.labels ?? 'fine' },
    );
    const problem = judge(
      one,
      outcome.stored
        ? { set: await chosenArrays(page) }
        : { error: new DatasetError(outcome.message) },
    );
    if (problem) problems.push(`${name} (${one.expected.kind}): ${problem}`);
  }
  expect(problems).toEqual([]);
});
