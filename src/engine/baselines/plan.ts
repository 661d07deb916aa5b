/** The matrix of a comparison: which runs it has, which are open, and what each is run with. Pure. */
import type { SearchSettings } from '../../domain/settings/schema.ts';
import { withValue } from '../../domain/settings/path.ts';
import { trainSettingsFor } from '../train/settings.ts';
import type { TrainSettings } from '../train/settings.ts';
import { comparisonFormat } from './results.ts';
import type { Comparison, MethodName } from './results.ts';

/** What is asked of a comparison, before any run. */
export type ComparisonPlan = Omit<Comparison, 'format' | 'version' | 'runs'>;

/** One entry of the matrix. */
export interface RunKey {
  readonly method: MethodName;
  /** Active parameters. */
  readonly target: number;
  readonly seed: number;
}

export function emptyComparison(plan: ComparisonPlan): Comparison {
  return { format: comparisonFormat, version: 1, ...plan, runs: [] };
}

export const sameRun = (a: RunKey, b: RunKey): boolean =>
  a.method === b.method && a.target === b.target && a.seed === b.seed;

/** Seeds outermost: an unfinished comparison has every method at the first seeds. */
export function allRuns({
  methods,
  targets,
  seeds,
}: Pick<Comparison, 'methods' | 'targets' | 'seeds'>): RunKey[] {
  return seeds.flatMap((seed) =>
    targets.flatMap((target) => methods.map((method) => ({ method, target, seed }))),
  );
}

/** Not done yet, in the order in which they are run. */
export function openRuns(
  comparison: Pick<Comparison, 'methods' | 'targets' | 'seeds' | 'runs'>,
): RunKey[] {
  return allRuns(comparison).filter((run) => !comparison.runs.some((done) => sameRun(done, run)));
}

/** What the settings of a run follow from. */
export type RunPlan = Pick<ComparisonPlan, 'settings' | 'methodSettings' | 'training'>;

/** The settings of one run's search, and of the training of what it finds. */
export function runSettings(
  { settings, methodSettings, training }: RunPlan,
  { method, target, seed }: RunKey,
): { settings: SearchSettings; training: TrainSettings } {
  const tuned = Object.entries(methodSettings?.[method] ?? {}).reduce(
    (changed, [path, value]) => withValue(changed, path, value),
    settings,
  );
  const own: SearchSettings = { ...tuned, seed, targetParameters: target };
  const { epochs, trainImages, testImages } = training;
  const train = trainSettingsFor({ settings: own, dataset: own.data }, epochs);
  return {
    settings: own,
    training: { ...train, evaluateEvery: 0, data: { ...train.data, trainImages, testImages } },
  };
}
