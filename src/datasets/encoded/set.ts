/** A data set whose images stay encoded: files in storage or on disk, decoded when a batch takes them. */
import type { Labels } from '../dataset.ts';
import type { ImageMaker } from '../images/make.ts';
import { writeLevels } from '../part.ts';
import type { StoredSplitName } from '../stored.ts';

export interface EncodedSplit {
  readonly count: number;
  readonly labels: Labels;
  /** Per image and channel, the mean of its bytes and the mean of their squares: count * channels * 2. */
  readonly moments: Float32Array;
}

export interface EncodedDataset {
  readonly name: string;
  /** Pixels a side at which the images were looked at when they were read: their moments are of that size. */
  readonly size: number;
  readonly channels: number;
  readonly classNames: readonly string[];
  readonly train: EncodedSplit;
  readonly test: EncodedSplit;
  readonly files: EncodedFiles;
}

/** Where the files lie, and what decodes them. */
export interface EncodedFiles {
  /** Files of a split, whole, in the order asked for. @throws DatasetError naming what is missing. */
  read(split: StoredSplitName, images: readonly number[]): Promise<readonly Uint8Array[]>;
  /** Of one image, for messages. */
  nameOf(split: StoredSplitName, image: number): string;
  readonly maker: ImageMaker;
}

export interface Moments {
  /** Per channel, of bytes. */
  readonly mean: number[];
  readonly variance: number[];
}

/** Of all pixels of some images. @param images null: all */
export function momentsOf(
  { moments, count }: EncodedSplit,
  channels: number,
  images: Uint32Array | null = null,
): Moments {
  const sums = new Float64Array(2 * channels);
  const of = images ?? { length: count };
  for (let i = 0; i < of.length; i++) {
    const first = (images ? images[i]! : i) * 2 * channels;
    for (let j = 0; j < sums.length; j++) sums[j]! += moments[first + j]!;
  }
  const mean = Array.from({ length: channels }, (_, c) => sums[2 * c]! / of.length);
  const variance = mean.map((value, c) =>
    Math.max(0, sums[2 * c + 1]! / of.length - value * value),
  );
  return { mean, variance };
}

/** Per channel, the normalized value of each byte: channels * 256. */
export function levelsOfMoments({ mean, variance }: Moments): Float32Array {
  const levels = new Float32Array(mean.length * 256);
  // Moments are rounded: what varies less than that does not vary.
  mean.forEach((value, channel) => {
    const some = variance[channel]! > 1e-2 ? variance[channel]! : 0;
    writeLevels(levels, channel, value, some);
  });
  return levels;
}
