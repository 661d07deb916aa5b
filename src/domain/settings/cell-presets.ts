/** Settings to start a search of the space of cells from. How the scaled ones follow from the paper's is in docs/scaling.md. */
import { cellSizes } from '../spaces/cells-settings.ts';
import type { CellSettings } from '../spaces/cells-settings.ts';
import type { SearchSettings } from './schema.ts';

/** A search of the space of cells. */
export type CellSearchSettings = SearchSettings & { space: CellSettings };

/** The paper's settings (arXiv 2310.15074, section IV, and the released program), for 32-pixel CIFAR-10. */
export const paperSettings: CellSearchSettings = {
  seed: 1,
  space: cellSizes.paper,
  data: {
    imageSize: 32,
    trainImages: 0,
    validationFraction: 0.1,
    validationImages: 0,
    stepsPerEpoch: 0,
    cropPadding: 4,
    flip: true,
    cutout: 16,
    autoAugment: true,
  },
  batchSize: 96,
  targetParameters: 500_000,
  granularities: { operation: true, filter: true, weight: true },
  optimizers: {
    momentum: 0.9,
    weights: { rate: 0.01, decay: 3e-4, clipNorm: 5 },
    importances: { rate: 1 },
    gates: { rate: 1 },
    thresholds: { rate: 0.1, filterFactor: 1 },
    weightThresholds: { rate: 0.001, boundsAlike: false },
  },
  regularizer: {
    lambda0: 1e-5,
    c0: 2,
    mu: 0,
    softCount: true,
    relativeMu: false,
    fewPruned: 24 / 784,
    manyPruned: 48 / 784,
  },
  // The paper limits no stage by epochs: it ends by its size. The limits are for safety.
  stage: { warmUpEpochs: 5, commitEvery: 2, maxEpochs: 200, endShare: 0.3, patience: 4 },
  joint: { warmUpEpochs: 5, maxEpochs: 200, weightFactor: 1 },
  reevaluation: { reprune: true, regrowShare: 0.2, scoringEpochs: 1 },
  halfFloats: false,
  reportEvery: 20,
};

const tiny: CellSearchSettings = {
  seed: 1,
  space: cellSizes.tiny,
  data: {
    imageSize: 10,
    // 1,960 to search on, in epochs of 26 steps: more different images in the same time (docs/scaling.md).
    trainImages: 2_800,
    validationFraction: 0.3,
    validationImages: 2_000,
    stepsPerEpoch: 26,
    cropPadding: 0,
    flip: false,
    cutout: 0,
    autoAugment: false,
  },
  batchSize: 16,
  targetParameters: 6_000,
  granularities: paperSettings.granularities,
  optimizers: {
    ...paperSettings.optimizers,
    weights: { ...paperSettings.optimizers.weights, rate: 0.05 },
    weightThresholds: { ...paperSettings.optimizers.weightThresholds, rate: 0.02 },
  },
  regularizer: { ...paperSettings.regularizer, lambda0: 2e-4 },
  stage: { warmUpEpochs: 2, commitEvery: 1, maxEpochs: 8, endShare: 0.3, patience: 4 },
  joint: { warmUpEpochs: 1, maxEpochs: 16, weightFactor: 0.2 },
  reevaluation: paperSettings.reevaluation,
  halfFloats: false,
  reportEvery: 5,
};

const demo: CellSearchSettings = {
  ...paperSettings,
  space: cellSizes.demo,
  data: {
    imageSize: 28,
    trainImages: 0,
    validationFraction: 0.1,
    validationImages: 0,
    stepsPerEpoch: 0,
    cropPadding: 2,
    flip: true,
    cutout: 0,
    autoAugment: false,
  },
  batchSize: 64,
  targetParameters: 60_000,
  optimizers: {
    ...paperSettings.optimizers,
    weights: { ...paperSettings.optimizers.weights, rate: 0.025 },
    thresholds: { rate: 0.2, filterFactor: 1 },
    weightThresholds: { rate: 0.004, boundsAlike: false },
  },
  regularizer: { ...paperSettings.regularizer, lambda0: 6e-5 },
  stage: { ...paperSettings.stage, warmUpEpochs: 2, commitEvery: 1, maxEpochs: 12 },
  joint: { warmUpEpochs: 1, maxEpochs: 16, weightFactor: 1 },
};

export const cellPresets: Readonly<Record<'tiny' | 'demo' | 'paper', CellSearchSettings>> = {
  tiny,
  demo,
  paper: paperSettings,
};
