/** Where a training stands: enough to go on to the same result, bit by bit on the same backend. */
import * as v from 'valibot';
import { ArchitectureError, ArchitectureSchema } from '../../domain/architecture/schema.ts';
import { decodeFloats, encodeFloats } from './base64.ts';
import { TrainSettingsSchema } from './settings.ts';

export const TrainCheckpointSchema = v.object({
  format: v.literal('mgas-training-checkpoint'),
  version: v.literal(1),
  architecture: ArchitectureSchema,
  settings: TrainSettingsSchema,
  dataset: v.string(),
  /** Steps done. */
  step: v.pipe(v.number(), v.integer(), v.minValue(0)),
  /** Milliseconds. */
  time: v.number(),
  values: v.instance(Float32Array),
  momentum: v.instance(Float32Array),
});
export type TrainCheckpoint = v.InferOutput<typeof TrainCheckpointSchema>;

export function checkpointToJson(checkpoint: TrainCheckpoint): string {
  const { values, momentum } = checkpoint;
  return JSON.stringify({
    ...checkpoint,
    length: values.length,
    values: encodeFloats(values),
    momentum: encodeFloats(momentum),
  });
}

/** @throws ArchitectureError naming what is wrong. */
export function checkpointFromJson(text: string): TrainCheckpoint {
  try {
    const raw = JSON.parse(text) as { length: number; values: string; momentum: string };
    const read = (numbers: string): Float32Array => decodeFloats(numbers, raw.length);
    return v.parse(TrainCheckpointSchema, {
      ...raw,
      values: read(raw.values),
      momentum: read(raw.momentum),
    });
  } catch (error) {
    throw new ArchitectureError(`Not a checkpoint of a training: ${(error as Error).message}`);
  }
}

/** One that was kept by an earlier version of the program may lack what this one needs. @throws ArchitectureError naming what is wrong and where. */
export function readCheckpoint(value: unknown): TrainCheckpoint {
  const result = v.safeParse(TrainCheckpointSchema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new ArchitectureError(
    `Not a checkpoint of this program: at ${v.getDotPath(issue) ?? 'its top'}: ${issue.message}`,
  );
}
