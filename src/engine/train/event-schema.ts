/** The schema of a training's events, for those who read them as JSON lines (docs/events.md). Held to the type by its test. */
import * as v from 'valibot';
import { ArchitectureSchema } from '../../domain/architecture/schema.ts';
import { TrainSettingsSchema } from './settings.ts';
import { EvaluationSchema } from './trained.ts';

const finite = v.pipe(v.number(), v.finite());
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const base = { step: count, time: v.pipe(finite, v.minValue(0)) };
const event = <T extends string, F extends v.ObjectEntries>(type: T, fields: F) =>
  v.object({ ...base, type: v.literal(type), ...fields });

export const TrainEventSchema = v.variant('type', [
  event('training-started', {
    settings: TrainSettingsSchema,
    dataset: v.object({
      name: v.string(),
      classNames: v.array(v.string()),
      trainImages: count,
      testImages: count,
    }),
    backend: v.string(),
    parameters: ArchitectureSchema.entries.parameters,
    macs: ArchitectureSchema.entries.macs,
    maxSteps: count,
  }),
  event('training-step', {
    epoch: count,
    crossEntropy: finite,
    accuracy: finite,
    gradientNorm: finite,
    rate: finite,
    msPerStep: finite,
    memoryBytes: finite,
    timeLeft: finite,
  }),
  event('training-epoch', { epoch: count, epochs: count }),
  event('training-evaluated', { epoch: count, ...EvaluationSchema.entries }),
  event('training-latency', {
    adapter: v.optional(v.string()),
    images: count,
    passes: count,
    median: finite,
    percentile95: finite,
  }),
  event('paused', {}),
  event('resumed', {}),
  event('training-finished', { accuracy: finite, images: v.optional(count) }),
  event('training-stopped', {}),
  event('failed', { code: v.string(), message: v.string(), advice: v.string() }),
]);
