/** What a comparison says: means and spreads, Pareto fronts, and a paired test over seeds, in words. Pure. */
import { methodLabels } from './results.ts';
import type { Comparison, MethodName, RunResult } from './results.ts';

export interface Spread {
  readonly mean: number;
  /** Sample standard deviation; null of a single value, which has none. */
  readonly deviation: number | null;
}

export interface SummaryRow {
  readonly method: MethodName;
  readonly target: number;
  readonly runs: number;
  /** Runs whose network meets the target: see `meetsTarget`. */
  readonly reached: number;
  readonly parameters: Spread;
  readonly accuracy: Spread;
  readonly searchSeconds: Spread;
  readonly peakBytes: Spread;
}

/** By how much a network may exceed its target and still count as one of that size. */
export const targetTolerance = 0.02;

export const meetsTarget = ({ parameters, target }: Pick<RunResult, 'parameters' | 'target'>) =>
  parameters.active <= target * (1 + targetTolerance);

export function spread(values: readonly number[]): Spread {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance =
    values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1);
  return { mean, deviation: values.length > 1 ? Math.sqrt(variance) : null };
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
          reached: own.filter(meetsTarget).length,
          parameters: of((run) => run.parameters.active),
          accuracy: of((run) => run.testAccuracy),
          searchSeconds: of((run) => run.searchSeconds),
          peakBytes: of((run) => run.peakBytes),
        },
      ];
    }),
  );
}

/** Most device bytes in each stage, the joint one last: means over the runs that tell. Empty where none does. */
export function peaksByStage(runs: readonly RunResult[]): number[] {
  const known = runs.flatMap(({ stagePeaks = [] }) => (stagePeaks.length > 0 ? [stagePeaks] : []));
  const [first = []] = known;
  return first.map((_, stage) => spread(known.map((peaks) => peaks[stage] ?? 0)).mean);
}

/** Peak device bytes of MGAS by stages and in one stage: means over runs of equal target and seed. Null where there are none. */
export function savedByStages(
  runs: readonly RunResult[],
): { readonly stages: number; readonly oneStage: number } | null {
  const pairs = runs
    .filter((run) => run.method === 'mgas' && run.peakBytes > 0)
    .flatMap((ours) =>
      runs
        .filter((run) => run.method === 'one-stage' && run.peakBytes > 0)
        .filter((run) => run.target === ours.target && run.seed === ours.seed)
        .map((theirs) => [ours.peakBytes, theirs.peakBytes] as const),
    );
  if (pairs.length === 0) return null;
  return {
    stages: spread(pairs.map(([stages]) => stages)).mean,
    oneStage: spread(pairs.map(([, oneStage]) => oneStage)).mean,
  };
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

/**
 * Area under a method's front: the mean, over all sizes from 0 to `largest`, of the best accuracy that no larger network
 * of its runs reaches. 0-1.
 */
export function hypervolume(runs: readonly RunResult[], largest: number): number {
  const front = paretoFront(runs).filter(({ parameters }) => parameters.active <= largest);
  const area = front.reduce((sum, run, i) => {
    const end = front[i + 1]?.parameters.active ?? largest;
    return sum + (end - run.parameters.active) * run.testAccuracy;
  }, 0);
  return area / largest;
}

export interface PairedTest {
  readonly baseline: MethodName;
  /** Pairs of runs with the same target and seed. */
  readonly all: number;
  /** Those of them in which both networks meet the target: only these count, all that follows is of them. */
  readonly pairs: number;
  readonly better: number;
  readonly equal: number;
  /** Mean of MGAS' accuracy less the baseline's; 0 where there is no pair. */
  readonly difference: number;
  /** Two-sided sign test over the pairs that differ. */
  readonly p: number;
}

export function pairedTest(runs: readonly RunResult[], baseline: MethodName): PairedTest {
  const all = runs
    .filter((run) => run.method === 'mgas')
    .flatMap((ours) => {
      const theirs = runs.find(
        (run) => run.method === baseline && run.target === ours.target && run.seed === ours.seed,
      );
      return theirs ? [{ ours, theirs }] : [];
    });
  const differences = all
    .filter(({ ours, theirs }) => meetsTarget(ours) && meetsTarget(theirs))
    .map(({ ours, theirs }) => ours.testAccuracy - theirs.testAccuracy);
  const pairs = differences.length;
  const better = differences.filter((d) => d > 0).length;
  const equal = differences.filter((d) => d === 0).length;
  return {
    ...{ baseline, all: all.length, pairs, better, equal },
    difference: pairs > 0 ? spread(differences).mean : 0,
    p: signTest(better, pairs - equal),
  };
}

/** The settings in which single methods differ from the rest; null where none does. */
export function ownSettingsSentence({
  methodSettings = {},
}: Pick<Comparison, 'methodSettings'>): string | null {
  const own = (Object.entries(methodSettings) as [MethodName, Record<string, number>][]).filter(
    ([, settings]) => Object.keys(settings).length > 0,
  );
  if (own.length === 0) return null;
  const parts = own.map(([method, settings]) => {
    const list = Object.entries(settings).map(([path, value]) => `${path} = ${value}`);
    return `${methodLabels[method]} ${list.join(', ')}`;
  });
  return `Settings of single methods: ${parts.join('; ')}.`;
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

/** A spread as text: "71.2 ± 1.3"; of a single value without a spread. */
export function spreadText({ mean, deviation }: Spread, text: (value: number) => string): string {
  return deviation === null ? text(mean) : `${text(mean)} \u00b1 ${text(deviation)}`;
}

/** Two-sided level below which a difference is called one. */
const level = 0.05;
/** With fewer pairs even a method that is better in all of them does not reach the level: 2 / 2^5 = 0.06. */
const fewestPairs = 6;

/**
 * The direction by the mean, the pairs, the exact p, and whether the difference can be told from chance: "MGAS is on
 * average 4.7 points less accurate than X (better in 1 of 2 pairs ..., sign test p = 1.00): not distinguishable".
 */
export function pairedSentence(test: PairedTest): string {
  const { baseline, all, pairs, better, equal, p } = test;
  const label = methodLabels[baseline];
  const tolerance = `${100 * targetTolerance}%`;
  if (all === 0) return `No pair of runs compares MGAS with ${label}.`;
  if (pairs === 0)
    return `MGAS and "${label}" cannot be compared at equal size: both meet the target within ${tolerance} in 0 of ${plural(all)}.`;
  const left = all - pairs;
  const notes = [
    `better in ${better} of ${plural(pairs)} of equal target and seed`,
    ...(equal > 0 ? [`equal in ${equal}`] : []),
    `exact sign test p = ${probability(p)}`,
    ...(left > 0
      ? [
          `${left} more ${left === 1 ? 'pair is' : 'pairs are'} excluded, because one of the two misses the target by more than ${tolerance}`,
        ]
      : []),
  ];
  return `MGAS is on average ${direction(test)} "${label}" (${notes.join('; ')}): ${conclusion(test)}.`;
}

const plural = (pairs: number): string => `${pairs} ${pairs === 1 ? 'pair' : 'pairs'}`;

function direction({ difference }: PairedTest): string {
  const points = `${Math.abs(100 * difference).toFixed(1)} points`;
  if (Number.parseFloat(points) === 0) return 'as accurate as';
  return difference > 0 ? `${points} more accurate than` : `${points} less accurate than`;
}

function conclusion({ pairs, equal, better, difference, p }: PairedTest): string {
  const differing = pairs - equal;
  if (p >= level)
    return differing < fewestPairs
      ? `not distinguishable; at least ${fewestPairs} differing pairs are needed`
      : 'not distinguishable';
  const most = 2 * better - differing;
  return most * difference < 0
    ? 'most pairs disagree with the mean, so neither counts as better'
    : `distinguishable at the ${100 * level}% level`;
}

export const probability = (p: number): string => (p < 0.01 ? p.toPrecision(1) : p.toFixed(2));
