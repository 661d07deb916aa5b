import { expect, it } from 'vitest';
import { presets } from '../src/domain/settings/presets.ts';
import type { Comparison, RunResult } from '../src/engine/baselines/results.ts';
import { comparisonSentences } from './compare-table.ts';

const run = (method: RunResult['method'], active: number, testAccuracy: number): RunResult => ({
  ...{ method, target: 1_000, seed: 1 },
  parameters: { dense: 2_000, active },
  macs: { dense: 4_000, sparse: 2_000 },
  remaining: { operation: 0.5, filter: 0.5, weight: 0.5 },
  ...{ searchSteps: 10, searchSeconds: 1, peakBytes: 0, validationAccuracy: null },
  ...{ trainSeconds: 1, testAccuracy, testLoss: 1 },
});

const comparison = (testImages: number): Comparison => ({
  ...{ format: 'mgas-comparison', version: 1, dataset: 'noise', backend: 'cpu' },
  settings: presets.tiny,
  training: { epochs: 1, trainImages: 10, testImages },
  ...{ methods: ['mgas', 'random'], targets: [1_000], seeds: [1] },
  runs: [run('mgas', 990, 0.75), run('random', 900, 0.7)],
});

it('gives images and interval with every accuracy of the front', () => {
  const [, front] = comparisonSentences(comparison(400));
  expect(front).toContain('990 parameters, 75.0% (n = 400, 71\u201379%)');
  expect(front).toContain('900 parameters, 70.0% (n = 400, 65\u201374%)');
});

it('gives no interval where the number of test images is not known', () => {
  expect(comparisonSentences(comparison(0))[1]).toContain('990 parameters, 75.0%.');
  expect(comparisonSentences(comparison(0))[1]).not.toContain('n =');
});
