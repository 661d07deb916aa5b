/** Turns a data set into what training from scratch consumes: training batches, augmented, and the whole test set. */
import type { TrainData } from '../engine/data.ts';
import type { Batch } from '../engine/supernet/stepper.ts';
import {
  cutOut,
  drawAugmentation,
  noAugmentation,
  writeImage,
  type Augmentation,
} from './augment.ts';
import { DatasetError, type Dataset } from './dataset.ts';
import { hash, shuffle } from './random.ts';
import { resizeImages } from './resize.ts';
import { checkIndex, extract, indicesUpTo, normalizedLevels } from './search-data.ts';
import { stratifiedSplit } from './split.ts';

export interface TrainDataSettings {
  readonly seed: number;
  readonly batchSize: number;
  /** Pixels a side that the architecture takes. */
  readonly imageSize: number;
  /** Images used, every class with its share; 0 = all. */
  readonly trainImages: number;
  readonly testImages: number;
  readonly cropPadding: number;
  readonly flip: boolean;
  /** Side of the square that is blanked at a random place of each training image; 0 = none. */
  readonly cutout: number;
}

/** Resized images, NHWC bytes, and their classes. */
interface Images {
  readonly images: Uint8Array;
  readonly labels: ArrayLike<number>;
}

const shuffleStream = 0x7a1;

/**
 * Every batch is a pure function of the seed and its arguments. Pixels are normalized by the mean and deviation of the
 * training images used, after resizing.
 * @throws DatasetError naming the setting that the set cannot satisfy.
 */
export function createTrainData(dataset: Dataset, settings: TrainDataSettings): TrainData {
  const { seed, batchSize, imageSize: size, cutout } = settings;
  const { channels } = dataset;
  const train = choose(dataset, 'train', settings.trainImages, size, seed);
  const test = choose(dataset, 'test', settings.testImages, size, seed);
  if (train.labels.length < batchSize) {
    throw new DatasetError(
      `batchSize is ${batchSize}, but there are only ${train.labels.length} training images: set it to at most this number.`,
    );
  }
  const levels = normalizedLevels(train.images, channels);
  const imageBytes = size * size * channels;
  const stepsPerEpoch = Math.floor(train.labels.length / batchSize);
  const testBatches = Math.ceil(test.labels.length / batchSize);

  function batchOf(
    part: Images,
    indices: Uint32Array,
    augmentation: (image: number) => Augmentation,
  ): Batch {
    const images = new Float32Array(indices.length * imageBytes);
    const labels = new Int32Array(indices.length);
    indices.forEach((image, slot) => {
      writeImage(
        part.images.subarray(image * imageBytes, (image + 1) * imageBytes),
        size,
        channels,
        augmentation(image),
        levels,
        images,
        slot * imageBytes,
      );
      labels[slot] = part.labels[image]!;
    });
    return { images, labels, size: indices.length };
  }

  let orderEpoch = -1;
  let order = new Uint32Array(0);
  return {
    name: dataset.name,
    classNames: dataset.classNames,
    imageSize: size,
    imageChannels: channels,
    trainImages: train.labels.length,
    testImages: test.labels.length,
    normalization: normalizationOf(levels, channels),
    stepsPerEpoch,
    trainBatch(epoch, index) {
      checkIndex('training', index, stepsPerEpoch);
      if (epoch !== orderEpoch) {
        order = shuffle(indicesUpTo(train.labels.length), hash(seed, shuffleStream, epoch));
        orderEpoch = epoch;
      }
      const indices = order.subarray(index * batchSize, (index + 1) * batchSize);
      const batch = batchOf(train, indices, (image) =>
        drawAugmentation(settings, seed, epoch, image),
      );
      if (cutout > 0)
        indices.forEach((image, slot) =>
          cutOut(
            batch.images.subarray(slot * imageBytes, (slot + 1) * imageBytes),
            size,
            channels,
            cutout,
            [seed, epoch, image],
          ),
        );
      return batch;
    },
    testBatches,
    testBatch(index) {
      checkIndex('test', index, testBatches);
      const first = index * batchSize;
      const count = Math.min(batchSize, test.labels.length - first);
      return batchOf(
        test,
        Uint32Array.from({ length: count }, (_, i) => first + i),
        () => noAugmentation,
      );
    },
  };
}

function choose(
  dataset: Dataset,
  split: 'train' | 'test',
  wanted: number,
  size: number,
  seed: number,
): Images {
  const images = dataset[split];
  if (wanted > images.count) {
    throw new DatasetError(
      `data.${split}Images is ${wanted}, but ${dataset.name} has ${images.count} ${split} images: set it to at most ${images.count}, or to 0 for all.`,
    );
  }
  if (wanted === 0 || wanted === images.count)
    return {
      images: resizeImages(images.images, dataset.size, dataset.channels, size),
      labels: images.labels,
    };
  const chosen = stratifiedSplit(images.labels, dataset.classNames.length, {
    used: wanted,
    validation: 0,
    seed,
  }).search;
  return extract({ ...dataset, train: images }, chosen, size);
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
