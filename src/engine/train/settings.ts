/** Every number of training an architecture from scratch, as one validated plain object. */
import * as v from 'valibot';
import { searchedForm } from '../../domain/architecture/schema.ts';
import type { Architecture } from '../../domain/architecture/schema.ts';
import type { SearchSettings } from '../../domain/settings/schema.ts';

const positiveInteger = v.pipe(v.number(), v.integer(), v.minValue(1));
const nonNegativeInteger = v.pipe(v.number(), v.integer(), v.minValue(0));
const nonNegative = v.pipe(v.number(), v.finite(), v.minValue(0));

export const TrainSettingsSchema = v.object({
  seed: v.pipe(nonNegativeInteger, v.maxValue(0xffffffff)),
  epochs: v.pipe(positiveInteger, v.maxValue(10_000)),
  batchSize: v.pipe(positiveInteger, v.maxValue(4096)),
  data: v.object({
    /** Images used; 0 = all. */
    trainImages: nonNegativeInteger,
    testImages: nonNegativeInteger,
    cropPadding: nonNegativeInteger,
    flip: v.boolean(),
    /** Side in pixels of the square that is blanked; 0 = none. */
    cutout: nonNegativeInteger,
    /** Crops a random region of each image, resized to its size; absent in files of before it existed: no. */
    randomResizedCrop: v.optional(v.boolean()),
  }),
  optimizer: v.object({
    /** At the first step; it falls to 0 along half a cosine. */
    rate: nonNegative,
    momentum: v.pipe(v.number(), v.minValue(0), v.maxValue(0.999)),
    decay: nonNegative,
    clipNorm: nonNegative,
  }),
  /** What holds back from learning the images by heart; absent in files of before it existed: none. */
  regularization: v.optional(
    v.object({
      /** Probability that a candidate's output is dropped for an image, in the last epochs; it rises from 0. 0 = off. */
      dropPath: v.pipe(nonNegative, v.maxValue(0.95)),
      /** Weight of the cross entropy of a second classifier (see `auxiliaryCell`). 0 = off. */
      auxiliary: v.pipe(nonNegative, v.maxValue(10)),
    }),
    { dropPath: 0, auxiliary: 0 },
  ),
  /** Times every filter is repeated before training; 1 = as found. */
  widen: v.optional(v.pipe(positiveInteger, v.maxValue(64)), 1),
  /** Activations are stored as half floats: the device must have them. Absent = no. */
  halfFloats: v.optional(v.boolean()),
  /** Epochs between two passes over the test set, for the curve; the last epoch is always followed by one. 0 = only that. */
  evaluateEvery: nonNegativeInteger,
  /** Training steps between two reads of the loss from the device. */
  reportEvery: v.pipe(positiveInteger, v.maxValue(200)),
});
export type TrainSettings = v.InferOutput<typeof TrainSettingsSchema>;

/** The paper's recipe (section IV): see docs/baselines.md. */
export const paperTraining: TrainSettings = {
  seed: 1,
  epochs: 600,
  batchSize: 96,
  data: { trainImages: 0, testImages: 0, cropPadding: 4, flip: true, cutout: 16 },
  optimizer: { rate: 0.025, momentum: 0.9, decay: 3e-4, clipNorm: 5 },
  regularization: { dropPath: 0.2, auxiliary: 0.4 },
  widen: 1,
  evaluateEvery: 10,
  reportEvery: 20,
};

/** Epochs from which the paper's drop-path is wanted: a shorter training never gets to learn the images by heart. */
const longTraining = 100;

/**
 * What fits a network: the search's batch size, seed and augmentation, a cutout of half the image where it is large.
 * Without drop-path and auxiliary head, for trainings that are compared with each other; `retrainSettingsFor` adds them.
 */
export function trainSettingsFor(
  {
    settings,
    dataset,
  }: {
    settings: Pick<SearchSettings, 'seed' | 'batchSize' | 'data'>;
    dataset: Pick<Architecture['dataset'], 'imageSize'>;
  },
  epochs: number,
): TrainSettings {
  const { cropPadding, flip, randomResizedCrop } = settings.data;
  return {
    ...paperTraining,
    seed: settings.seed,
    epochs,
    batchSize: settings.batchSize,
    // Of a 14-pixel garment half a side is most of what there is to see.
    data: {
      trainImages: 0,
      testImages: 0,
      cropPadding,
      flip,
      // A random region hides as much already.
      cutout: dataset.imageSize >= 28 && !randomResizedCrop ? Math.floor(dataset.imageSize / 2) : 0,
      ...(randomResizedCrop && { randomResizedCrop }),
    },
    regularization: { dropPath: 0, auxiliary: 0 },
    evaluateEvery: Math.max(1, Math.round(epochs / 20)),
  };
}

/**
 * The cell on which an auxiliary head stands: cell floor(2L / 3) of L, counted from 0 (the released program's model.py,
 * line 124), or the last but one where that is the last. In files of the version before, whose nodes weigh their
 * operations: the end of the stage before the last. null: the network is too short for one.
 */
export function auxiliaryCell({
  cells,
  form = searchedForm,
}: Pick<Architecture, 'cells' | 'form'>): number | null {
  const place =
    form.sum === 'weighted'
      ? cells.findIndex(({ stage }) => stage === cells.at(-1)?.stage) - 1
      : Math.min(Math.floor((2 * cells.length) / 3), cells.length - 2);
  return place >= 0 ? place : null;
}

/** The same with the paper's drop-path, where the training is long, and its auxiliary head, where there is a cell for it. */
export function retrainSettingsFor(
  architecture: Pick<Architecture, 'settings' | 'dataset' | 'cells' | 'form'>,
  epochs: number,
): TrainSettings {
  const { dropPath, auxiliary } = paperTraining.regularization;
  const regularization = {
    dropPath: epochs < longTraining ? 0 : dropPath,
    auxiliary: auxiliaryCell(architecture) === null ? 0 : auxiliary,
  };
  return { ...trainSettingsFor(architecture, epochs), regularization };
}
