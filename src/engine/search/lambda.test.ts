import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { paperSettings } from '../../domain/settings/presets.ts';
import { adaptLambda, initialLambda } from './lambda.ts';
import type { Round } from './lambda.ts';

const settings = paperSettings.regularizer;
const round = (change: Partial<Round> = {}): Round => ({
  prunedShare: 0,
  crossEntropy: 1,
  regularizers: 100,
  insist: false,
  ...change,
});

describe('adaptive lambda', () => {
  it('grows by a step that grows by c0 squared while little is pruned', () => {
    const first = adaptLambda(initialLambda(settings), round(), settings);
    const second = adaptLambda(first, round(), settings);
    expect(first).toEqual({ lambda: 4e-5, step: 4e-5, limit: 1 });
    expect(second.lambda).toBeCloseTo(4e-5 + 16e-5, 12);
  });

  it('shrinks by c0 and starts its step anew when much is pruned', () => {
    const state = adaptLambda(
      { lambda: 0.01, step: 0.004, limit: 1 },
      round({ prunedShare: settings.manyPruned }),
      settings,
    );
    expect(state).toEqual({ lambda: 0.005, step: settings.lambda0, limit: 1 });
  });

  it('stays when neither few nor many are pruned', () => {
    const state = { lambda: 0.003, step: 0.001, limit: 1 };
    expect(adaptLambda(state, round({ prunedShare: settings.fewPruned }), settings)).toEqual(state);
  });

  it('never lets the weighted regularizers exceed the cross entropy, unless it insists', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ prunedShare: fc.double({ min: 0, max: 0.1, noNaN: true }) }), {
          maxLength: 30,
        }),
        fc.double({ min: 0.01, max: 3, noNaN: true }),
        fc.double({ min: 1, max: 1000, noNaN: true }),
        (rounds, crossEntropy, regularizers) => {
          let state = initialLambda(settings);
          for (const one of rounds)
            state = adaptLambda(state, round({ ...one, crossEntropy, regularizers }), settings);
          expect(state.lambda * regularizers).toBeLessThanOrEqual(crossEntropy * (1 + 1e-9));
        },
      ),
    );
  });

  it('raises its limit when a joint stage at the limit prunes too little for its target', () => {
    const capped = { lambda: 0.01, step: 0.1, limit: 1 };
    expect(adaptLambda(capped, round(), settings)).toEqual(capped);
    const insisting = adaptLambda(capped, round({ insist: true }), settings);
    expect(insisting).toEqual({ lambda: 0.02, step: 0.1, limit: 2 });
  });

  it('stays off when lambda0 is 0', () => {
    const off = { ...settings, lambda0: 0 };
    expect(adaptLambda(initialLambda(off), round(), off).lambda).toBe(0);
  });
});
