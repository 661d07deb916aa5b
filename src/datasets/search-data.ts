/** Turns a data set into what a search consumes: resized, split, shuffled, augmented, normalized batches. */
import type { SearchData } from '../engine/data.ts';
import type { SearchSettings } from '../domain/settings/schema.ts';
import type { Batch } from '../engine/supernet/stepper.ts';
import { autoAugment } from './auto-augment.ts';
import {
  cutOut,
  drawAugmentation,
  moveImage,
  noAugmentation,
  writeImage,
  type Augmentation,
} from './augment.ts';
import { DatasetError, type Dataset, type Labels } from './dataset.ts';
import { imageProblems, splitSizes } from '../domain/settings/problems.ts';
import { hash, shuffle } from './random.ts';
import { resizeImages } from './resize.ts';
import { channelHistograms } from './statistics.ts';
import { stratifiedSplit, type SplitIndices } from './split.ts';

const shuffleStream = 0x5af;
const validationStream = 0x5b7;

/**
 * Batches for a search over `dataset`'s training images, under `settings.seed`, `.data` and `.batchSize`. Every batch
 * is a pure function of these and its arguments, in arrays of its own: the caller may keep or transfer them. An epoch's
 * last, incomplete batch is dropped. Pixels are normalized by the mean and deviation of each channel over the search
 * part (so nothing of the validation part leaks in), after resizing.
 * @param splitSeed of the choice and the split of the images: another than the batches' in a fork with another seed.
 * @throws DatasetError naming the setting that the set cannot satisfy.
 */
export function createSearchData(
  dataset: Dataset,
  settings: Pick<SearchSettings, 'seed' | 'data' | 'batchSize'>,
  splitSeed = settings.seed,
): SearchData {
  const { seed, batchSize, data } = settings;
  const size = data.imageSize;
  const { channels } = dataset;
  const { search, validation } = chooseImages(dataset, { ...settings, seed: splitSeed });
  const searchPart = partOf(dataset, search, size);
  const validationPart = partOf(dataset, validation, size);
  const imageBytes = size * size * channels;
  const levels = normalizedLevels(
    searchPart.images,
    channels,
    searchPart.at && { at: searchPart.at, imageBytes },
  );

  function batchOf(
    part: Part,
    indices: Uint32Array,
    augmentation: (image: number) => Augmentation,
    epoch: number | null = null,
  ): Batch {
    const images = new Float32Array(indices.length * imageBytes);
    const labels = new Int32Array(indices.length);
    indices.forEach((image, slot) => {
      const at = part.at ? part.at[image]! : image;
      const bytes = part.images.subarray(at * imageBytes, (at + 1) * imageBytes);
      const place = [levels, images, slot * imageBytes] as const;
      if (epoch === null || !data.autoAugment) {
        writeImage(bytes, size, channels, augmentation(image), ...place);
      } else {
        const moved = {
          size,
          channels,
          data: moveImage(bytes, size, channels, augmentation(image)),
        };
        const seen = autoAugment(moved, [seed, epoch, image]);
        writeImage(seen.data, size, channels, noAugmentation, ...place);
      }
      labels[slot] = part.labels[at]!;
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
  // Drawn once: a part of it is a fair sample, however the set was sorted.
  const validationOrder = shuffle(
    indicesUpTo(validation.length),
    hash(splitSeed, validationStream),
  );
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
      const batch = batchOf(
        searchPart,
        indices,
        (image) => drawAugmentation(data, seed, epoch, image),
        epoch,
      );
      const { cutout = 0 } = data;
      if (cutout > 0) {
        indices.forEach((image, slot) =>
          cutOut(
            batch.images.subarray(slot * imageBytes, (slot + 1) * imageBytes),
            size,
            channels,
            cutout,
            [seed, epoch, image],
          ),
        );
      }
      return batch;
    },
    validationBatches,
    validationBatch(index) {
      checkIndex('validation', index, validationBatches);
      const indices = validationOrder.subarray(index * batchSize, (index + 1) * batchSize);
      return batchOf(validationPart, indices, () => noAugmentation);
    },
  };
}

export interface Part {
  /** Bytes, NHWC, resized. */
  readonly images: Uint8Array;
  readonly labels: Labels;
  /** Where image i of the part lies in these arrays; without it, at i. */
  readonly at?: Uint32Array;
}

/** Images that keep their size stay where they are: a large set is in memory once. */
function partOf(dataset: Dataset, indices: Uint32Array, size: number): Part {
  const { images, labels } = dataset.train;
  return size === dataset.size ? { images, labels, at: indices } : extract(dataset, indices, size);
}

function chooseImages(
  dataset: Dataset,
  settings: Pick<SearchSettings, 'seed' | 'data' | 'batchSize'>,
): SplitIndices {
  const available = dataset.train.count;
  for (const { path, message } of imageProblems(settings, { name: dataset.name, train: available }))
    throw new DatasetError(`${path}: ${message}`);
  const { used, validation, spare } = splitSizes(settings.data, available);
  const { seed } = settings;
  const sizes = { used, validation, spare, seed };
  return stratifiedSplit(dataset.train.labels, dataset.classNames.length, sizes);
}

/** Images resized block by block: a large set is not in memory twice. */
const resizeBlock = 256;

export function extract(
  { train, size, channels }: Dataset,
  indices: Uint32Array,
  target: number,
): Part {
  const sourceBytes = size * size * channels;
  const targetBytes = target * target * channels;
  const images = new Uint8Array(indices.length * targetBytes);
  const block = new Uint8Array(Math.min(resizeBlock, indices.length) * sourceBytes);
  for (let first = 0; first < indices.length; first += resizeBlock) {
    const some = indices.subarray(first, first + resizeBlock);
    some.forEach((image, slot) =>
      block.set(
        train.images.subarray(image * sourceBytes, (image + 1) * sourceBytes),
        slot * sourceBytes,
      ),
    );
    images.set(
      resizeImages(block.subarray(0, some.length * sourceBytes), size, channels, target),
      first * targetBytes,
    );
  }
  const { labels } = train;
  const chosen = new (labels instanceof Uint8Array ? Uint8Array : Uint16Array)(indices.length);
  indices.forEach((image, slot) => (chosen[slot] = labels[image]!));
  return { images, labels: chosen };
}

/** Per channel, the normalized value of each byte: channels * 256. `only` names the images that count, where not all do. */
export function normalizedLevels(
  images: Uint8Array,
  channels: number,
  only?: { at: Uint32Array; imageBytes: number },
): Float32Array {
  const levels = new Float32Array(channels * 256);
  const histograms = only
    ? channelHistograms(images, channels, only.imageBytes, only.at)
    : channelHistograms(images, channels, images.length, [0]);
  histograms.forEach((histogram, channel) => {
    const count = histogram.reduce((sum, times) => sum + times, 0);
    const mean = histogram.reduce((sum, times, byte) => sum + times * byte, 0) / count;
    const variance =
      histogram.reduce((sum, times, byte) => sum + times * (byte - mean) ** 2, 0) / count;
    // A channel without variation says nothing; it becomes all zeros instead of NaN.
    const scale = variance > 0 ? 1 / Math.sqrt(variance) : 0;
    for (let byte = 0; byte < 256; byte++) levels[channel * 256 + byte] = (byte - mean) * scale;
  });
  return levels;
}

export function indicesUpTo(count: number): Uint32Array<ArrayBuffer> {
  return Uint32Array.from({ length: count }, (_, i) => i);
}

export function checkIndex(part: string, index: number, batches: number): void {
  if (!(index >= 0 && index < batches))
    throw new RangeError(`There is no ${part} batch ${index}: the epoch has ${batches}.`);
}
