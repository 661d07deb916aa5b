/** Which images are in which batch of a training from scratch: a pure function of labels, settings and the seed. */
import type { TrainData } from '../engine/data.ts';
import type { AugmentationSettings } from './augment.ts';
import { DatasetError, type Labels } from './dataset.ts';
import { checkIndex, epochOrder, type LabelledSet } from './search-plan.ts';
import { stratifiedSplit } from './split.ts';

export interface TrainDataSettings extends Omit<AugmentationSettings, 'autoAugment'> {
  readonly seed: number;
  readonly batchSize: number;
  /** Pixels a side that the architecture takes. */
  readonly imageSize: number;
  /** Images used, every class with its share; 0 = all. */
  readonly trainImages: number;
  readonly testImages: number;
}

const shuffleStream = 0x7a1;

/** The images of a split that are used, ascending; null: all. @throws DatasetError naming the setting. */
export function chosenOf(
  set: { name: string; classNames: readonly string[] },
  split: 'train' | 'test',
  images: { readonly count: number; readonly labels: Labels },
  { seed, ...wanted }: TrainDataSettings,
): Uint32Array | null {
  const used = wanted[`${split}Images`];
  if (used > images.count) {
    throw new DatasetError(
      `data.${split}Images is ${used}, but ${set.name} has ${images.count} ${split} images: set it to at most ${images.count}, or to 0 for all.`,
    );
  }
  if (used === 0 || used === images.count) return null;
  const sizes = { used, validation: 0, seed };
  return stratifiedSplit(images.labels, set.classNames.length, sizes).search;
}

/** Makes the batches of positions in a part. */
export interface TrainBatchMaker<B> {
  train(positions: Uint32Array, epoch: number): B;
  test(positions: Uint32Array): B;
}

/** @throws DatasetError where there are fewer images than a batch takes. */
export function trainBatches<B>(
  { name, classNames, channels }: Omit<LabelledSet, 'train'>,
  { trainImages, testImages }: { trainImages: number; testImages: number },
  { seed, batchSize, imageSize }: TrainDataSettings,
  levels: Float32Array,
  make: TrainBatchMaker<B>,
): TrainData<B> {
  if (trainImages < batchSize) {
    throw new DatasetError(
      `batchSize is ${batchSize}, but there are only ${trainImages} training images: set it to at most this number.`,
    );
  }
  const orderOf = epochOrder(trainImages, seed, shuffleStream);
  const stepsPerEpoch = Math.floor(trainImages / batchSize);
  const testBatches = Math.ceil(testImages / batchSize);
  return {
    name,
    classNames,
    imageSize,
    imageChannels: channels,
    trainImages,
    testImages,
    normalization: normalizationOf(levels, channels),
    stepsPerEpoch,
    trainBatch(epoch, index) {
      checkIndex('training', index, stepsPerEpoch);
      const positions = orderOf(epoch).subarray(index * batchSize, (index + 1) * batchSize);
      return make.train(positions, epoch);
    },
    testBatches,
    testBatch(index) {
      checkIndex('test', index, testBatches);
      const first = index * batchSize;
      const count = Math.min(batchSize, testImages - first);
      return make.test(Uint32Array.from({ length: count }, (_, i) => first + i));
    },
  };
}

function normalizationOf(levels: Float32Array, channels: number): TrainData['normalization'] {
  const scales = Array.from(
    { length: channels },
    (_, c) => (levels[c * 256 + 255]! - levels[c * 256]!) / 255,
  );
  return {
    // A channel without variation enters as zero, whatever its deviation is called.
    mean: scales.map((scale, c) => (scale > 0 ? -levels[c * 256]! / scale : 0)),
    deviation: scales.map((scale) => (scale > 0 ? 1 / scale : 1e9)),
  };
}
