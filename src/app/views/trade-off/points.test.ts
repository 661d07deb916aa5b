import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clearlyAbove } from '../../../domain/accuracy.ts';
import { bestWithin, frontBeyondNoise, paretoFront, smallestWithinNoise } from './points.ts';
import type { TradeOffPoint } from './points.ts';

const point = fc.record({
  step: fc.nat(),
  stage: fc.nat(3),
  accuracy: fc.integer({ min: 0, max: 20 }).map((n) => n / 20),
  images: fc.constantFrom(0, 20, 400, 10_000),
  parameters: fc.integer({ min: 1, max: 30 }),
  whole: fc.boolean(),
});

const beats = (a: TradeOffPoint, b: TradeOffPoint): boolean =>
  a.parameters <= b.parameters &&
  a.accuracy >= b.accuracy &&
  (a.parameters < b.parameters || a.accuracy > b.accuracy);

describe('paretoFront', () => {
  it('contains exactly the undominated whole networks, one of equals', () => {
    fc.assert(
      fc.property(fc.array(point), (points) => {
        const whole = points.filter((one) => one.whole);
        const unbeaten = whole.filter((one) => !whole.some((other) => beats(other, one)));
        const key = ({ parameters, accuracy }: TradeOffPoint): string =>
          `${parameters} ${accuracy}`;
        const front = paretoFront(points);
        expect(new Set(front.map(key))).toEqual(new Set(unbeaten.map(key)));
        expect(front).toHaveLength(new Set(unbeaten.map(key)).size);
      }),
    );
  });
});

describe('frontBeyondNoise', () => {
  it('is the front; its certain points are clearly above each other', () => {
    fc.assert(
      fc.property(fc.array(point), (points) => {
        const front = frontBeyondNoise(points);
        expect(front.map((one) => one.point)).toEqual(paretoFront(points));
        const certain = front.filter((one) => one.certain).map((one) => one.point);
        for (const [i, one] of certain.entries())
          if (i > 0) expect(clearlyAbove(one, certain[i - 1]!)).toBe(true);
      }),
    );
  });

  it('does not call the luckiest of noisy measurements better', () => {
    const at = (parameters: number, accuracy: number, images: number): TradeOffPoint => ({
      ...{ step: 1, stage: 2, whole: true, parameters, accuracy, images },
    });
    const few = [at(3_000, 0.68, 180), at(4_000, 0.7, 180), at(5_000, 0.72, 180)];
    expect(frontBeyondNoise(few).map(({ certain }) => certain)).toEqual([true, false, false]);
    expect(smallestWithinNoise(few, few[2]!).parameters).toBe(3_000);
    const many = few.map((one) => ({ ...one, images: 20_000 }));
    expect(frontBeyondNoise(many).map(({ certain }) => certain)).toEqual([true, true, true]);
    expect(smallestWithinNoise(many, many[2]!).parameters).toBe(5_000);
  });
});

describe('bestWithin', () => {
  it('is the most accurate whole network that is small enough', () => {
    fc.assert(
      fc.property(fc.array(point), fc.nat(30), (points, target) => {
        const within = points.filter(({ whole, parameters }) => whole && parameters <= target);
        expect(bestWithin(points, target)?.accuracy).toBe(
          within.length > 0 ? Math.max(...within.map(({ accuracy }) => accuracy)) : undefined,
        );
      }),
    );
  });
});
