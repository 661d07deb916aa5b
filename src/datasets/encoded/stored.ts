/** A set of image files as it is stored: a record of what it is, and one file a chunk. */
import type { Labels } from '../dataset.ts';
import { countClasses } from '../files/assemble.ts';
import type { ReadFiles } from '../files/assemble-files.ts';
import type { FileSplit } from '../formats/file-split.ts';
import { hash } from '../random.ts';
import type { DatasetSummary, StoredDataset, StoredFiles, StoredSplitName } from '../stored.ts';
import type { ImageMaker } from '../images/make.ts';
import { momentsOf, type EncodedDataset, type EncodedSplit } from './set.ts';

/** The record of a set; its date is not known here. */
export function recordOf(
  read: ReadFiles,
): Omit<StoredDataset, 'imported'> & { files: StoredFiles } {
  const { name, size, channels, classNames, train, test } = read;
  const names = ({ files }: FileSplit) => files.map(({ entry }) => entry.name);
  const moments = { train: momentsIn(train, channels), test: momentsIn(test, channels) };
  const { mean, variance } = momentsOf({ ...train, moments: moments.train }, channels);
  const inTraining = new Set(train.files.map((file) => file.hash));
  const shared = test.files.filter((file) => inTraining.has(file.hash)).length;
  const warning =
    shared > 0
      ? [
          `${shared} of the ${test.count} test images are, byte for byte, training images too: accuracy on them is less reliable.`,
        ]
      : [];
  const summary: DatasetSummary = {
    ...{ id: idOf(read), name, kind: 'image-folder', size, channels },
    classNames: [...classNames],
    train: countClasses(train.labels, classNames.length),
    test: countClasses(test.labels, classNames.length),
    mean: mean.map((value) => value / 255),
    deviation: variance.map((value) => Math.sqrt(value) / 255),
    bytes: [...train.files, ...test.files].reduce((sum, { bytes }) => sum + bytes, 0),
    notes: [...read.notes, ...warning],
    encoded: true,
  };
  return {
    ...summary,
    labels: { train: train.labels, test: test.labels },
    chunkImages: 1,
    files: { moments, names: { train: names(train), test: names(test) } },
  };
}

function idOf({ size, channels, classNames, train, test }: ReadFiles): string {
  let key = hash(0xf11e, size, channels, classNames.length, train.count, test.count);
  for (const { files } of [train, test])
    for (const file of files) key = hash(key, file.hash / 2 ** 20, file.hash % 2 ** 20, file.label);
  return `${key.toString(16).padStart(8, '0')}-${train.count}-${test.count}-files`;
}

/** Of the channels that the set has. */
function momentsIn({ files }: FileSplit, channels: number): Float32Array {
  const each = 2 * channels;
  const moments = new Float32Array(files.length * each);
  files.forEach((file, image) => moments.set(file.moments.subarray(0, each), image * each));
  return moments;
}

/** A split of a stored record. */
export function encodedSplit(
  { labels, files }: { labels: Record<StoredSplitName, Labels>; files: StoredFiles },
  split: StoredSplitName,
): EncodedSplit {
  return { count: labels[split].length, labels: labels[split], moments: files.moments[split] };
}

/** A set whose files are read where they lie. */
export function datasetOfFiles(read: ReadFiles, maker: ImageMaker): EncodedDataset {
  const { name, size, channels, classNames } = read;
  const splitOf = (split: StoredSplitName): EncodedSplit => {
    const { count, labels } = read[split];
    return { count, labels, moments: momentsIn(read[split], channels) };
  };
  return {
    ...{ name, size, channels, classNames, train: splitOf('train'), test: splitOf('test') },
    files: {
      maker,
      nameOf: (split, image) => read[split].files[image]!.entry.name,
      read: (split, images) => read.read(split, images),
    },
  };
}
