/** Settings of a comparison that a software adapter can carry out, derived from `tiny` (docs/baselines.md). */
import { fewOperations } from '../../domain/operations/registry.ts';
import { presets } from '../../domain/settings/presets.ts';
import type { SearchSettings } from '../../domain/settings/schema.ts';

export const comparisonSettings: SearchSettings = {
  ...presets.tiny,
  space: {
    cells: 2,
    nodes: 2,
    channels: 4,
    stages: 2,
    stemMultiplier: 2,
    operations: [...fewOperations],
  },
  data: { imageSize: 8, trainImages: 600, validationFraction: 0.2, cropPadding: 0, flip: false },
  batchSize: 32,
  targetParameters: 1500,
  // By the rules of docs/scaling.md for 15 steps a round and 40 candidates (thresholds: 0.3, of which two thirds).
  regularizer: { ...presets.tiny.regularizer, lambda0: 6e-4 },
  optimizers: { ...presets.tiny.optimizers, thresholds: { rate: 0.2, filterFactor: 1 } },
  stage: { ...presets.tiny.stage, warmUpEpochs: 1, maxEpochs: 5 },
  // Ends at the target; with 8 epochs thresholds were still on their way when it was cut off.
  joint: { warmUpEpochs: 1, maxEpochs: 24 },
};

/** Half of the super-net (3,998 parameters), and a size that pruning operations alone hardly reaches. */
export const comparisonTargets = [2000, 700] as const;
