/** What an exported train.py writes as result.json: the accuracy that an architecture reached in another program. */
import * as v from 'valibot';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

export const externalTrainingFormat = 'mgas-external-training';

export const ExternalTrainingSchema = v.object({
  format: v.literal(externalTrainingFormat),
  version: v.literal(1),
  /** Fingerprint of the architecture. */
  architecture: v.pipe(v.string(), v.maxLength(100)),
  /** Share of the test images classified correctly. */
  accuracy: v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
  /** Mean cross entropy. */
  loss: v.pipe(v.number(), v.finite(), v.minValue(0)),
  images: v.pipe(count, v.minValue(1)),
  dataset: v.pipe(v.string(), v.maxLength(200)),
  epochs: count,
  seed: count,
  processes: count,
  program: v.pipe(v.string(), v.maxLength(200)),
});
export type ExternalTraining = v.InferOutput<typeof ExternalTrainingSchema>;

/** Null for what is no such file. @throws RangeError naming the field of one that is wrong. */
export function parseExternalTraining(value: unknown): ExternalTraining | null {
  if (
    typeof value !== 'object' ||
    value === null ||
    Reflect.get(value, 'format') !== externalTrainingFormat
  )
    return null;
  const result = v.safeParse(ExternalTrainingSchema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new RangeError(`at ${v.getDotPath(issue) ?? 'its start'}: ${issue.message}`);
}
