/**
 * The schema of a search's events, for streams that come from outside: an imported run. Held to the type in `events.ts`
 * by event-schema.test.ts. Plain data only, so that the page can load it without the engine.
 */
import * as v from 'valibot';
import { ArchitectureSchema } from '../architecture/schema.ts';
import { allOperationNames } from '../operations/registry.ts';
import { SearchSettingsSchema } from '../settings/schema.ts';
import { AncestorSchema } from './ancestry.ts';
import { unitCauses } from './events.ts';
import { SteeringSchema } from './steering-schema.ts';

const finite = v.pipe(v.number(), v.finite());
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const text = v.pipe(v.string(), v.maxLength(2_000));

const UnitCountSchema = v.object({ left: count, total: count });
const CountsSchema = v.object({
  operation: UnitCountSchema,
  filter: UnitCountSchema,
  weight: UnitCountSchema,
});
const ParametersSchema = v.object({ dense: count, active: count });
const place = {
  cell: count,
  edge: count,
  from: count,
  to: count,
  operation: v.picklist(allOperationNames),
};
const share = v.object({ cell: count, count, reprune: v.boolean() });
const PhaseSchema = v.picklist(['compiling', 'warm-up', 'search', 'scoring', 'evaluating']);

const flags = v.pipe(v.string(), v.regex(/^[01]*$/));
const causes = v.optional(
  v.pipe(v.string(), v.regex(new RegExp(`^[${Object.values(unitCauses).join('')}]*$`))),
);
const FilterUnitsSchema = v.object({
  ...{ unit: v.nullable(count), part: count, ids: v.nullable(v.array(count)) },
  ...{ gates: v.array(count), threshold: finite, alive: flags, causes },
});
const WeightUnitsSchema = v.object({
  unit: count,
  threshold: finite,
  width: finite,
  alive: v.array(count),
  masked: v.array(count),
  total: count,
  last: v.optional(count),
});
const CellUnitsSchema = v.object({
  cell: count,
  operations: v.object({
    ...{ importances: v.array(finite), thresholds: v.array(finite), alive: flags, causes },
  }),
  filters: v.array(FilterUnitsSchema),
  weights: v.array(WeightUnitsSchema),
});

const base = { step: count, time: v.pipe(finite, v.minValue(0)) };
const event = <T extends string, F extends v.ObjectEntries>(type: T, fields: F) =>
  v.object({ ...base, type: v.literal(type), ...fields });

export const SearchEventSchema = v.variant('type', [
  event('started', {
    settings: SearchSettingsSchema,
    dataset: v.object({
      name: text,
      classes: count,
      classNames: v.array(text),
      trainImages: count,
      validationImages: count,
    }),
    backend: text,
    engineVersion: text,
    superNetParameters: count,
    maxSteps: count,
  }),
  event('stage-started', {
    stage: count,
    joint: v.boolean(),
    firstCell: count,
    lastCell: count,
    parameters: ParametersSchema,
    goalParameters: count,
    maxSteps: count,
  }),
  event('phase', { stage: count, phase: PhaseSchema }),
  event('step', {
    ...{
      stage: count,
      epoch: count,
      crossEntropy: finite,
      sizeRegularizer: finite,
      thresholdRegularizer: finite,
      gradientNorm: finite,
    },
    ...{
      accuracy: finite,
      images: v.optional(count),
      lambda: finite,
      msPerStep: finite,
      memoryBytes: finite,
      peakMemoryBytes: finite,
      timeLeft: finite,
      timeLeftLeast: v.optional(finite),
    },
  }),
  event('epoch', { stage: count, epoch: count, phase: PhaseSchema }),
  event('ratios', {
    stage: count,
    committed: v.boolean(),
    counts: CountsSchema,
    stages: v.array(v.object({ stage: count, counts: CountsSchema, parameters: ParametersSchema })),
    cells: v.array(
      v.object({ cell: count, stage: count, counts: CountsSchema, parameters: ParametersSchema }),
    ),
    parameters: ParametersSchema,
  }),
  event('units', { stage: count, committed: v.boolean(), cells: v.array(CellUnitsSchema) }),
  event('pruned', {
    stage: count,
    operations: v.array(
      v.object({ ...place, importance: finite, threshold: finite, reprune: v.boolean() }),
    ),
    filters: v.array(share),
    weights: v.array(share),
  }),
  event('committed', {
    stage: count,
    round: count,
    counts: CountsSchema,
    parameters: ParametersSchema,
    lambda: finite,
    memoryBefore: finite,
    memoryAfter: finite,
  }),
  event('regrown', {
    stage: count,
    operations: v.array(v.object({ ...place, cellScore: finite, typeScore: finite })),
  }),
  event('evaluated', {
    stage: count,
    split: v.picklist(['validation', 'test']),
    accuracy: finite,
    loss: finite,
    images: count,
    parameters: count,
  }),
  event('stage-finished', {
    stage: count,
    reason: v.picklist(['goal-reached', 'nothing-pruned', 'max-epochs']),
    parameters: ParametersSchema,
    peakMemoryBytes: finite,
  }),
  event('checkpoint', { stage: count }),
  event('steered', {
    stage: count,
    change: SteeringSchema,
    refusal: v.nullable(text),
    unit: v.optional(v.object({ importance: finite, threshold: finite, reprune: v.boolean() })),
    automatic: v.optional(v.boolean()),
    maxSteps: v.optional(count),
  }),
  event('forked', {
    stage: count,
    parent: v.pick(AncestorSchema, ['id', 'name']),
    changes: AncestorSchema.entries.changes,
    settings: SearchSettingsSchema,
    maxSteps: count,
  }),
  event('paused', {}),
  event('resumed', {}),
  event('device-lost', { message: text }),
  event('finished', {
    targetReached: v.boolean(),
    accuracy: finite,
    images: v.optional(count),
    parameters: ParametersSchema,
    architecture: ArchitectureSchema,
  }),
  event('stopped', { architecture: v.nullable(ArchitectureSchema) }),
  event('failed', { code: text, message: text, advice: text }),
]);
