/**
 * IDX, the format of MNIST and its relatives: two zero bytes, a type, the number of dimensions, each dimension as a
 * big-endian 32-bit integer, then the values. Only bytes (type 0x08) occur in such sets.
 */
import { DatasetError, type ImageSplit, type Labels } from './dataset.ts';
import { gunzip } from './gzip.ts';

export interface IdxArray {
  readonly dimensions: readonly number[];
  readonly values: Uint8Array;
}

/** A file's name, for messages, and its bytes, gzipped or not. */
export interface NamedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const unsignedByte = 0x08;
const hex = (value: number) => `0x${value.toString(16).padStart(2, '0')}`;

/**
 * Reads one file.
 * @param rank dimensions it must have: 3 for images (count, rows, columns), 1 for labels.
 * @throws DatasetError naming the file, the field, and what was expected and found.
 */
export async function readIdx(file: NamedFile, rank: number): Promise<IdxArray> {
  const bytes = await gunzip(file.bytes, file.name);
  const wrong = (field: string, expected: string, found: string) =>
    new DatasetError(
      `${file.name}: ${field}: expected ${expected}, found ${found}. Is it the right IDX file, downloaded whole?`,
    );

  const header = 4 + 4 * rank;
  if (bytes.length < 4) throw wrong('header', 'at least 4 bytes', `${bytes.length}`);
  if (bytes[0] !== 0 || bytes[1] !== 0)
    throw wrong('magic number', '0x00 0x00', `${hex(bytes[0]!)} ${hex(bytes[1]!)}`);
  if (bytes[2] !== unsignedByte)
    throw wrong('element type', `${hex(unsignedByte)} (unsigned bytes)`, hex(bytes[2]!));
  if (bytes[3] !== rank) throw wrong('number of dimensions', `${rank}`, `${bytes[3]!}`);
  if (bytes.length < header) throw wrong('header', `${header} bytes`, `${bytes.length}`);

  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const dimensions = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const size = dimensions.reduce((product, dimension) => product * dimension, 1);
  const found = bytes.length - header;
  const described = `${size} bytes of values (${dimensions.join(' x ')})`;
  if (found < size) throw wrong('truncated', described, `${found}`);
  if (found > size) throw wrong('trailing bytes', described, `${found}`);
  return { dimensions, values: bytes.subarray(header) };
}

/**
 * Reads a split from its two files and checks that they belong together.
 * @param classes labels must be below it; null accepts any.
 */
export async function readIdxSplit(
  imageFile: NamedFile,
  labelFile: NamedFile,
  classes: number | null,
): Promise<{ split: ImageSplit; size: number }> {
  const images = await readIdx(imageFile, 3);
  const labels = await readIdx(labelFile, 1);
  const [count, rows, columns] = images.dimensions as [number, number, number];
  if (count === 0)
    throw new DatasetError(`${imageFile.name}: number of images: expected at least 1, found 0.`);
  if (rows !== columns || rows === 0) {
    throw new DatasetError(
      `${imageFile.name}: image size: expected square images, found ${rows} x ${columns}.`,
    );
  }
  if (labels.dimensions[0] !== count) {
    throw new DatasetError(
      `${labelFile.name}: number of labels: expected ${count}, as many as there are images in ${imageFile.name}, ` +
        `found ${labels.dimensions[0]!}. Do the two files belong together?`,
    );
  }
  if (classes !== null) checkLabels(labels.values, classes, labelFile.name);
  return { split: { count, images: images.values, labels: labels.values }, size: rows };
}

/** @throws DatasetError naming the first image whose label is not below `classes`. */
export function checkLabels(labels: Labels, classes: number, file: string): void {
  const image = labels.findIndex((label) => label >= classes);
  if (image >= 0) {
    throw new DatasetError(
      `${file}: label of image ${image}: expected 0 to ${classes - 1}, found ${labels[image]!}.`,
    );
  }
}
