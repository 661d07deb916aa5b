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
  // Tuned on seeds 11 to 13 (docs/scaling.md, The comparison's preset): thresholds cross the importances in several rounds.
  regularizer: { ...presets.tiny.regularizer, lambda0: 2e-3, c0: 1.5 },
  optimizers: {
    ...presets.tiny.optimizers,
    thresholds: { rate: 0.06, filterFactor: 0.5 },
    weightThresholds: { rate: 0.006, boundsAlike: false },
  },
  stage: { ...presets.tiny.stage, warmUpEpochs: 1, maxEpochs: 7, endShare: 0.5 },
  // Ends at the target; with 8 epochs thresholds were still on their way when it was cut off.
  joint: { warmUpEpochs: 1, maxEpochs: 24 },
};

/** Half of the super-net (3,998 parameters), and a size that pruning operations alone hardly reaches. */
export const comparisonTargets = [2000, 700] as const;
