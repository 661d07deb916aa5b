/** A comparison over several machines: which runs each does, and one comparison out of their results. Pure. */
import { allRuns, sameRun } from './plan.ts';
import type { RunKey } from './plan.ts';
import { ComparisonError, parseComparison } from './results.ts';
import type { Comparison, RunResult } from './results.ts';

export interface Shard {
  /** From 1. */
  readonly index: number;
  readonly count: number;
}

/** @param text `K/N`, as for one of N machines. @throws RangeError */
export function parseShard(text: string): Shard {
  const [, index = 0, count = 0] = /^(\d{1,4})\/(\d{1,4})$/.exec(text.trim())?.map(Number) ?? [];
  if (!(index >= 1 && index <= count))
    throw new RangeError(`'${text}' is not a shard: expected K/N with K from 1 to N, such as 2/3`);
  return { index, count };
}

export const shardFolder = ({ index, count }: Shard): string => `shard-${index}-of-${count}`;

/**
 * The runs of one shard. A function of the plan alone, so that every machine finds its own: runs are put into an order
 * that mixes methods, sizes and seeds, and dealt out like cards. No two shards differ by more than one run.
 */
export function shardRuns(
  plan: Pick<Comparison, 'methods' | 'targets' | 'seeds'>,
  { index, count }: Shard,
): RunKey[] {
  const mixed = allRuns(plan)
    .map((run) => ({ run, key: mix(`${run.method} ${run.target} ${run.seed}`) }))
    .sort((a, b) => a.key - b.key)
    .map(({ run }) => run);
  const own = mixed.filter((_, i) => i % count === index - 1);
  return allRuns(plan).filter((run) => own.some((one) => sameRun(one, run)));
}

/** FNV-1a, 32 bits. */
function mix(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

export interface Part {
  /** As the user knows it. */
  readonly name: string;
  readonly comparison: Comparison;
}

export interface Merged {
  readonly comparison: Comparison;
  readonly missing: readonly RunKey[];
}

/** What must be the same in all parts, in the user's words. */
const shared: readonly (readonly [keyof Comparison, string])[] = [
  ['dataset', 'data set'],
  ['backend', 'backend'],
  ['training', 'training'],
  ['settings', 'settings of the searches'],
  ['methodSettings', 'settings of single methods'],
  ['methods', 'methods'],
  ['targets', 'targets'],
  ['seeds', 'seeds'],
];

/** @throws ComparisonError where the parts are of different plans, or contradict each other. */
export function mergeComparisons([first, ...others]: readonly Part[]): Merged {
  if (!first) throw new ComparisonError('nothing to merge');
  const runs: { run: RunResult; from: string }[] = [];
  for (const part of [first, ...others]) {
    for (const [field, label] of shared) {
      const [a, b] = [first, part].map(({ comparison }) => comparison[field]);
      if (JSON.stringify(a) === JSON.stringify(b)) continue;
      throw new ComparisonError(
        `${part.name} has different ${label} than ${first.name}${difference(a, b, field)}: only shards of one plan can be merged`,
      );
    }
    for (const run of part.comparison.runs) {
      const before = runs.find((one) => sameRun(one.run, run));
      if (!before) runs.push({ run, from: part.name });
      else if (JSON.stringify(before.run) !== JSON.stringify(run))
        throw new ComparisonError(
          `${run.method}, target ${run.target}, seed ${run.seed} was measured twice with different results, in ${before.from} and ${part.name}: delete one of them`,
        );
    }
  }
  const order = allRuns(first.comparison);
  return {
    comparison: {
      ...first.comparison,
      runs: order.flatMap((key) => runs.flatMap(({ run }) => (sameRun(run, key) ? [run] : []))),
    },
    missing: order.filter((key) => !runs.some(({ run }) => sameRun(run, key))),
  };
}

/** Whether runs of both may stand in one file. The order in which settings are written does not count. */
export function sameConditions(a: Comparison, b: Comparison): boolean {
  const conditions = (one: Comparison): string => {
    const {
      dataset,
      backend,
      settings,
      methodSettings = {},
      training,
    } = parseComparison(JSON.stringify(one));
    return JSON.stringify([dataset, backend, settings, methodSettings, training]);
  };
  return conditions(a) === conditions(b);
}

/** The first value that differs, by its path. */
function difference(a: unknown, b: unknown, path: string): string {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null)
    return ` (${path} ${JSON.stringify(b)} instead of ${JSON.stringify(a)})`;
  if (Array.isArray(a) || Array.isArray(b))
    return ` (${path} ${JSON.stringify(b)} instead of ${JSON.stringify(a)})`;
  const key = [...new Set([...Object.keys(a), ...Object.keys(b)])].find(
    (one) =>
      JSON.stringify((a as Record<string, unknown>)[one]) !==
      JSON.stringify((b as Record<string, unknown>)[one]),
  )!;
  return difference(
    (a as Record<string, unknown>)[key],
    (b as Record<string, unknown>)[key],
    `${path}.${key}`,
  );
}
