/** What a user may change while a search runs. Plain data, so that the page can read it without the engine. */
import * as v from 'valibot';

/** Settings that may change under way: all others decide what was drawn at the start. */
export const steerableSettings = [
  'targetParameters',
  'joint.maxEpochs',
  'optimizers.weights.rate',
  'optimizers.importances.rate',
  'optimizers.gates.rate',
  'optimizers.thresholds.rate',
  'optimizers.weightThresholds.rate',
  'regularizer.lambda0',
  'regularizer.mu',
] as const;
export type SteerableSetting = (typeof steerableSettings)[number];

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const place = { cell: count, edge: count, operation: v.pipe(v.string(), v.maxLength(40)) };

export const SteeringSchema = v.variant('kind', [
  v.object({
    kind: v.literal('set'),
    setting: v.picklist(steerableSettings),
    value: v.pipe(v.number(), v.finite()),
  }),
  /** The weight of both regularizers, at once; it goes on adapting from there. */
  v.object({ kind: v.literal('lambda'), value: v.pipe(v.number(), v.finite(), v.minValue(0)) }),
  /** A protected operation is not pruned, regardless of its threshold. */
  v.object({ kind: v.literal('protect'), ...place }),
  v.object({ kind: v.literal('release'), ...place }),
  v.object({ kind: v.literal('prune'), ...place }),
  v.object({ kind: v.literal('regrow'), ...place }),
]);
export type Steering = v.InferOutput<typeof SteeringSchema>;
