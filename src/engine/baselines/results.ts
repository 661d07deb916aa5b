/** What a comparison measured, as plain JSON: one row a run. The page draws it, the shell writes it. */
import * as v from 'valibot';
import { SearchSettingsSchema } from '../../domain/settings/schema.ts';

export const methodNames = [
  'mgas',
  'operation-only',
  'filter-only',
  'weight-only',
  'fixed-ratio',
  'one-stage',
  'no-reevaluation',
  'random',
] as const;
export type MethodName = (typeof methodNames)[number];

export const methodLabels: Readonly<Record<MethodName, string>> = {
  mgas: 'MGAS',
  'operation-only': 'Operations only',
  'filter-only': 'Filters only',
  'weight-only': 'Weights only',
  'fixed-ratio': 'Operations, then fixed ratios',
  'one-stage': 'MGAS in one stage',
  'no-reevaluation': 'MGAS without re-evaluation',
  random: 'Random',
};

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const seconds = v.pipe(v.number(), v.minValue(0));

export const RunResultSchema = v.object({
  method: v.picklist(methodNames),
  target: count,
  seed: count,
  /** Of the discovered network; `active` is compared with the target. */
  parameters: v.object({ dense: count, active: count }),
  macs: v.object({ dense: count, sparse: count }),
  /** Shares of units left. */
  remaining: v.object({ operation: share, filter: share, weight: share }),
  searchSteps: count,
  searchSeconds: seconds,
  /** Most bytes of device buffers during the search; 0 where there was none. */
  peakBytes: count,
  /** The same of each stage that ran, the joint one last. Absent in results of earlier versions. */
  stagePeaks: v.optional(v.array(count)),
  /** Of the searched network with its own weights; null where nothing was searched. */
  validationAccuracy: v.nullable(share),
  trainSeconds: seconds,
  /** After training from scratch, on the test set. */
  testAccuracy: share,
  testLoss: v.number(),
});
export type RunResult = v.InferOutput<typeof RunResultSchema>;

export const comparisonFormat = 'mgas-comparison';

export const ComparisonSchema = v.object({
  format: v.literal(comparisonFormat),
  version: v.literal(1),
  dataset: v.string(),
  backend: v.string(),
  /** What all searches share; seed and target are each run's own. */
  settings: SearchSettingsSchema,
  /** Settings, by dotted path, in which the searches of a method differ: each may be tuned by itself. */
  methodSettings: v.optional(v.record(v.picklist(methodNames), v.record(v.string(), v.number()))),
  training: v.object({ epochs: count, trainImages: count, testImages: count }),
  methods: v.array(v.picklist(methodNames)),
  targets: v.array(count),
  seeds: v.array(count),
  runs: v.pipe(
    v.array(RunResultSchema),
    v.check(
      (runs) =>
        new Set(runs.map(({ method, target, seed }) => `${method} ${target} ${seed}`)).size ===
        runs.length,
      'two runs have the same method, target and seed',
    ),
  ),
});
export type Comparison = v.InferOutput<typeof ComparisonSchema>;

export class ComparisonError extends Error {
  override readonly name = 'ComparisonError';
}

/** @param text JSON. @throws ComparisonError naming what is wrong and where. */
export function parseComparison(text: string): Comparison {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ComparisonError(`Not valid JSON: ${(error as Error).message}`);
  }
  const result = v.safeParse(ComparisonSchema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = v.getDotPath(issue);
  throw new ComparisonError(
    `Not a comparison of this program: ${path ? `at ${path}: ` : ''}${issue.message}`,
  );
}

const columns: readonly [name: string, value: (run: RunResult) => string | number][] = [
  ['method', (r) => r.method],
  ['target_parameters', (r) => r.target],
  ['seed', (r) => r.seed],
  ['active_parameters', (r) => r.parameters.active],
  ['dense_parameters', (r) => r.parameters.dense],
  ['dense_macs', (r) => r.macs.dense],
  ['sparse_macs', (r) => r.macs.sparse],
  ['operations_left', (r) => r.remaining.operation],
  ['filters_left', (r) => r.remaining.filter],
  ['weights_left', (r) => r.remaining.weight],
  ['search_steps', (r) => r.searchSteps],
  ['search_seconds', (r) => r.searchSeconds],
  ['peak_bytes', (r) => r.peakBytes],
  ['validation_accuracy', (r) => r.validationAccuracy ?? ''],
  ['train_seconds', (r) => r.trainSeconds],
  ['test_accuracy', (r) => r.testAccuracy],
  ['test_loss', (r) => r.testLoss],
];

/** One line a run, under a header; RFC 4180. No field holds a comma. */
export function comparisonCsv({ runs }: Pick<Comparison, 'runs'>): string {
  const lines = runs.map((run) => columns.map(([, value]) => value(run)).join(','));
  return [columns.map(([name]) => name).join(','), ...lines].map((line) => `${line}\r\n`).join('');
}
