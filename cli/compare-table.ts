/** A comparison as a text table, for a terminal or a Markdown file. */
import { measuredText } from '../src/domain/accuracy.ts';
import { methodLabels } from '../src/engine/baselines/results.ts';
import type { Comparison } from '../src/engine/baselines/results.ts';
import {
  pairedSentence,
  pairedTest,
  paretoFront,
  spreadText,
  summarize,
} from '../src/engine/baselines/summary.ts';
import type { Spread } from '../src/engine/baselines/summary.ts';

const heads = [
  'Target',
  'Method',
  'Runs',
  'Parameters',
  'Test accuracy, %',
  'Search, s',
  'Peak, MB',
];

export function comparisonTable(comparison: Comparison): string {
  const rows = summarize(comparison).map((row) => [
    row.target.toLocaleString('en-US'),
    methodLabels[row.method],
    `${row.runs}${row.reached < row.runs ? ` (${row.runs - row.reached} over target)` : ''}`,
    show(row.parameters, 1, 0),
    show(row.accuracy, 100, 1),
    row.searchSeconds.mean > 0 ? show(row.searchSeconds, 1, 0) : '-',
    row.peakBytes.mean > 0 ? (row.peakBytes.mean / 1e6).toFixed(1) : '-',
  ]);
  const widths = heads.map((head, i) =>
    Math.max(head.length, ...rows.map((row) => row[i]!.length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => (i === 1 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(' | ')} |`;
  const rule = `| ${widths.map((width, i) => (i === 1 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [line(heads), rule, ...rows.map(line)].join('\n');
}

/** The paired tests and the Pareto fronts, a sentence each. */
export function comparisonSentences({ methods, runs, training }: Comparison): string[] {
  const tests = methods
    .filter((method) => method !== 'mgas')
    .map((method) => pairedSentence(pairedTest(runs, method)));
  // 0 stands for all test images of the set, however many these are.
  const images = training.testImages || null;
  const front = paretoFront(runs).map(
    ({ method, parameters, testAccuracy }) =>
      `${methodLabels[method]}: ${parameters.active.toLocaleString('en-US')} parameters, ${measuredText(testAccuracy, images)}`,
  );
  return [
    ...(methods.includes('mgas') ? tests : []),
    `Pareto front of all runs (test accuracy with its 95% interval): ${front.join('; ')}.`,
  ];
}

function show(spread: Spread, scale: number, digits: number): string {
  const text = (value: number): string =>
    (scale * value).toLocaleString('en-US', {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
  return spreadText(spread, text);
}
