/** An array of a file (NumPy, MATLAB, pickled), described by its header; its values are read by index. */
import type { ArrayHeader } from './header.ts';
import { DatasetError } from '../dataset.ts';
import { viewOf } from '../files/bytes.ts';
import { readPickle } from './pickle.ts';
import { isArray, textOf } from './pickled.ts';

export interface NamedArray extends ArrayHeader {
  /** In its folder or archive, without an ending. */
  path: string;
  /** For messages. */
  name: string;
}

export const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** How many values lie between two neighbours along each axis. */
export function stridesOf({ shape, fortranOrder }: ArrayHeader): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  if (fortranOrder)
    for (let axis = 1; axis < shape.length; axis++)
      strides[axis] = strides[axis - 1]! * shape[axis - 1]!;
  else
    for (let axis = shape.length - 2; axis >= 0; axis--)
      strides[axis] = strides[axis + 1]! * shape[axis + 1]!;
  return strides;
}

export type NumberKind = 'bool' | 'whole' | 'real';

export interface NumberType {
  kind: NumberKind;
  /** Bytes. */
  width: number;
}

/** @returns null for strings, objects, records, dates. */
export function numberType(dtype: string): NumberType | null {
  const [, letter, digits] = /^[<>|=]?([buif])(\d+)$/.exec(dtype) ?? [];
  const width = Number(digits);
  if (letter === 'b' && width === 1) return { kind: 'bool', width };
  if ((letter === 'u' || letter === 'i') && [1, 2, 4, 8].includes(width))
    return { kind: 'whole', width };
  return letter === 'f' && [2, 4, 8].includes(width) ? { kind: 'real', width } : null;
}

/** Bytes of one value; NaN for what has no fixed width here. */
export function itemBytes(dtype: string): number {
  const [, letter, digits] = /^[<>|=]?([A-Za-z])(\d+)$/.exec(dtype) ?? [];
  return letter === undefined ? NaN : Number(digits) * (letter === 'U' ? 4 : 1);
}

/** Reads value `i`, in the order of the file. 64-bit integers beyond 2^53 lose digits. */
export function numberReader(bytes: Uint8Array, dtype: string): (i: number) => number {
  const type = numberType(dtype)!;
  const view = viewOf(bytes);
  const little = !dtype.startsWith('>');
  const signed = /i\d$/.test(dtype);
  if (type.kind === 'real') {
    if (type.width === 2) return (i) => halfToNumber(view.getUint16(2 * i, little));
    return type.width === 4
      ? (i) => view.getFloat32(4 * i, little)
      : (i) => view.getFloat64(8 * i, little);
  }
  switch (type.width) {
    case 1:
      return signed ? (i) => view.getInt8(i) : (i) => bytes[i]!;
    case 2:
      return signed ? (i) => view.getInt16(2 * i, little) : (i) => view.getUint16(2 * i, little);
    case 4:
      return signed ? (i) => view.getInt32(4 * i, little) : (i) => view.getUint32(4 * i, little);
    default: {
      const [high, low] = little ? [4, 0] : [0, 4];
      return (i) =>
        (signed ? view.getInt32(8 * i + high, little) : view.getUint32(8 * i + high, little)) *
          2 ** 32 +
        view.getUint32(8 * i + low, little);
    }
  }
}

function halfToNumber(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const value =
    exponent === 0
      ? fraction * 2 ** -24
      : exponent === 31
        ? fraction
          ? NaN
          : Infinity
        : (1 + fraction / 1024) * 2 ** (exponent - 15);
  return bits & 0x8000 ? -value : value;
}

export const isObjects = (dtype: string): boolean => /^[|<>=]?O\d*$/.test(dtype);

/** Python objects are pickled: a list of strings is read, and nothing else. */
function pickledStrings(bytes: Uint8Array, name: string): string[] {
  const pickled = readPickle(bytes, name);
  const items = isArray(pickled) && pickled.items ? pickled.items.map(textOf) : [];
  if (items.length === 0 || items.some((item) => item === null))
    throw new DatasetError(
      `${name}: expected strings, found other Python objects. Save np.array(names) without dtype=object.`,
    );
  return items as string[];
}

/**
 * Strings of a fixed width: Unicode (U, UTF-32) or bytes (S), without the zeros that fill them up.
 * @throws DatasetError naming the array.
 */
export function stringsOf(bytes: Uint8Array, { dtype, shape, name }: NamedArray): string[] {
  const width = itemBytes(dtype);
  if (isObjects(dtype)) return pickledStrings(bytes, name);
  if (!/^[<>|=]?[US]\d+$/.test(dtype) || !(width > 0))
    throw new DatasetError(`${name}: dtype: expected strings (<U or S), found '${dtype}'.`);
  const view = viewOf(bytes);
  const little = !dtype.startsWith('>');
  return Array.from({ length: product(shape) }, (_, i) => {
    if (/S\d+$/.test(dtype)) {
      const text = bytes.subarray(i * width, (i + 1) * width);
      const end = text.findIndex((_, at) => text.subarray(at).every((byte) => byte === 0));
      return new TextDecoder().decode(end < 0 ? text : text.subarray(0, end));
    }
    let text = '';
    for (let at = i * width; at < (i + 1) * width; at += 4) {
      const code = view.getUint32(at, little);
      if (code > 0x10ffff)
        throw new DatasetError(`${name}: string ${i}: expected characters, found ${code}.`);
      if (code !== 0) text += String.fromCodePoint(code);
    }
    return text;
  });
}
