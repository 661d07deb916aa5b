import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { paperSettings } from '../../domain/settings/presets.ts';
import { adaptLambda, initialLambda, jointCapRatio, lambdaLimit, stageCapRatio } from './lambda.ts';
import type { Round } from './lambda.ts';

const settings = paperSettings.regularizer;
const round = (change: Partial<Round> = {}): Round => ({
  prunedShare: 0,
  crossEntropy: 1,
  sizeRegularizer: 100,
  capRatio: stageCapRatio,
  ...change,
});

describe('adaptive lambda', () => {
  it('grows by a step that grows by c0 squared while little is pruned', () => {
    const first = adaptLambda(initialLambda(settings), round(), settings);
    const second = adaptLambda(first, round(), settings);
    expect(first).toEqual({ lambda: 4e-5, step: 4e-5 });
    expect(second.lambda).toBeCloseTo(4e-5 + 16e-5, 12);
  });

  it('shrinks by c0 and resets its step when much is pruned, also at its cap', () => {
    const much = round({ prunedShare: settings.manyPruned });
    for (const lambda of [0.004, 4]) {
      const state = adaptLambda({ lambda, step: 0.004 }, much, settings);
      expect(state).toEqual({ lambda: lambda / 2, step: settings.lambda0 });
    }
  });

  it('stays when neither few nor many are pruned', () => {
    const state = { lambda: 0.003, step: 0.001 };
    expect(adaptLambda(state, round({ prunedShare: settings.fewPruned }), settings)).toEqual(state);
  });

  it('is not increased where the weighted size regularizer exceeds the cross entropy, in the joint stage twice it', () => {
    const state = { lambda: 0.015, step: 0.001 };
    expect(adaptLambda(state, round(), settings)).toEqual(state);
    const grown = { lambda: 0.015 + 0.004, step: 0.004 };
    expect(adaptLambda(state, round({ capRatio: jointCapRatio }), settings)).toEqual(grown);
    expect(adaptLambda(state, round({ crossEntropy: 1.6 }), settings)).toEqual(grown);
  });

  it('is never lowered by its cap, and never exceeds its limit', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: lambdaLimit, noNaN: true }),
        fc.double({ min: 1e-6, max: 50, noNaN: true }),
        fc.double({ min: 0, max: settings.manyPruned, maxExcluded: true, noNaN: true }),
        fc.double({ min: 0.01, max: 3, noNaN: true }),
        fc.double({ min: 1, max: 1000, noNaN: true }),
        (lambda, step, prunedShare, crossEntropy, sizeRegularizer) => {
          const change = { prunedShare, crossEntropy, sizeRegularizer };
          const next = adaptLambda({ lambda, step }, round(change), settings).lambda;
          expect(next).toBeGreaterThanOrEqual(lambda);
          expect(next).toBeLessThanOrEqual(lambdaLimit);
        },
      ),
    );
  });

  it('stays off when lambda0 is 0', () => {
    const off = { ...settings, lambda0: 0 };
    expect(adaptLambda(initialLambda(off), round(), off).lambda).toBe(0);
  });
});
