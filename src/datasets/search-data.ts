/** Turns a data set into what a search consumes: resized, split, shuffled, augmented, normalized batches. */
import type { SearchData } from '../engine/data.ts';
import type { SearchSettings } from '../engine/settings.ts';
import type { Batch } from '../engine/supernet/stepper.ts';
import { drawAugmentation, noAugmentation, writeImage, type Augmentation } from './augment.ts';
import { DatasetError, type Dataset } from './dataset.ts';
import { hash, shuffle } from './random.ts';
import { resizeImages } from './resize.ts';
import { stratifiedSplit, type SplitIndices } from './split.ts';

const shuffleStream = 0x5af;

/**
 * Batches for a search over `dataset`'s training images, under `settings.seed`, `.data` and `.batchSize`. Every batch
 * is a pure function of these and its arguments, in arrays of its own: the caller may keep or transfer them. An epoch's
 * last, incomplete batch is dropped. Pixels are normalized by the mean and deviation of each channel over the search
 * part (so nothing of the validation part leaks in), after resizing.
 * @throws DatasetError naming the setting that the set cannot satisfy.
 */
export function createSearchData(dataset: Dataset, settings: Pick<SearchSettings, 'seed' | 'data' | 'batchSize'>): SearchData {
  const { seed, batchSize, data } = settings;
  const size = data.imageSize;
  const { channels } = dataset;
  const { search, validation } = chooseImages(dataset, settings);
  const searchPart = extract(dataset, search, size);
  const validationPart = extract(dataset, validation, size);
  const levels = normalizedLevels(searchPart.images, channels);
  const imageBytes = size * size * channels;

  function batchOf(part: Part, indices: Uint32Array, augmentation: (image: number) => Augmentation): Batch {
    const images = new Float32Array(indices.length * imageBytes);
    const labels = new Int32Array(indices.length);
    indices.forEach((image, slot) => {
      const bytes = part.images.subarray(image * imageBytes, (image + 1) * imageBytes);
      writeImage(bytes, size, channels, augmentation(image), levels, images, slot * imageBytes);
      labels[slot] = part.labels[image]!;
    });
    return { images, labels, size: indices.length };
  }

  // Batches are asked for in order, so the current epoch's order is kept; it can be had anew at any time.
  let orderEpoch = -1;
  let order = new Uint32Array(0);
  function orderOf(epoch: number): Uint32Array {
    if (epoch !== orderEpoch) {
      order = shuffle(indicesUpTo(search.length), hash(seed, shuffleStream, epoch));
      orderEpoch = epoch;
    }
    return order;
  }

  const stepsPerEpoch = Math.floor(search.length / batchSize);
  const validationOrder = indicesUpTo(validation.length);
  const validationBatches = Math.ceil(validation.length / batchSize);
  return {
    name: dataset.name,
    classNames: dataset.classNames,
    imageSize: size,
    imageChannels: channels,
    trainImages: search.length,
    validationImages: validation.length,
    stepsPerEpoch,
    trainBatch(epoch, index) {
      checkIndex('training', index, stepsPerEpoch);
      const indices = orderOf(epoch).subarray(index * batchSize, (index + 1) * batchSize);
      return batchOf(searchPart, indices, (image) => drawAugmentation(data, seed, epoch, image));
    },
    validationBatches,
    validationBatch(index) {
      checkIndex('validation', index, validationBatches);
      const indices = validationOrder.subarray(index * batchSize, (index + 1) * batchSize);
      return batchOf(validationPart, indices, () => noAugmentation);
    },
  };
}

interface Part {
  /** Bytes, NHWC, resized. */
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
}

function chooseImages(dataset: Dataset, settings: Pick<SearchSettings, 'seed' | 'data' | 'batchSize'>): SplitIndices {
  const { trainImages, validationFraction, cropPadding, imageSize } = settings.data;
  const available = dataset.train.count;
  if (trainImages > available) {
    throw new DatasetError(
      `data.trainImages is ${trainImages}, but ${dataset.name} has ${available} training images: set it to at most ${available}, or to 0 for all.`,
    );
  }
  if (cropPadding >= imageSize) {
    throw new DatasetError(
      `data.cropPadding is ${cropPadding}, but images are ${imageSize} pixels wide: set it below ${imageSize}; 4 of 32 is usual.`,
    );
  }
  const used = trainImages || available;
  const validation = Math.max(1, Math.round(used * validationFraction));
  if (used - validation < settings.batchSize) {
    throw new DatasetError(
      `batchSize is ${settings.batchSize}, but of ${used} images ${validation} are held out for validation ` +
        `(data.validationFraction ${validationFraction}) and only ${used - validation} are left to search with: ` +
        `set batchSize to at most ${used - validation}, or raise data.trainImages.`,
    );
  }
  return stratifiedSplit(dataset.train.labels, dataset.classNames.length, used, validation, settings.seed);
}

function extract({ train, size, channels }: Dataset, indices: Uint32Array, target: number): Part {
  const imageBytes = size * size * channels;
  const images = new Uint8Array(indices.length * imageBytes);
  indices.forEach((image, slot) => {
    images.set(train.images.subarray(image * imageBytes, (image + 1) * imageBytes), slot * imageBytes);
  });
  return { images: resizeImages(images, size, channels, target), labels: Uint8Array.from(indices, (image) => train.labels[image]!) };
}

/** Per channel, the normalized value of each byte: channels * 256. */
function normalizedLevels(images: Uint8Array, channels: number): Float32Array {
  const levels = new Float32Array(channels * 256);
  for (let channel = 0; channel < channels; channel++) {
    const histogram = new Float64Array(256);
    for (let i = channel; i < images.length; i += channels) histogram[images[i]!]!++;
    const count = images.length / channels;
    const mean = histogram.reduce((sum, times, byte) => sum + times * byte, 0) / count;
    const variance = histogram.reduce((sum, times, byte) => sum + times * (byte - mean) ** 2, 0) / count;
    // A channel without variation says nothing; it becomes all zeros instead of NaN.
    const scale = variance > 0 ? 1 / Math.sqrt(variance) : 0;
    for (let byte = 0; byte < 256; byte++) levels[channel * 256 + byte] = (byte - mean) * scale;
  }
  return levels;
}

function indicesUpTo(count: number): Uint32Array<ArrayBuffer> {
  return Uint32Array.from({ length: count }, (_, i) => i);
}

function checkIndex(part: string, index: number, batches: number): void {
  if (!(index >= 0 && index < batches)) throw new RangeError(`There is no ${part} batch ${index}: the epoch has ${batches}.`);
}
