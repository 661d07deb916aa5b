import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { methodNames } from '../../../engine/baselines/results.ts';
import { sampleComparison, sampleRun } from '../../../engine/baselines/testing.ts';
import { MethodScatter } from './MethodScatter.tsx';
import { RunsTable } from './RunsTable.tsx';

const comparison = sampleComparison(
  [...methodNames],
  methodNames.flatMap((method, i) => [
    sampleRun(method, 1, 0.7 + i / 100, 900 + i),
    sampleRun(method, 2, 0.69, 950),
  ]),
);

describe('the plot of a comparison', () => {
  const drawing = renderToStaticMarkup(<MethodScatter comparison={comparison} />);

  it('has one point per run with its values, and one front per method', () => {
    expect(drawing.match(/role="img"/g)).toHaveLength(comparison.runs.length);
    expect(drawing).toContain(
      'MGAS, target 1,000, seed 1: test accuracy 70.0% (n = 2,000, 68\u201372%) with 900 parameters',
    );
    expect(drawing.match(/<path /g)).toHaveLength(methodNames.length);
    expect(drawing).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('draws a single run, and shows a message without runs', () => {
    const one = renderToStaticMarkup(
      <MethodScatter comparison={{ ...comparison, runs: [sampleRun('mgas', 1, 1, 1000)] }} />,
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
        runs: [sampleRun('mgas', 1, 0.7, 900), sampleRun('mgas', 2, 0.69, 950)],
      }}
      id={null}
    />,
  );
  expect(table.match(/<td>yes<\/td>/g)).toHaveLength(1);
});
