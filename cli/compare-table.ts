/** A comparison as text tables, for a terminal or a Markdown file. */
import { measuredText } from '../src/domain/accuracy.ts';
import { methodLabels } from '../src/engine/baselines/results.ts';
import type { Comparison } from '../src/engine/baselines/results.ts';
import {
  hypervolume,
  ownSettingsSentence,
  pairedSentence,
  pairedTest,
  paretoFront,
  peaksByStage,
  probability,
  savedByStages,
  spreadText,
  summarize,
} from '../src/engine/baselines/summary.ts';
import type { Spread } from '../src/engine/baselines/summary.ts';

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
const percent = (share: number): string => (100 * share).toFixed(1);

/** @param left index of the one column of words. */
function table(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  left: number,
): string {
  const widths = heads.map((head, i) =>
    Math.max(head.length, ...rows.map((row) => row[i]!.length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => (i === left ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(' | ')} |`;
  const rule = `| ${widths.map((width, i) => (i === left ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [line(heads), rule, ...rows.map(line)].join('\n');
}

/** A row a target and method: mean and spread over seeds. */
export function comparisonTable(comparison: Comparison): string {
  const rows = summarize(comparison).map((row) => [
    row.target.toLocaleString('en-US'),
    methodLabels[row.method],
    `${row.runs}${row.reached < row.runs ? ` (${row.runs - row.reached} over target)` : ''}`,
    show(row.parameters, 1, 0),
    show(row.accuracy, 100, 1),
    row.searchSeconds.mean > 0 ? show(row.searchSeconds, 1, 0) : '-',
    row.peakBytes.mean > 0 ? megabytes(row.peakBytes.mean) : '-',
  ]);
  const heads = [
    ...['Target', 'Method', 'Runs', 'Parameters', 'Test accuracy, %', 'Search, s', 'Peak, MB'],
  ];
  return table(heads, rows, 1);
}

/** A row a target and baseline: pairs that count, and who won. Null where nothing is paired. */
export function pairTable({ methods, targets, runs }: Comparison): string | null {
  const rows = targets.flatMap((target) =>
    methods.flatMap((method) => {
      if (method === 'mgas') return [];
      const own = runs.filter((run) => run.target === target);
      const { all, pairs, better, difference, p } = pairedTest(own, method);
      if (all === 0) return [];
      const points = `${difference < 0 ? '' : '+'}${percent(difference)}`;
      return [
        [
          ...[target.toLocaleString('en-US'), methodLabels[method], `${pairs} of ${all}`],
          ...(pairs > 0 ? [String(better), points, probability(p)] : ['-', '-', '-']),
        ],
      ];
    }),
  );
  if (rows.length === 0) return null;
  const heads = ['Target', 'MGAS against', 'Pairs that count', 'Won', 'Mean difference', 'p'];
  return table(heads, rows, 1);
}

/** A row a method: the most bytes of device buffers in each stage, on average over its runs. Null where none is known. */
export function memoryTable({ methods, runs }: Comparison): string | null {
  const rows = methods.flatMap((method) => {
    const peaks = peaksByStage(runs.filter((run) => run.method === method));
    return peaks.length > 0 ? [{ method, peaks }] : [];
  });
  const stages = Math.max(0, ...rows.map(({ peaks }) => peaks.length));
  if (stages === 0) return null;
  const names = Array.from({ length: stages - 1 }, (_, i) => `Stage ${i + 1}, MB`);
  return table(
    ['Memory by stage', ...names, 'Joint, MB', 'Peak, MB'],
    rows.map(({ method, peaks }) => [
      methodLabels[method],
      // A search in one stage has the joint stage alone.
      ...names.map((_, i) => (i < peaks.length - 1 ? megabytes(peaks[i]!) : '-')),
      megabytes(peaks.at(-1)!),
      megabytes(Math.max(...peaks)),
    ]),
    0,
  );
}

/** The paired tests, memory, hypervolumes and the Pareto front, a sentence each. */
export function comparisonSentences({
  methods,
  targets,
  runs,
  training,
  methodSettings,
}: Comparison): string[] {
  const tests = methods
    .filter((method) => method !== 'mgas')
    .map((method) => pairedSentence(pairedTest(runs, method)));
  // 0 stands for all test images of the set, however many these are.
  const images = training.testImages || null;
  const front = paretoFront(runs).map(
    ({ method, parameters, testAccuracy }) =>
      `${methodLabels[method]}: ${parameters.active.toLocaleString('en-US')} parameters, ${measuredText(testAccuracy, images)}`,
  );
  const saved = savedByStages(runs);
  const largest = Math.max(...targets);
  const volumes = methods.map((method) => {
    const own = runs.filter((run) => run.method === method);
    return `${methodLabels[method]} ${percent(hypervolume(own, largest))}`;
  });
  const own = ownSettingsSentence({ methodSettings });
  return [
    ...(own ? [own] : []),
    ...(methods.includes('mgas') ? tests : []),
    ...(saved
      ? [
          `Peak memory of MGAS: ${megabytes(saved.stages)} MB in stages, ${megabytes(saved.oneStage)} MB in one stage (${saved.stages <= saved.oneStage ? `${percent(1 - saved.stages / saved.oneStage)}% less` : `${percent(saved.stages / saved.oneStage - 1)}% more`}).`,
        ]
      : []),
    `Hypervolume (mean over sizes up to ${largest.toLocaleString('en-US')} parameters of the best accuracy so far, %): ${volumes.join('; ')}.`,
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
