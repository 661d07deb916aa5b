/** A data set as it is kept: a record of what it is, and its images in chunks, so that none of them is ever a gigabyte. */
import { DatasetError, type Dataset, type ImageSplit, type Labels } from './dataset.ts';
import { countClasses, type DatasetKind, type ReadResult } from './files/assemble.ts';
import { hash, hashBytes } from './random.ts';
import { channelStatistics } from './statistics.ts';

export type StoredSplitName = 'train' | 'test';

/** What there is to know of a set without its images. */
export interface DatasetSummary {
  /** Made of the contents: the same images and labels have the same id wherever they are read. */
  id: string;
  name: string;
  kind: DatasetKind;
  /** Pixels a side. */
  size: number;
  channels: number;
  classNames: string[];
  /** Images of each class. */
  train: number[];
  test: number[];
  /** Per channel, over the training images, of values in [0, 1]. */
  mean: number[];
  deviation: number[];
  /** Of all images, as they are stored. */
  bytes: number;
  /** What was decided when the files were read, in sentences. */
  notes: string[];
  /** The images are stored as their files, and decoded when they are used. */
  encoded?: boolean;
}

/** What a batch of encoded images needs to know beside the files. */
export interface StoredFiles {
  /** As `EncodedSplit` has them. */
  moments: Record<StoredSplitName, Float32Array>;
  /** Of the files, for messages. */
  names: Record<StoredSplitName, string[]>;
}

export interface StoredDataset extends DatasetSummary {
  /** Milliseconds since 1970. */
  imported: number;
  labels: Record<StoredSplitName, Labels>;
  /** Images of a chunk; the last of a split may have fewer. Of files, one. */
  chunkImages: number;
  /** Of an encoded set. */
  files?: StoredFiles;
}

/** What is shown of a stored set: without what only a reader of its images needs. */
export function listedOf({
  labels: _labels,
  chunkImages: _chunkImages,
  files: _files,
  ...summary
}: StoredDataset): DatasetSummary & { imported: number } {
  return summary;
}

/** About as much as one record of a database should hold, bytes. */
const chunkBytes = 1 << 20;

export const chunkImagesOf = (imageBytes: number): number =>
  Math.max(1, Math.floor(chunkBytes / imageBytes));

export function summarize({ dataset, kind, notes }: ReadResult): DatasetSummary {
  const { name, size, channels, classNames, train, test } = dataset;
  const imageBytes = size * size * channels;
  const hashes = { train: imageHashes(train, imageBytes), test: imageHashes(test, imageBytes) };
  const inTraining = new Set(hashes.train);
  const shared = hashes.test.filter((one) => inTraining.has(one)).length;
  const warning =
    shared > 0
      ? [
          `${shared} of the ${test.count} test images are, byte for byte, training images too: accuracy on them is less reliable.`,
        ]
      : [];
  const { mean, deviation } = channelStatistics(train.images, channels);
  return {
    ...{ id: idOf(dataset, hashes), name, kind, size, channels, classNames: [...classNames] },
    ...{
      train: countClasses(train.labels, classNames.length),
      test: countClasses(test.labels, classNames.length),
    },
    ...{
      mean,
      deviation,
      bytes: (train.count + test.count) * imageBytes,
      notes: [...notes, ...warning],
    },
  };
}

function imageHashes({ images, count }: ImageSplit, imageBytes: number): Float64Array {
  return Float64Array.from({ length: count }, (_, image) =>
    hashBytes(images.subarray(image * imageBytes, (image + 1) * imageBytes)),
  );
}

function idOf(
  { size, channels, train, test, classNames }: Dataset,
  hashes: Record<StoredSplitName, Float64Array>,
): string {
  let key = hash(size, channels, classNames.length, train.count, test.count);
  for (const [split, { labels }] of [
    ['train', train],
    ['test', test],
  ] as const) {
    hashes[split].forEach((value, image) => {
      key = hash(key, value / 2 ** 20, value % 2 ** 20, labels[image]!);
    });
  }
  return `${key.toString(16).padStart(8, '0')}-${train.count}-${test.count}`;
}

/** What a split's images are stored as: views, not copies. */
export function* chunksOf(
  { images, count }: ImageSplit,
  imageBytes: number,
): Generator<Uint8Array> {
  const length = chunkImagesOf(imageBytes) * imageBytes;
  for (let start = 0; start < count * imageBytes; start += length)
    yield images.subarray(start, Math.min(start + length, count * imageBytes));
}

/** Puts a split together again. @param readChunk the chunk of that number, or undefined where it is missing */
export async function joinChunks(
  set: StoredDataset,
  split: StoredSplitName,
  readChunk: (index: number) => Promise<Uint8Array | undefined>,
  onChunk: (bytes: number) => void = () => {},
): Promise<ImageSplit> {
  const labels = set.labels[split];
  const imageBytes = set.size * set.size * set.channels;
  const images = new Uint8Array(labels.length * imageBytes);
  for (let image = 0, index = 0; image < labels.length; image += set.chunkImages, index++) {
    const expected = Math.min(set.chunkImages, labels.length - image) * imageBytes;
    const chunk = await readChunk(index);
    if (chunk?.length !== expected) {
      throw new DatasetError(
        `${set.name}: images from number ${image} on are missing in the browser's storage: delete the set under Data and add it again.`,
      );
    }
    images.set(chunk, image * imageBytes);
    onChunk(chunk.length);
  }
  return { count: labels.length, images, labels };
}
