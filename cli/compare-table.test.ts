import { expect, it } from 'vitest';
import { presets } from '../src/domain/settings/presets.ts';
import type { Comparison, RunResult } from '../src/engine/baselines/results.ts';
import { comparisonSentences, memoryTable, pairTable } from './compare-table.ts';

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

it('prints the number of images and the interval with every accuracy of the front', () => {
  const front = comparisonSentences(comparison(400)).at(-1);
  expect(front).toContain('990 parameters, 75.0% (n = 400, 71\u201379%)');
  expect(front).toContain('900 parameters, 70.0% (n = 400, 65\u201374%)');
});

it('prints no interval if the number of test images is unknown', () => {
  const front = comparisonSentences(comparison(0)).at(-1);
  expect(front).toContain('990 parameters, 75.0%.');
  expect(front).not.toContain('n =');
});

const withPeaks = (result: RunResult, stagePeaks: number[]): RunResult => ({
  ...result,
  stagePeaks,
  peakBytes: Math.max(0, ...stagePeaks),
});

it('prints the peak of each stage by method, and what the stages save against one', () => {
  const runs = [
    withPeaks(run('mgas', 990, 0.75), [3e6, 4e6, 2e6]),
    { ...withPeaks(run('mgas', 990, 0.75), [3e6, 5e6, 4e6]), seed: 2 },
    withPeaks(run('one-stage', 990, 0.7), [6e6]),
    { ...withPeaks(run('one-stage', 990, 0.7), [6e6]), seed: 2 },
    run('random', 990, 0.7),
  ];
  const all = { ...comparison(400), methods: ['mgas', 'one-stage', 'random'] as const, runs };
  const [head, , ...rows] = memoryTable({ ...all, methods: [...all.methods] })!.split('\n');
  expect(head).toMatch(/Stage 1, MB \| Stage 2, MB \| Joint, MB \| Peak, MB/);
  expect(rows.map((row) => row.replaceAll(/ +/g, ' '))).toEqual([
    '| MGAS | 3.0 | 4.5 | 3.0 | 4.5 |',
    '| MGAS in one stage | - | - | 6.0 | 6.0 |',
  ]);
  expect(comparisonSentences({ ...all, methods: [...all.methods] })).toContain(
    'Peak memory of MGAS: 4.5 MB in stages, 6.0 MB in one stage (25.0% less).',
  );
  // Results of earlier versions do not say it.
  expect(memoryTable(comparison(400))).toBeNull();
});

it('counts pairs of equal size by target, and the area under each front', () => {
  const two = { ...comparison(400), seeds: [1, 2] };
  two.runs = [
    ...two.runs,
    { ...run('mgas', 1_000, 0.7), seed: 2 },
    { ...run('random', 1_021, 0.8), seed: 2 },
  ];
  const [, , row] = pairTable(two)!.split('\n');
  expect(row!.replaceAll(/ +/g, ' ')).toBe('| 1,000 | Random | 1 of 2 | 1 | +5.0 | 1.00 |');
  expect(comparisonSentences(two)).toContain(
    // 0.75 from 990 on; 0.7 from 900 on.
    'Hypervolume (mean over sizes up to 1,000 parameters of the best accuracy so far, %): MGAS 0.8; Random 7.0.',
  );
  expect(pairTable({ ...two, runs: [] })).toBeNull();
});

it('states the settings in which single methods differ', () => {
  const methodSettings = { mgas: { 'optimizers.thresholds.rate': 0.06 }, random: {} };
  expect(comparisonSentences({ ...comparison(400), methodSettings })[0]).toBe(
    'Settings of single methods: MGAS optimizers.thresholds.rate = 0.06.',
  );
  expect(comparisonSentences(comparison(400))[0]).toMatch(/^MGAS is on average/);
});
