import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bestWithin, paretoFront } from './points.ts';
import type { TradeOffPoint } from './points.ts';

const point = fc.record({
  step: fc.nat(),
  stage: fc.nat(3),
  accuracy: fc.integer({ min: 0, max: 20 }).map((n) => n / 20),
  parameters: fc.integer({ min: 1, max: 30 }),
  whole: fc.boolean(),
});

const beats = (a: TradeOffPoint, b: TradeOffPoint): boolean =>
  a.parameters <= b.parameters &&
  a.accuracy >= b.accuracy &&
  (a.parameters < b.parameters || a.accuracy > b.accuracy);

describe('paretoFront', () => {
  it('holds exactly the whole networks that none beats, one of equals', () => {
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
