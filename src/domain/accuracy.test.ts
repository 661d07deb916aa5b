import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accuracyText, clearlyAbove, measuredText, wilson } from './accuracy.ts';

const measured = fc.nat(2_000).chain((n) =>
  fc.nat(n + 1).map((right) => ({
    accuracy: Math.min(right, n + 1) / (n + 1),
    images: n + 1,
  })),
);

describe('wilson', () => {
  // Newcombe 1998, table I, method 3.
  it.each([
    [81 / 263, 263, 0.2553, 0.3662],
    [15 / 148, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1 / 29, 29, 0.0061, 0.1718],
  ])('%d of n = %i', (accuracy, images, low, high) => {
    expect(wilson({ accuracy, images }).low).toBeCloseTo(low, 4);
    expect(wilson({ accuracy, images }).high).toBeCloseTo(high, 4);
  });

  it('holds the measured share, stays within 0 and 1, and narrows with more images', () => {
    fc.assert(
      fc.property(measured, (one) => {
        const { low, high } = wilson(one);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(one.accuracy + 1e-12);
        expect(high).toBeGreaterThanOrEqual(one.accuracy - 1e-12);
        const more = wilson({ ...one, images: 10 * one.images });
        expect(more.high - more.low).toBeLessThan(high - low);
      }),
    );
    expect(wilson({ accuracy: 0, images: 0 })).toEqual({ low: 0, high: 1 });
  });
});

describe('clearlyAbove', () => {
  it('distinguishes chance from a difference', () => {
    expect(clearlyAbove({ accuracy: 0.72, images: 180 }, { accuracy: 0.67, images: 180 })).toBe(
      false,
    );
    expect(clearlyAbove({ accuracy: 0.72, images: 180 }, { accuracy: 0.55, images: 180 })).toBe(
      true,
    );
    expect(clearlyAbove({ accuracy: 0.72, images: 5_000 }, { accuracy: 0.67, images: 5_000 })).toBe(
      true,
    );
  });

  it('is never true both ways, nor for equal values', () => {
    fc.assert(
      fc.property(measured, measured, (a, b) => {
        expect(clearlyAbove(a, b) && clearlyAbove(b, a)).toBe(false);
        expect(clearlyAbove(a, a)).toBe(false);
      }),
    );
  });
});

it('states n and interval, with tenths only if n supports them', () => {
  expect(measuredText(129 / 180, 180)).toBe('71.7% (n = 180, 65\u201378%)');
  expect(measuredText(0.83, 20_000)).toBe('83.0% (n = 20,000, 82.5\u201383.5%)');
  expect(measuredText(17 / 32, 32)).toBe('53% (n = 32, 36\u201369%)');
  expect(accuracyText(17 / 32, 32)).toBe('53%');
  expect(measuredText(0.717, undefined)).toBe('71.7%');
});
