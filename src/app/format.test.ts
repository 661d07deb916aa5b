import { expect, it } from 'vitest';
import { bytes, compact, decimal, durationRange, roundBytes } from './format.ts';
import { emptyRun } from './store/run-model.ts';
import { memoryPlot } from './views/curves.ts';
import { ticks } from './charts/ticks.ts';
import type { LabState } from './store/store.ts';

it.each([
  [0, '0 B'],
  [500, '500 B'],
  [5 * 2 ** 20, '5 MiB'],
  [2.5 * 2 ** 20, '2.5 MiB'],
  [20 * 2 ** 10, '20 KiB'],
  [200 * 2 ** 10, '200 KiB'],
])('%s bytes on an axis: %s', (value, text) => expect(roundBytes(value)).toBe(text));

it.each([
  [999_400, '999 K'],
  [999_700, '1 M'],
  [12_400, '12.4 K'],
  [999.4e6, '999 M'],
  [2_250e6, '2.25 G'],
])('%s in short: %s', (value, text) => expect(compact(value)).toBe(text));

it.each([
  [12_345, '12,345'],
  [1_234.5, '1,235'],
  [89.126, '89.13'],
  [0.0123, '0.0123'],
])('%s in digits: %s', (value, text) => expect(decimal(value)).toBe(text));

it.each([90_000, 700_000, 9_500_000, 300 * 2 ** 20, 3 * 2 ** 30])(
  'ticks of an axis up to %s bytes are round in the unit that they are written in',
  (most) => {
    const point = { step: 1, time: 0, crossEntropy: 1, loss: 1, accuracy: 0, memoryBytes: most };
    const run = { ...emptyRun, step: 1, curves: { ...emptyRun.curves, points: [point] } };
    const { yMin, yMax, yUnit = 1 } = memoryPlot({ run } as unknown as LabState);
    expect(yMax).toBeGreaterThanOrEqual(most);
    for (const tick of ticks(yMin / yUnit, yMax / yUnit, 4)) {
      const [number] = bytes(tick * yUnit).split(' ');
      // Two digits at most, then zeros: 50, 2.5, 200; never 4.77.
      expect(Number(number)).toBe(Number(Number(number).toPrecision(2)));
    }
  },
);

it.each([
  [41_000, 173_000, '45 s to 3 min'],
  [173_000, 175_000, '3 min'],
  [0, 4_000, '0 s to 5 s'],
  [1_000_000, 7_300_000, '17 min to 2 h 2 min'],
])('an estimate from %s to %s ms: %s', (least, most, text) =>
  expect(durationRange(least, most)).toBe(text),
);
