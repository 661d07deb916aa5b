import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { roundUp, ticks } from './ticks.ts';

it.each([
  [0, 1, 4, [0, 0.5, 1]],
  [0, 1, 5, [0, 0.2, 0.4, 0.6, 0.8, 1]],
  [0, 950, 4, [0, 500]],
  [3, 17, 7, [4, 6, 8, 10, 12, 14, 16]],
])('ticks(%s, %s, %s)', (low, high, wanted, expected) => {
  expect(ticks(low, high, wanted)).toEqual(expected);
});

it('ticks lie inside and are not many more than wanted', () => {
  const amount = fc.double({ min: 1e-6, max: 1e9, noNaN: true });
  fc.assert(
    fc.property(amount, amount, fc.integer({ min: 1, max: 12 }), (low, span, wanted) => {
      fc.pre(span / low > 1e-6);
      const all = ticks(low, low + span, wanted);
      expect(all.length).toBeLessThanOrEqual(wanted + 1);
      for (const tick of all) {
        expect(tick).toBeGreaterThanOrEqual(low - span * 1e-6);
        expect(tick).toBeLessThanOrEqual(low + span * (1 + 1e-6));
      }
    }),
  );
});

it('roundUp is at or above', () => {
  expect(roundUp(2.3)).toBe(3);
  expect(roundUp(0.83)).toBe(1);
  expect(roundUp(0)).toBe(1);
  expect(roundUp(9_743_210)).toBe(10_000_000);
});
