/**
 * The binary versions of CIFAR-10 and CIFAR-100: records of a label (CIFAR-100: a coarse one, then a fine one) and the
 * red, the green and the blue plane of a 32x32 image, row by row.
 */
import { cifar100CoarseNames, cifar100FineNames, cifar10ClassNames } from './cifar-names.ts';
import { DatasetError, type ImageSplit } from './dataset.ts';
import { checkLabels, type NamedFile } from './idx.ts';

export { cifar10ClassNames } from './cifar-names.ts';

export const cifarSize = 32;
export const cifarChannels = 3;
const pixels = cifarSize * cifarSize;

export interface CifarLayout {
  readonly name: string;
  readonly labelBytes: number;
  /** Which of the label bytes is used. */
  readonly labelAt: number;
  readonly classNames: readonly string[];
}

export const cifar10: CifarLayout = {
  name: 'CIFAR-10',
  labelBytes: 1,
  labelAt: 0,
  classNames: cifar10ClassNames,
};
export const cifar100Fine: CifarLayout = {
  name: 'CIFAR-100',
  labelBytes: 2,
  labelAt: 1,
  classNames: cifar100FineNames,
};
export const cifar100Coarse: CifarLayout = {
  name: 'CIFAR-100',
  labelBytes: 2,
  labelAt: 0,
  classNames: cifar100CoarseNames,
};

export const recordBytesOf = ({ labelBytes }: CifarLayout): number =>
  labelBytes + cifarChannels * pixels;

/**
 * Reads files of records, in the order given, into one split with channels last.
 * @throws DatasetError naming the file that does not hold whole records, or a label out of range.
 */
export function readCifar(files: readonly NamedFile[], layout: CifarLayout): ImageSplit {
  const counts = files.map(({ name, bytes }) => countRecords(name, bytes.length, layout));
  const split = emptyCifarSplit(counts.reduce((a, b) => a + b, 0));
  let first = 0;
  files.forEach((file, i) => {
    readRecords(file, layout, split, first);
    first += counts[i]!;
  });
  return split;
}

export const readCifar10 = (files: readonly NamedFile[]): ImageSplit => readCifar(files, cifar10);

/** @throws DatasetError naming the file that does not hold whole records. */
export function countRecords(name: string, length: number, layout: CifarLayout): number {
  const recordBytes = recordBytesOf(layout);
  const rest = length % recordBytes;
  if (length === 0 || rest !== 0) {
    throw new DatasetError(
      `${name}: size: expected a multiple of ${recordBytes} bytes (one ${layout.name} record each), found ${length}` +
        `${rest ? `, ${rest} too many` : ''}. Is it the binary version, unpacked and complete?`,
    );
  }
  return length / recordBytes;
}

export function emptyCifarSplit(count: number): ImageSplit & { labels: Uint8Array } {
  return {
    count,
    images: new Uint8Array(count * pixels * cifarChannels),
    labels: new Uint8Array(count),
  };
}

/** Writes a file's records into `split`, from image `first` on. */
export function readRecords(
  { name, bytes }: NamedFile,
  layout: CifarLayout,
  { images, labels }: ImageSplit,
  first: number,
): void {
  const recordBytes = recordBytesOf(layout);
  let image = first;
  for (let record = 0; record < bytes.length; record += recordBytes, image++) {
    labels[image] = bytes[record + layout.labelAt]!;
    const target = image * pixels * cifarChannels;
    for (let channel = 0; channel < cifarChannels; channel++) {
      const plane = record + layout.labelBytes + channel * pixels;
      for (let pixel = 0; pixel < pixels; pixel++) {
        images[target + pixel * cifarChannels + channel] = bytes[plane + pixel]!;
      }
    }
  }
  checkLabels(labels.subarray(first, image), layout.classNames.length, name);
}
