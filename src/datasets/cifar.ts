/**
 * CIFAR-10's binary version: records of 3,073 bytes, a label, then the red, the green and the blue plane of a 32x32
 * image, row by row.
 */
import { DatasetError, type ImageSplit } from './dataset.ts';
import { checkLabels, type NamedFile } from './idx.ts';

export const cifar10ClassNames = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
] as const;

export const cifarSize = 32;
export const cifarChannels = 3;
const pixels = cifarSize * cifarSize;
const recordBytes = 1 + cifarChannels * pixels;

/**
 * Reads files of records, in the order given, into one split with channels last.
 * @throws DatasetError naming the file that does not hold whole records, or a label out of range.
 */
export function readCifar10(files: readonly NamedFile[]): ImageSplit {
  for (const { name, bytes } of files) {
    const rest = bytes.length % recordBytes;
    if (bytes.length === 0 || rest !== 0) {
      throw new DatasetError(
        `${name}: size: expected a multiple of ${recordBytes} bytes (one CIFAR-10 record each), found ${bytes.length}` +
          `${rest ? `, ${rest} too many` : ''}. Is it the binary version, unpacked and whole?`,
      );
    }
  }
  const count = files.reduce((sum, { bytes }) => sum + bytes.length / recordBytes, 0);
  const images = new Uint8Array(count * pixels * cifarChannels);
  const labels = new Uint8Array(count);
  let image = 0;
  for (const { name, bytes } of files) {
    const first = image;
    for (let record = 0; record < bytes.length; record += recordBytes, image++) {
      labels[image] = bytes[record]!;
      const target = image * pixels * cifarChannels;
      for (let channel = 0; channel < cifarChannels; channel++) {
        const plane = record + 1 + channel * pixels;
        for (let pixel = 0; pixel < pixels; pixel++) {
          images[target + pixel * cifarChannels + channel] = bytes[plane + pixel]!;
        }
      }
    }
    checkLabels(labels.subarray(first, image), cifar10ClassNames.length, name);
  }
  return { count, images, labels };
}
