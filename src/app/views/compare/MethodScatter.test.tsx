import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { comparisonSettings } from '../../../engine/baselines/preset.ts';
import { methodNames } from '../../../engine/baselines/results.ts';
import type { Comparison, RunResult } from '../../../engine/baselines/results.ts';
import { MethodScatter } from './MethodScatter.tsx';
import { RunsTable } from './RunsTable.tsx';

const run = (
  method: RunResult['method'],
  seed: number,
  testAccuracy: number,
  active: number,
): RunResult => ({
  ...{
    method,
    seed,
    target: 1000,
    testAccuracy,
    testLoss: 1,
    parameters: { dense: 1500, active },
    macs: { dense: 2e5, sparse: 1e5 },
  },
  ...{
    remaining: { operation: 0.4, filter: 0.7, weight: 0.6 },
    searchSteps: 200,
    searchSeconds: 20,
    peakBytes: 9e6,
    validationAccuracy: 0.6,
    trainSeconds: 20,
  },
});
const comparison: Comparison = {
  ...{
    format: 'mgas-comparison',
    version: 1,
    dataset: 'fashion-mnist',
    backend: 'webgpu',
    settings: comparisonSettings,
  },
  ...{
    training: { epochs: 8, trainImages: 1500, testImages: 2000 },
    methods: [...methodNames],
    targets: [1000],
    seeds: [1, 2],
  },
  runs: methodNames.flatMap((method, i) => [
    run(method, 1, 0.7 + i / 100, 900 + i),
    run(method, 2, 0.69, 950),
  ]),
};

describe('the plot of a comparison', () => {
  const drawing = renderToStaticMarkup(<MethodScatter comparison={comparison} />);

  it('has a point a run, each with its reading, and a front a method', () => {
    expect(drawing.match(/role="img"/g)).toHaveLength(comparison.runs.length);
    expect(drawing).toContain(
      'MGAS, target 1,000, seed 1: test accuracy 70.0% (n = 2,000, 68\u201372%) with 900 parameters',
    );
    expect(drawing.match(/<path /g)).toHaveLength(methodNames.length);
    expect(drawing).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('draws a single run, and says so where there is none', () => {
    const one = renderToStaticMarkup(
      <MethodScatter comparison={{ ...comparison, runs: [run('mgas', 1, 1, 1000)] }} />,
    );
    expect(one).not.toMatch(/NaN|Infinity/);
    expect(
      renderToStaticMarkup(<MethodScatter comparison={{ ...comparison, runs: [] }} />),
    ).toContain('No run is finished yet');
  });
});

it('the table marks what lies on a method\u2019s front', () => {
  const table = renderToStaticMarkup(
    <RunsTable
      comparison={{
        ...comparison,
        methods: ['mgas'],
        runs: [run('mgas', 1, 0.7, 900), run('mgas', 2, 0.69, 950)],
      }}
      id={null}
    />,
  );
  expect(table.match(/<td>yes<\/td>/g)).toHaveLength(1);
});
