/** Every number of training an architecture from scratch, as one validated plain object. */
import * as v from 'valibot';
import type { Architecture } from '../architecture/schema.ts';
import type { SearchSettings } from '../settings.ts';

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
  }),
  optimizer: v.object({
    /** At the first step; it falls to 0 along half a cosine. */
    rate: nonNegative,
    momentum: v.pipe(v.number(), v.minValue(0), v.maxValue(0.999)),
    decay: nonNegative,
    clipNorm: nonNegative,
  }),
  /** Epochs between two passes over the test set, for the curve; the last epoch is always followed by one. 0 = only that. */
  evaluateEvery: nonNegativeInteger,
  /** Steps between two readings of the loss from the device. */
  reportEvery: v.pipe(positiveInteger, v.maxValue(200)),
});
export type TrainSettings = v.InferOutput<typeof TrainSettingsSchema>;

/** The paper's recipe (section IV), without its auxiliary head and drop-path: see docs/baselines.md. */
export const paperTraining: TrainSettings = {
  seed: 1,
  epochs: 600,
  batchSize: 96,
  data: { trainImages: 0, testImages: 0, cropPadding: 4, flip: true, cutout: 16 },
  optimizer: { rate: 0.025, momentum: 0.9, decay: 3e-4, clipNorm: 5 },
  evaluateEvery: 10,
  reportEvery: 20,
};

/** What fits an architecture: the search's batch size, seed and augmentation, a cutout of half the image where it is large. */
export function trainSettingsFor(
  { settings, dataset }: { settings: Pick<SearchSettings, 'seed' | 'batchSize' | 'data'>; dataset: Pick<Architecture['dataset'], 'imageSize'> },
  epochs: number,
): TrainSettings {
  const { cropPadding, flip } = settings.data;
  return {
    ...paperTraining,
    seed: settings.seed,
    epochs,
    batchSize: settings.batchSize,
    // Of a 14-pixel garment half a side is most of what there is to see.
    data: { trainImages: 0, testImages: 0, cropPadding, flip, cutout: dataset.imageSize >= 28 ? Math.floor(dataset.imageSize / 2) : 0 },
    evaluateEvery: Math.max(1, Math.round(epochs / 20)),
  };
}
