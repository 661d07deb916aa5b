/** Images of one part of a data set in memory, and batches cut from them. */
import type { Batch } from '../engine/supernet/stepper.ts';
import {
  croppedSquare,
  noAugmentation,
  writeAugmented,
  writeImage,
  type AugmentationSettings,
} from './augment.ts';
import type { Dataset, Labels } from './dataset.ts';
import { resizeImages } from './resize.ts';
import { channelHistograms } from './statistics.ts';

export interface Part {
  /** Bytes, NHWC. */
  readonly images: Uint8Array;
  /** Pixels a side. */
  readonly size: number;
  readonly labels: Labels;
  /** Where image i of the part lies in these arrays; without it, at i. */
  readonly at?: Uint32Array;
}

/**
 * Images of `dataset.train` as a part. Those that keep their size stay where they are: a large set is in memory once.
 * @param cropped regions are cropped from them at random: for that they keep the size they have
 */
export function partOf(
  dataset: Dataset,
  indices: Uint32Array,
  target: number,
  cropped = false,
): Part {
  const { images, labels } = dataset.train;
  const { size } = dataset;
  return cropped || size === target
    ? { images, labels, size, at: indices }
    : extract(dataset, indices, target);
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
  return { images, size: target, labels: chosen };
}

/** Levels by the images of a part as they are at `target` pixels a side. */
export function levelsOf(
  dataset: Dataset,
  part: Part,
  indices: Uint32Array,
  target: number,
): Float32Array {
  const { channels } = dataset;
  const imageBytes = part.size * part.size * channels;
  if (part.size === target)
    return normalizedLevels(
      part.at
        ? channelHistograms(part.images, channels, imageBytes, part.at)
        : channelHistograms(part.images, channels, part.images.length, [0]),
    );
  const sums = Array.from({ length: channels }, () => new Float64Array(256));
  for (let first = 0; first < indices.length; first += resizeBlock) {
    const { images } = extract(dataset, indices.subarray(first, first + resizeBlock), target);
    channelHistograms(images, channels, images.length, [0]).forEach((histogram, channel) =>
      histogram.forEach((times, byte) => (sums[channel]![byte]! += times)),
    );
  }
  return normalizedLevels(sums);
}

/** Per channel, the normalized value of each byte: channels * 256. @param histograms of each channel, how often each byte occurs */
export function normalizedLevels(histograms: readonly Float64Array[]): Float32Array {
  const levels = new Float32Array(histograms.length * 256);
  histograms.forEach((histogram, channel) => {
    const count = histogram.reduce((sum, times) => sum + times, 0);
    const mean = histogram.reduce((sum, times, byte) => sum + times * byte, 0) / count;
    const variance =
      histogram.reduce((sum, times, byte) => sum + times * (byte - mean) ** 2, 0) / count;
    writeLevels(levels, channel, mean, variance);
  });
  return levels;
}

/** Of one channel, by the mean and the variance of its bytes. */
export function writeLevels(
  levels: Float32Array,
  channel: number,
  mean: number,
  variance: number,
): void {
  // A channel without variation says nothing; it becomes all zeros instead of NaN.
  const scale = variance > 0 ? 1 / Math.sqrt(variance) : 0;
  for (let byte = 0; byte < 256; byte++) levels[channel * 256 + byte] = (byte - mean) * scale;
}

export interface BatchForm {
  /** Pixels a side of the images in a batch. */
  readonly size: number;
  readonly channels: number;
  readonly levels: Float32Array;
}

/** How training images are augmented. */
export interface Augmented {
  readonly settings: AugmentationSettings;
  readonly seed: number;
  readonly epoch: number;
}

/** Images `positions` of a part, in an array of their own. @param augmented null: as they are */
export function batchOf(
  part: Part,
  positions: Uint32Array,
  { size, channels, levels }: BatchForm,
  augmented: Augmented | null,
): Batch {
  const values = size * size * channels;
  const imageBytes = part.size * part.size * channels;
  const images = new Float32Array(positions.length * values);
  const labels = new Int32Array(positions.length);
  positions.forEach((position, slot) => {
    const at = part.at ? part.at[position]! : position;
    const bytes = part.images.subarray(at * imageBytes, (at + 1) * imageBytes);
    const offset = slot * values;
    if (augmented) {
      const { settings, seed, epoch } = augmented;
      const keys = [seed, epoch, position] as const;
      const square = croppedSquare(bytes, part.size, { size, channels }, settings, keys);
      const place = { size, channels, levels, target: images, offset };
      writeAugmented(square, settings, keys, place);
    } else writeImage(bytes, size, channels, noAugmentation, levels, images, offset);
    labels[slot] = part.labels[at]!;
  });
  return { images, labels, size: positions.length };
}
