/** Arrays of images, in whatever order of axes and type of number, as bytes of square images with channels last. */
import { DatasetError } from '../dataset.ts';
import { allocate } from '../files/source.ts';
import { numberReader, numberType, stridesOf, type NamedArray } from './array.ts';

/** Where image n, row y, column x, channel c lies: the sum of each times its stride, in values. */
export interface ImageAxes {
  count: number;
  height: number;
  width: number;
  channels: number;
  strides: { n: number; y: number; x: number; c: number };
  /** The axes are not told by the shape alone: how they were told. */
  note: string | null;
}

const isChannels = (n: number | undefined): n is number => n === 1 || n === 3 || n === 4;

/** Side of the square of so many pixels; 0 = none. */
function sideOf(pixels: number): number {
  const side = Math.round(Math.sqrt(pixels));
  return side * side === pixels ? side : 0;
}

/** Whether one row of a table can be an image: a square of 1, 3 or 4 channels, at least 5 pixels a side. */
export const isFlatImage = (values: number): boolean =>
  sideOf(values) >= 5 || (values % 3 === 0 && sideOf(values / 3) >= 5);

/**
 * @param labels how many there are: tells which axis counts the images; null = the first
 * @throws DatasetError naming the array, its shape, and what was expected.
 */
export function imageAxes(array: NamedArray, labels: number | null): ImageAxes {
  const { shape, name } = array;
  const strides = stridesOf(array);
  const last = shape.length - 1;
  const wrong = (found: string) =>
    new DatasetError(
      `${name}: shape: expected count x size x size, with or without 1, 3 or 4 channels, found ${shape.join(' x ')}${found}.`,
    );
  // MATLAB and SVHN put the images' number last.
  const countLast = labels !== null && countsLast(shape, labels);
  const rest = shape.map((_, axis) => axis).filter((axis) => axis !== (countLast ? last : 0));
  const n = { count: shape[countLast ? last : 0]!, stride: strides[countLast ? last : 0]! };
  const at = (axis: number) => ({ size: shape[axis]!, stride: strides[axis]! });
  const build = (
    y: { size: number; stride: number },
    x: { size: number; stride: number },
    c: { size: number; stride: number },
    note: string | null = null,
  ): ImageAxes => {
    if (n.count === 0 || y.size === 0 || x.size === 0) throw wrong('');
    return {
      count: n.count,
      height: y.size,
      width: x.size,
      channels: c.size,
      strides: { n: n.stride, y: y.stride, x: x.stride, c: c.stride },
      note,
    };
  };
  const one = { size: 1, stride: 0 };
  if (rest.length === 1) {
    const [values] = rest as [number];
    const { size, stride } = at(values);
    const gray = sideOf(size);
    if (gray >= 5) return build({ size: gray, stride: gray * stride }, { size: gray, stride }, one);
    const side = size % 3 === 0 ? sideOf(size / 3) : 0;
    if (side < 5) throw wrong('');
    // As in CIFAR; checked against the values when they are read.
    return build(
      { size: side, stride: side * stride },
      { size: side, stride },
      { size: 3, stride: side * side * stride },
      'flat',
    );
  }
  if (rest.length === 2) return build(at(rest[0]!), at(rest[1]!), one);
  if (rest.length === 3) {
    const [a, b, c] = rest as [number, number, number];
    if (isChannels(shape[c]) && !(isChannels(shape[a]) && shape[b] === shape[c]))
      return build(at(a), at(b), at(c));
    if (isChannels(shape[a])) return build(at(b), at(c), at(a));
    throw wrong(shape[a] === shape[b] && shape[b] === shape[c] ? ': volumes, not images' : '');
  }
  throw wrong('');
}

/**
 * Whether the last axis counts the images, as in SVHN (height x width x channels x count). An array that can be read with
 * the count first is never taken for one.
 */
export function countsLast(shape: readonly number[], labels: number): boolean {
  const [first, second, third] = shape;
  if (shape.length < 3 || first === labels || shape.at(-1) !== labels || first !== second)
    return false;
  return (
    shape.length === 3 ||
    ((third === 1 || third === 3) && !(isChannels(labels) && second === third))
  );
}

/** What 255 is in the array's own numbers. */
export type Scale = 1 | 255;

export interface Range {
  least: number;
  most: number;
}

/** @throws DatasetError for values that are no numbers. */
export function rangeOf(bytes: Uint8Array, { dtype, name }: NamedArray): Range {
  const read = numberReader(bytes, dtype);
  const length = bytes.length / numberType(dtype)!.width;
  let [least, most] = [Infinity, -Infinity];
  for (let i = 0; i < length; i++) {
    const value = read(i);
    if (!Number.isFinite(value))
      throw new DatasetError(
        `${name}: value ${i}: expected a number from 0 to 255, found ${value}.`,
      );
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return { least, most };
}

/**
 * @param ranges of the images of all splits: they have one scale
 * @throws DatasetError naming the array and the range found.
 */
export function scaleOf({ dtype, name }: NamedArray, ranges: readonly Range[]): Scale {
  const kind = numberType(dtype)!.kind;
  if (kind === 'bool') return 255;
  const least = Math.min(...ranges.map((range) => range.least));
  const most = Math.max(...ranges.map((range) => range.most));
  if (least >= 0 && most <= 255) return kind === 'real' && most <= 1 ? 255 : 1;
  throw new DatasetError(
    `${name}: values: expected 0 to 255, or 0 to 1 as real numbers, found ${+least.toPrecision(4)} to ${+most.toPrecision(4)}. Save the images as np.uint8, 0 to 255, before they are normalized.`,
  );
}

/** Whether bytes can stay where they are. */
const isPlain = (array: NamedArray, { height, width, channels, strides }: ImageAxes): boolean =>
  /^[|<>=]?u1$/.test(array.dtype) &&
  height === width &&
  (channels === 1 || channels === 3) &&
  strides.n === height * width * channels &&
  strides.y === width * channels &&
  (width === 1 || strides.x === channels) &&
  (channels === 1 || strides.c === 1);

/**
 * @param images number of images wanted, from the first on
 * @returns bytes, NHWC, of the middle squares; transparency is seen on black. A view of `bytes` where that is possible.
 */
export function squareImages(
  bytes: Uint8Array,
  array: NamedArray,
  axes: ImageAxes,
  scale: Scale,
  images = axes.count,
): Uint8Array {
  const { height, width, channels, strides } = axes;
  const size = Math.min(height, width);
  const kept = channels === 4 ? 3 : channels;
  if (isPlain(array, axes)) return bytes.subarray(0, images * size * size * channels);
  const { c } = flatOrder(bytes, array, axes);
  const read = numberReader(bytes, array.dtype);
  const result = allocate(images * size * size * kept, array.name);
  const top = (height - size) >> 1;
  const left = (width - size) >> 1;
  const { x: strideX, y: strideY } = c === 1 && axes.note ? { x: 3, y: 3 * width } : strides;
  let out = 0;
  for (let image = 0; image < images; image++) {
    for (let y = 0; y < size; y++) {
      let at = image * strides.n + (top + y) * strideY + left * strideX;
      for (let x = 0; x < size; x++, at += strideX) {
        const alpha = channels === 4 ? (read(at + 3 * c) * scale) / 255 : 1;
        for (let channel = 0; channel < kept; channel++)
          result[out++] = Math.round(read(at + channel * c) * scale * alpha);
      }
    }
  }
  return result;
}

/**
 * A flat row of 3 channels is plane by plane (CIFAR) or pixel by pixel (a reshaped NHWC array). Neighbours in an image are
 * alike, so the order under which they are is taken.
 * @throws DatasetError where the values do not tell.
 */
function flatOrder(bytes: Uint8Array, array: NamedArray, axes: ImageAxes): { c: number } {
  if (!axes.note || axes.channels !== 3) return { c: axes.strides.c };
  const read = numberReader(bytes, array.dtype);
  const images = Math.min(axes.count, 64);
  const length = axes.width * axes.height * 3;
  if (axes.strides.x !== 1)
    throw new DatasetError(
      `${array.name}: expected flat images row by row, found Fortran order. Save np.ascontiguousarray(images).`,
    );
  let [planes, pixels] = [0, 0];
  for (let image = 0; image < images; image++) {
    const start = image * axes.strides.n;
    for (let i = 0; i + 3 < length; i++) {
      planes += Math.abs(read(start + i + 1) - read(start + i));
      pixels += Math.abs(read(start + i + 3) - read(start + i));
    }
  }
  if (Math.abs(planes - pixels) < 0.03 * Math.max(planes, pixels))
    throw new DatasetError(
      `${array.name}: flat images of 3 channels: expected values that show whether they are stored plane by plane or pixel by pixel, found neither. Save them as count x size x size x 3.`,
    );
  return { c: planes < pixels ? axes.strides.c : 1 };
}
