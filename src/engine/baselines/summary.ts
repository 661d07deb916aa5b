/** What a comparison says: means and spreads, Pareto fronts, and a paired test over seeds, in words. Pure. */
import { methodLabels } from './results.ts';
import type { Comparison, MethodName, RunResult } from './results.ts';

export interface Spread {
  readonly mean: number;
  /** Sample standard deviation; 0 of a single value. */
  readonly deviation: number;
}

export interface SummaryRow {
  readonly method: MethodName;
  readonly target: number;
  readonly runs: number;
  /** Runs whose network is no larger than the target. */
  readonly reached: number;
  readonly parameters: Spread;
  readonly accuracy: Spread;
  readonly searchSeconds: Spread;
  readonly peakBytes: Spread;
}

export function spread(values: readonly number[]): Spread {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance =
    values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1);
  return { mean, deviation: values.length > 1 ? Math.sqrt(variance) : 0 };
}

/** By target, then in the order of the methods; combinations without a run are absent. */
export function summarize({
  methods,
  targets,
  runs,
}: Pick<Comparison, 'methods' | 'targets' | 'runs'>): SummaryRow[] {
  return targets.flatMap((target) =>
    methods.flatMap((method): SummaryRow[] => {
      const own = runs.filter((run) => run.method === method && run.target === target);
      if (own.length === 0) return [];
      const of = (value: (run: RunResult) => number): Spread => spread(own.map(value));
      return [
        {
          method,
          target,
          runs: own.length,
          reached: own.filter((run) => run.parameters.active <= target).length,
          parameters: of((run) => run.parameters.active),
          accuracy: of((run) => run.testAccuracy),
          searchSeconds: of((run) => run.searchSeconds),
          peakBytes: of((run) => run.peakBytes),
        },
      ];
    }),
  );
}

/** Runs of one method that no other of its runs beats in both size and accuracy, by size. */
export function paretoFront(runs: readonly RunResult[]): RunResult[] {
  const front: RunResult[] = [];
  const bySize = [...runs].sort(
    (a, b) => a.parameters.active - b.parameters.active || b.testAccuracy - a.testAccuracy,
  );
  for (const run of bySize)
    if (front.length === 0 || run.testAccuracy > front.at(-1)!.testAccuracy) front.push(run);
  return front;
}

export interface PairedTest {
  readonly baseline: MethodName;
  /** Pairs of runs with the same target and seed. */
  readonly pairs: number;
  readonly better: number;
  readonly equal: number;
  /** Pairs in which both networks meet the target, so that sizes are equal, and those of them in which MGAS is better. */
  readonly withinTarget: number;
  readonly betterWithinTarget: number;
  /** Mean of MGAS' accuracy less the baseline's. */
  readonly difference: number;
  /** Two-sided sign test over the pairs that differ. */
  readonly p: number;
}

export function pairedTest(runs: readonly RunResult[], baseline: MethodName): PairedTest {
  const pairs = runs
    .filter((run) => run.method === 'mgas')
    .flatMap((ours) => {
      const theirs = runs.find(
        (run) => run.method === baseline && run.target === ours.target && run.seed === ours.seed,
      );
      return theirs ? [{ ours, theirs }] : [];
    });
  const differences = pairs.map(({ ours, theirs }) => ours.testAccuracy - theirs.testAccuracy);
  const better = differences.filter((d) => d > 0).length;
  const equal = differences.filter((d) => d === 0).length;
  const within = pairs.filter(({ ours, theirs }) =>
    [ours, theirs].every(({ parameters, target }) => parameters.active <= target),
  );
  return {
    baseline,
    pairs: pairs.length,
    better,
    equal,
    withinTarget: within.length,
    betterWithinTarget: within.filter(({ ours, theirs }) => ours.testAccuracy > theirs.testAccuracy)
      .length,
    difference: pairs.length > 0 ? spread(differences).mean : 0,
    p: signTest(better, pairs.length - equal),
  };
}

/** Probability, under a fair coin, of a count at least as far from half of `n` as `k` is. */
export function signTest(k: number, n: number): number {
  if (n === 0) return 1;
  const extreme = Math.min(k, n - k);
  let choose = 1;
  let tail = 0;
  for (let i = 0; i <= extreme; i++) {
    tail += choose;
    choose = (choose * (n - i)) / (i + 1);
  }
  return Math.min(1, (2 * tail) / 2 ** n);
}

/** "MGAS is better than X in 8 of 9 pairs ..." */
export function pairedSentence({
  baseline,
  pairs,
  better,
  equal,
  withinTarget,
  betterWithinTarget,
  difference,
  p,
}: PairedTest): string {
  const label = methodLabels[baseline];
  if (pairs === 0) return `No pair of runs compares MGAS with ${label}.`;
  const worse = pairs - better - equal;
  const points = `${difference >= 0 ? '+' : '-'}${Math.abs(100 * difference).toFixed(1)} points`;
  const verdict =
    better >= worse
      ? `better than "${label}" in ${better} of ${pairs}`
      : `worse than "${label}" in ${worse} of ${pairs}`;
  const notes = [
    ...(equal > 0 ? [`${equal} equal`] : []),
    ...(withinTarget < pairs
      ? [
          `both meet the target in ${withinTarget}, and MGAS is better in ${betterWithinTarget} of these`,
        ]
      : []),
  ];
  return `MGAS is ${verdict} pairs of equal target and seed (mean ${points}, sign test p = ${p.toFixed(2)}${notes.map((note) => `; ${note}`).join('')}).`;
}
