/** For tests of what shows comparisons: one with made-up runs. */
import { comparisonSettings } from './preset.ts';
import type { Comparison, RunResult } from './results.ts';

export const sampleRun = (
  method: RunResult['method'],
  seed: number,
  testAccuracy: number,
  active: number,
): RunResult => ({
  ...{ method, seed, target: 1000, testAccuracy, testLoss: 1 },
  ...{ parameters: { dense: 1500, active }, macs: { dense: 2e5, sparse: 1e5 } },
  ...{ remaining: { operation: 0.4, filter: 0.7, weight: 0.6 }, searchSteps: 200 },
  ...{ searchSeconds: 20, peakBytes: 9e6, validationAccuracy: 0.6, trainSeconds: 20 },
});

/** Of two seeds and one target. */
export const sampleComparison = (
  methods: Comparison['methods'],
  runs: Comparison['runs'],
): Comparison => ({
  ...{ format: 'mgas-comparison', version: 1, dataset: 'fashion-mnist', backend: 'webgpu' },
  settings: comparisonSettings,
  training: { epochs: 8, trainImages: 1500, testImages: 2000 },
  ...{ methods, runs, targets: [1000], seeds: [1, 2] },
});
