/**
 * IDX, the format of MNIST and its relatives: two zero bytes, a type, the number of dimensions, each dimension as a
 * big-endian 32-bit integer, then the values. Images are bytes (type 0x08), labels now and then wider integers.
 */
import { DatasetError, type ImageSplit, type Labels } from './dataset.ts';
import { gunzip } from './gzip.ts';

export interface IdxArray {
  readonly dimensions: readonly number[];
  /** Bytes, big-endian. */
  readonly values: Uint8Array;
  /** Of the values: 0x08 for unsigned bytes, 0x0c for 32-bit integers. */
  readonly type: number;
}

/** A file's name, for messages, and its bytes, gzipped or not. */
export interface NamedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const unsignedByte = 0x08;
const hex = (value: number) => `0x${value.toString(16).padStart(2, '0')}`;

const widths: Readonly<Record<number, number>> = {
  0x08: 1,
  0x09: 1,
  0x0b: 2,
  0x0c: 4,
  0x0d: 4,
  0x0e: 8,
};

/**
 * Reads one file.
 * @param rank dimensions it must have: 3 for images (count, rows, columns), 1 for labels.
 * @throws DatasetError naming the file, the field, and what was expected and found.
 */
export async function readIdx(file: NamedFile, rank: number): Promise<IdxArray> {
  const { dimensions, values, type, wrong } = await readIdxHeader(file, rank);
  if (dimensions.length !== rank)
    throw wrong('number of dimensions', `${rank}`, `${dimensions.length}`);
  if (type !== unsignedByte && rank === 3)
    throw wrong('element type', `${hex(unsignedByte)} (unsigned bytes)`, hex(type));
  return { dimensions, values, type };
}

interface IdxContent extends IdxArray {
  /** Values of any type, as numbers. */
  numbers(): number[];
  wrong(field: string, expected: string, found: string): DatasetError;
}

/** Any number of dimensions, any type. @param rank for messages about a header that is cut off */
export async function readIdxHeader(file: NamedFile, rank = 1): Promise<IdxContent> {
  const bytes = await gunzip(file.bytes, file.name);
  const wrong = (field: string, expected: string, found: string) =>
    new DatasetError(
      `${file.name}: ${field}: expected ${expected}, found ${found}. Is it the right IDX file, completely downloaded?`,
    );
  if (bytes.length < 4) throw wrong('header', 'at least 4 bytes', `${bytes.length}`);
  if (bytes[0] !== 0 || bytes[1] !== 0)
    throw wrong('magic number', '0x00 0x00', `${hex(bytes[0]!)} ${hex(bytes[1]!)}`);
  const type = bytes[2]!;
  const width = widths[type];
  if (width === undefined)
    throw wrong('element type', `${hex(unsignedByte)} (unsigned bytes)`, hex(type));
  const found = bytes[3]!;
  if (found < 1 || found > 4) throw wrong('number of dimensions', `${rank}`, `${found}`);
  const header = 4 + 4 * found;
  if (bytes.length < header) throw wrong('header', `${header} bytes`, `${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const dimensions = Array.from({ length: found }, (_, axis) => view.getUint32(4 + 4 * axis));
  const size = dimensions.reduce((product, dimension) => product * dimension, 1) * width;
  const rest = bytes.length - header;
  const described = `${size} bytes of values (${dimensions.join(' x ')})`;
  if (rest < size) throw wrong('truncated', described, `${rest}`);
  if (rest > size) throw wrong('trailing bytes', described, `${rest}`);
  const read: Readonly<Record<number, (at: number) => number>> = {
    0x08: (at) => view.getUint8(at),
    0x09: (at) => view.getInt8(at),
    0x0b: (at) => view.getInt16(at),
    0x0c: (at) => view.getInt32(at),
    0x0d: (at) => view.getFloat32(at),
    0x0e: (at) => view.getFloat64(at),
  };
  return {
    dimensions,
    values: bytes.subarray(header),
    type,
    wrong,
    numbers: () => Array.from({ length: size / width }, (_, i) => read[type]!(header + i * width)),
  };
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
