import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { csvText } from './csv.ts';
import { lossRows } from '../views/balance/csv-rows.ts';
import { unitRows } from '../views/units/unit-rows.ts';
import { detailRows } from '../views/discretization/detail-rows.ts';

describe('CSV', () => {
  it('quotes separators, and keeps full precision', () => {
    expect(
      csvText([
        ['a,b', 'say "x"', 'two\nlines'],
        [0.1 + 0.2, 'c', ''],
      ]),
    ).toBe('"a,b","say ""x""","two\nlines"\r\n0.30000000000000004,c,\r\n');
  });

  it('has the parameters of each step of the waterfall', () => {
    const rows = lossRows({ superNet: 100, afterOperations: 70, afterFilters: 50, left: 20 });
    expect(rows.slice(1).map(([, size]) => size)).toEqual([100, 30, 20, 30, 20]);
  });

  it('has one row per bin of a weight histogram', () => {
    const weights = {
      unit: 0,
      threshold: 0.1,
      width: 0.5,
      alive: [1, 2],
      masked: [3, 0],
      total: 6,
    };
    const row = { candidate: null, groups: [], weights } as unknown as Parameters<
      typeof detailRows
    >[1];
    expect(detailRows('weight', row).slice(1)).toEqual([
      [0, 0.5, 1, 3],
      [0.5, 1, 2, 0],
    ]);
    const operation = { importance: 0.7, threshold: 0.2, alive: true };
    expect(unitRows(operation, [], weights).slice(1)).toEqual([
      ['operation', '', '', 0.7, 0.2, 1, ''],
      ['weight', '', '', 0, 0.1, 1, 3],
      ['weight', '', '', 0.5, 0.1, 2, 0],
    ]);
  });
});

/** Panels that hold no chart or table: forms, lists with buttons, previews of images, text. */
const plain: readonly RegExp[] = [
  /title="(Architecture|Selected operation|Export|Most confident mistakes|Runs|Architectures|Comparisons|Images|Augmentation|Add data)"/,
  /className="area-(subject|exports|worst|runs|found|import|comparisons|verdict|form|figures|running|add|sets|preview|sheet)/,
];

it('every panel with a chart or a table can be saved', () => {
  const folder = join(import.meta.dirname, '..');
  const missing = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.tsx') && !/\.test\.|components.Panel/.test(file))
    .flatMap((file) =>
      [...readFileSync(join(folder, file), 'utf8').matchAll(/<Panel\b[^]*?\n? *>\n/g)]
        .map(([head]) => head)
        .filter((head) => !/\bcsv=/.test(head) && !plain.some((one) => one.test(head)))
        .map((head) => `${file}: ${head.replace(/\s+/g, ' ')}`),
    );
  expect(missing).toEqual([]);
});
