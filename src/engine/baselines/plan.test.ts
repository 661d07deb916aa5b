import { describe, expect, it } from 'vitest';
import { estimateSentence, Pace } from './pace.ts';
import { allRuns, emptyComparison, openRuns, runSettings } from './plan.ts';
import { comparisonSettings } from './preset.ts';
import { comparisonFormat, parseComparison } from './results.ts';
import type { RunResult } from './results.ts';
import { sameConditions } from './shard.ts';

const plan = {
  ...{
    dataset: 'synthetic',
    backend: 'cpu',
    settings: comparisonSettings,
    training: { epochs: 3, trainImages: 100, testImages: 50 },
  },
  ...{ methods: ['mgas', 'random'] as const, targets: [2000, 1200], seeds: [1, 2] },
};
const comparison = emptyComparison({ ...plan, methods: [...plan.methods] });
const result = (
  method: RunResult['method'],
  target: number,
  seed: number,
  searchSeconds: number,
): RunResult => ({
  ...{
    method,
    target,
    seed,
    parameters: { dense: 1500, active: 1100 },
    macs: { dense: 2e5, sparse: 1e5 },
    remaining: { operation: 1, filter: 1, weight: 1 },
  },
  ...{
    searchSteps: 10,
    searchSeconds,
    peakBytes: 0,
    validationAccuracy: null,
    trainSeconds: 10,
    testAccuracy: 0.5,
    testLoss: 1,
  },
});

describe('the matrix', () => {
  it('has every method at the first seeds before any at the last', () => {
    expect(
      allRuns(comparison).map(({ method, target, seed }) => `${seed} ${target} ${method}`),
    ).toEqual([
      ...['1 2000 mgas', '1 2000 random', '1 1200 mgas', '1 1200 random'],
      ...['2 2000 mgas', '2 2000 random', '2 1200 mgas', '2 1200 random'],
    ]);
  });

  it('excludes finished runs only', () => {
    const runs = [result('mgas', 1200, 1, 5), result('random', 2000, 2, 0)];
    const open = openRuns({ ...comparison, runs });
    expect(open).toHaveLength(6);
    expect(open).not.toContainEqual({ method: 'mgas', target: 1200, seed: 1 });
    expect(open).toContainEqual({ method: 'mgas', target: 1200, seed: 2 });
  });

  it('sets seed and target of each run, in search and training, and tests only at the end', () => {
    const { settings, training } = runSettings(comparison, {
      ...{ method: 'mgas', target: 1200, seed: 2 },
    });
    expect(settings).toEqual({ ...comparisonSettings, seed: 2, targetParameters: 1200 });
    expect(training).toMatchObject({
      seed: 2,
      epochs: 3,
      evaluateEvery: 0,
      batchSize: comparisonSettings.batchSize,
      data: { trainImages: 100, testImages: 50 },
    });
  });

  it('gives a method the settings in which it differs, and no other', () => {
    const methodSettings = {
      random: {},
      mgas: { 'optimizers.thresholds.rate': 0.07, batchSize: 8 },
    };
    const of = (method: RunResult['method']) =>
      runSettings({ ...comparison, methodSettings }, { method, target: 1200, seed: 2 });
    expect(of('mgas').settings.optimizers.thresholds).toEqual({
      ...comparisonSettings.optimizers.thresholds,
      rate: 0.07,
    });
    expect(of('mgas').settings.optimizers.weights).toEqual(comparisonSettings.optimizers.weights);
    expect(of('mgas').settings.batchSize).toBe(8);
    for (const method of ['random', 'one-stage'] as const)
      expect(of(method)).toEqual(runSettings(comparison, { method, target: 1200, seed: 2 }));
    const kept = { ...comparison, methodSettings };
    expect(parseComparison(JSON.stringify(kept))).toEqual(kept);
  });
});

describe('the pace', () => {
  const measured = { msPerStep: 100, searchSteps: 200, trainSteps: 100 };

  it('uses measured steps before any run, and is smaller without a search', () => {
    const pace = new Pace(comparison, measured);
    expect(pace.of('random')).toBeCloseTo(3.5);
    expect(pace.of('mgas')).toBeCloseTo(13.5);
    expect(pace.left(openRuns(comparison))).toBeCloseTo(4 * (3.5 + 13.5));
  });

  it('uses runs of the method, else runs of similar methods', () => {
    const pace = new Pace(comparison, measured);
    pace.note(result('mgas', 1200, 1, 30));
    expect(pace.of('mgas')).toBe(40);
    expect(pace.of('one-stage')).toBe(40);
    expect(pace.of('random')).toBeCloseTo(3.5);
    pace.note(result('one-stage', 1200, 1, 50));
    expect(pace.of('one-stage')).toBe(60);
    expect(pace.of('mgas')).toBe(40);
  });

  it('uses only what it has measured', () => {
    const pace = new Pace({ runs: [result('random', 1200, 1, 0)] }, null);
    expect([pace.knows('random'), pace.knows('mgas')]).toEqual([true, false]);
  });

  it('is described in a sentence', () => {
    expect(estimateSentence({ ...measured, runs: 1, seconds: 12 }, (ms) => `${ms / 1000} s`)).toBe(
      '1 run left: about 12 s (100 ms per step of the super-net; at most 200 steps per search, 100 per training).',
    );
  });
});

it('a file with the same run twice is rejected', () => {
  const twice = {
    ...comparison,
    format: comparisonFormat,
    runs: [result('mgas', 1200, 1, 5), result('mgas', 1200, 1, 6)],
  };
  expect(() => parseComparison(JSON.stringify(twice))).toThrow(
    'at runs: two runs have the same method, target and seed',
  );
});

it('settings in another order are the same conditions', () => {
  const turned = (value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(
          Object.entries(value)
            .reverse()
            .map(([key, one]) => [key, turned(one)]),
        )
      : value;
  const settings = turned(comparison.settings) as typeof comparison.settings;
  expect(JSON.stringify(settings)).not.toBe(JSON.stringify(comparison.settings));
  expect(sameConditions(comparison, { ...comparison, settings })).toBe(true);
  expect(
    sameConditions(comparison, { ...comparison, settings: { ...settings, batchSize: 9 } }),
  ).toBe(false);
});
