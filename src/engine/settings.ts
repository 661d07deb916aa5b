/**
 * Every number of a search, as one validated plain object. Defaults are the paper's (arXiv 2310.15074, section IV
 * and the released program); `presets.ts` holds the scaled ones.
 */
import * as v from 'valibot';

const positiveInteger = v.pipe(v.number(), v.integer(), v.minValue(1));
const nonNegativeInteger = v.pipe(v.number(), v.integer(), v.minValue(0));
const nonNegative = v.pipe(v.number(), v.finite(), v.minValue(0));
const fraction = v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(1));

export const operationNames = [
  'skip_connect',
  'sep_conv_3x3',
  'sep_conv_5x5',
  'dil_conv_3x3',
  'dil_conv_5x5',
  'avg_pool_3x3',
  'max_pool_3x3',
] as const;
export type OperationName = (typeof operationNames)[number];

export const granularities = ['operation', 'filter', 'weight'] as const;
export type Granularity = (typeof granularities)[number];

export const SpaceSettingsSchema = v.object({
  /** Cells of the super-net, at least one a stage. */
  cells: v.pipe(positiveInteger, v.maxValue(40)),
  /** Intermediate nodes of a cell. */
  nodes: v.pipe(positiveInteger, v.maxValue(8)),
  /** Filters of the first stage's cells; doubled at every reduction. */
  channels: v.pipe(positiveInteger, v.maxValue(256)),
  /** Stages of the search; every stage but the first opens with a stride-2 reduction cell. */
  stages: v.pipe(positiveInteger, v.maxValue(5)),
  /** Stem filters as a multiple of `channels`. */
  stemMultiplier: v.pipe(positiveInteger, v.maxValue(8)),
  /** Candidate operations of every edge. */
  operations: v.pipe(v.array(v.picklist(operationNames)), v.minLength(1)),
});
export type SpaceSettings = v.InferOutput<typeof SpaceSettingsSchema>;

export const SearchSettingsSchema = v.object({
  seed: v.pipe(nonNegativeInteger, v.maxValue(0xffffffff)),
  space: SpaceSettingsSchema,
  data: v.object({
    /** Images are resized (area average) to this many pixels a side. */
    imageSize: v.pipe(positiveInteger, v.minValue(4), v.maxValue(224)),
    /** Training images used, split into search and validation parts; 0 = all. */
    trainImages: nonNegativeInteger,
    /** Share of them held out for validation accuracy. */
    validationFraction: v.pipe(v.number(), v.minValue(0.02), v.maxValue(0.9)),
    /** Padded random crop (pixels of padding; 0 = none) and horizontal flip. */
    cropPadding: nonNegativeInteger,
    flip: v.boolean(),
    /** Side of the square that is blanked at a random place of each training image, pixels; absent or 0 = none. */
    cutout: v.optional(nonNegativeInteger),
  }),
  batchSize: v.pipe(positiveInteger, v.maxValue(4096)),
  /** Parameters (surviving, non-zero) the discovered network may have at most. */
  targetParameters: positiveInteger,
  granularities: v.object({ operation: v.boolean(), filter: v.boolean(), weight: v.boolean() }),
  optimizers: v.object({
    momentum: v.pipe(v.number(), v.minValue(0), v.maxValue(0.999)),
    weights: v.object({ rate: nonNegative, decay: nonNegative, clipNorm: nonNegative }),
    /** Operation importances alpha. */
    importances: v.object({ rate: nonNegative }),
    /** Filter gate logits. */
    gates: v.object({ rate: nonNegative }),
    /** Operation and filter thresholds. */
    thresholds: v.object({ rate: nonNegative }),
    weightThresholds: v.object({ rate: nonNegative }),
  }),
  regularizer: v.object({
    /** First step of the adaptive lambda. */
    lambda0: nonNegative,
    /** Growth and shrink factor c0 of the adaptive lambda. */
    c0: v.pipe(v.number(), v.minValue(1)),
    /** Weight of the parameter-aware term. */
    mu: nonNegative,
    /** Fewer pruned operations than this a round: lambda grows faster. As a share of all candidates (24 of 8x14x7). */
    fewPruned: fraction,
    /** At least this share: lambda shrinks (48 of 8x14x7). */
    manyPruned: fraction,
  }),
  stage: v.object({
    warmUpEpochs: nonNegativeInteger,
    /** Masks are committed every so many epochs. */
    commitEvery: positiveInteger,
    /** Upper limit of epochs of a stage, warm-up included. */
    maxEpochs: positiveInteger,
    /** A stage ends when its parameters fall under this share of their initial count... */
    endShare: fraction,
    /** ...or nothing was pruned for so many rounds. */
    patience: positiveInteger,
  }),
  joint: v.object({ warmUpEpochs: nonNegativeInteger, maxEpochs: positiveInteger }),
  reevaluation: v.object({
    /** Re-prune earlier stages while a later one trains. */
    reprune: v.boolean(),
    /** Operations regrown after a stage, as a share of those it pruned. */
    regrowShare: fraction,
    /** Epochs with frozen masks that gather gradients before a regrowth. */
    scoringEpochs: positiveInteger,
  }),
  /** Steps between two readings of the loss from the device. */
  reportEvery: positiveInteger,
});
export type SearchSettings = v.InferOutput<typeof SearchSettingsSchema>;

/** The paper's settings, for 32-pixel CIFAR-10. */
export const paperSettings: SearchSettings = {
  seed: 1,
  space: {
    cells: 8,
    nodes: 4,
    channels: 16,
    stages: 3,
    stemMultiplier: 3,
    operations: [...operationNames],
  },
  data: {
    imageSize: 32,
    trainImages: 0,
    validationFraction: 0.1,
    cropPadding: 4,
    flip: true,
    cutout: 0,
  },
  batchSize: 96,
  targetParameters: 500_000,
  granularities: { operation: true, filter: true, weight: true },
  optimizers: {
    momentum: 0.9,
    weights: { rate: 0.01, decay: 3e-4, clipNorm: 5 },
    importances: { rate: 1 },
    gates: { rate: 1 },
    thresholds: { rate: 0.1 },
    weightThresholds: { rate: 0.001 },
  },
  regularizer: { lambda0: 1e-5, c0: 2, mu: 0, fewPruned: 24 / 784, manyPruned: 48 / 784 },
  stage: { warmUpEpochs: 10, commitEvery: 2, maxEpochs: 40, endShare: 0.3, patience: 4 },
  joint: { warmUpEpochs: 2, maxEpochs: 40 },
  reevaluation: { reprune: true, regrowShare: 0.2, scoringEpochs: 1 },
  reportEvery: 20,
};
