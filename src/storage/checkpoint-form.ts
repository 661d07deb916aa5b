/** A checkpoint as JSON: its numbers as they are, its arrays packed. */
import * as v from 'valibot';
import { AncestrySchema } from '../domain/events/ancestry.ts';
import { NetworkFormSchema } from '../domain/architecture/schema.ts';
import { SearchSettingsSchema } from '../domain/settings/schema.ts';
import type { Checkpoint } from '../engine/search/checkpoint-state.ts';
import { packArray, PackedArraySchema, unpackArray } from './arrays.ts';
import { JsonRefused } from './json-scan.ts';

const finite = v.pipe(v.number(), v.finite());
const count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** By block or preprocess. A list would pass for a record with numbers for names. */
const FilterMasksSchema = v.pipe(
  v.custom<Record<string, unknown>>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'Invalid type: Expected Object',
  ),
  v.record(v.pipe(v.string(), v.maxLength(80)), PackedArraySchema),
);

const StepMetricsSchema = v.object({
  crossEntropy: finite,
  sizeRegularizer: finite,
  thresholdRegularizer: finite,
  gradientNorm: finite,
  correct: finite,
});

export const PackedCheckpointSchema = v.object({
  format: v.literal('mgas-checkpoint'),
  version: v.picklist([1, 2]),
  engineVersion: v.pipe(v.string(), v.maxLength(40)),
  stageEnds: v.optional(v.array(count)),
  outcome: v.optional(NetworkFormSchema),
  settings: SearchSettingsSchema,
  ...{
    events: count,
    steps: count,
    epochs: count,
    stageEpochs: count,
    time: v.pipe(finite, v.minValue(0)),
    generation: count,
    stage: count,
  },
  progress: v.nullable(
    v.object({
      phase: v.picklist(['warm-up', 'search', 'scoring']),
      ...{
        step: count,
        initial: count,
        round: count,
        idle: count,
        prunedOperations: count,
        scored: count,
      },
      epoch: v.optional(v.nullable(v.object({ steps: count, means: StepMetricsSchema }))),
    }),
  ),
  /** `limit`: of version 1 alone. */
  lambda: v.object({ lambda: finite, step: finite, limit: v.optional(finite) }),
  recent: v.nullable(StepMetricsSchema),
  accuracy: v.nullable(finite),
  accuracyImages: v.optional(v.nullable(count)),
  protectedUnits: v.array(v.strictTuple([count, count])),
  lineage: v.optional(v.object({ ancestry: AncestrySchema, splitSeed: count })),
  network: v.object({
    endCell: count,
    head: count,
    masks: v.object({ operations: v.array(PackedArraySchema), filters: FilterMasksSchema }),
    parameters: v.object({
      values: PackedArraySchema,
      momentum: PackedArraySchema,
      weightMask: PackedArraySchema,
    }),
  }),
});
export type PackedCheckpoint = v.InferOutput<typeof PackedCheckpointSchema>;

export function packCheckpoint(checkpoint: Checkpoint): PackedCheckpoint {
  const { masks, parameters, ...network } = checkpoint.network;
  return {
    ...checkpoint,
    network: {
      ...network,
      masks: {
        operations: masks.operations.map(packArray),
        filters: mapValues(masks.filters, packArray),
      },
      parameters: {
        values: packArray(parameters.values),
        momentum: packArray(parameters.momentum),
        weightMask: packArray(parameters.weightMask),
      },
    },
  };
}

/** @throws JsonRefused with the path of an array that cannot be unpacked, under `path`. */
export function unpackCheckpoint(packed: PackedCheckpoint, path: string): Checkpoint {
  const at = <T>(field: string, read: () => T): T => {
    try {
      return read();
    } catch (error) {
      throw new JsonRefused(
        `${path}.network.${field}`,
        error instanceof Error ? error.message : String(error),
      );
    }
  };
  // Without them it would resume on the super-net of version 1.
  for (const field of ['stageEnds', 'outcome'] as const) {
    if (packed.version > 1 && packed[field] === undefined)
      throw new JsonRefused(
        `${path}.${field}`,
        `is missing: a checkpoint of version ${packed.version} has it.`,
      );
  }
  const { masks, parameters, ...network } = packed.network;
  const arrays = ['values', 'momentum', 'weightMask'] as const;
  const { length } = parameters.values;
  for (const name of arrays) {
    if (parameters[name].length !== length)
      throw new JsonRefused(
        `${path}.network.parameters.${name}.length`,
        `expected ${length}, as in values`,
      );
  }
  return {
    ...packed,
    protectedUnits: packed.protectedUnits.map(([cell, unit]) => [cell, unit]),
    network: {
      ...network,
      masks: {
        operations: masks.operations.map((mask, i) =>
          at(`masks.operations.${i}`, () => unpackArray(mask, 'uint8')),
        ),
        filters: Object.fromEntries(
          Object.entries(masks.filters).map(([name, mask]) => [
            name,
            at(`masks.filters.${name}`, () => unpackArray(mask, 'uint8')),
          ]),
        ),
      },
      parameters: {
        values: at('parameters.values', () => unpackArray(parameters.values, 'float32')),
        momentum: at('parameters.momentum', () => unpackArray(parameters.momentum, 'float32')),
        weightMask: at('parameters.weightMask', () => unpackArray(parameters.weightMask, 'uint8')),
      },
    },
  };
}

function mapValues<A, B>(
  record: Readonly<Record<string, A>>,
  change: (value: A) => B,
): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
