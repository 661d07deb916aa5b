/** NumPy's .npy (format versions 1 to 3): a magic string, a header in Python's notation, then the values. */
import { DatasetError } from '../dataset.ts';
import { latin1, viewOf } from './bytes.ts';

export interface NpyHeader {
  /** NumPy's type string: '|u1', '<i8', '<U12'. */
  dtype: string;
  shape: readonly number[];
  fortranOrder: boolean;
  /** Byte at which the values begin. */
  start: number;
}

export const isNpy = (head: Uint8Array): boolean => latin1(head, 0, 6) === '\x93NUMPY';

/** @throws DatasetError naming the file and the field. */
export function readNpyHeader(bytes: Uint8Array, name: string): NpyHeader {
  if (!isNpy(bytes) || bytes.length < 12)
    throw new DatasetError(`${name}: magic string: expected '\\x93NUMPY', found something else.`);
  const version = bytes[6]!;
  if (version < 1 || version > 3)
    throw new DatasetError(`${name}: format version: expected 1 to 3, found ${version}.`);
  const view = viewOf(bytes);
  const from = version === 1 ? 10 : 12;
  const start = from + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  const header = latin1(bytes, from, start);
  const dtype = /'descr':\s*'([^']*)'/.exec(header)?.[1];
  const order = /'fortran_order':\s*(True|False)/.exec(header)?.[1];
  const shape = /'shape':\s*\(([\d, ]*)\)/.exec(header)?.[1];
  if (start > bytes.length || dtype === undefined || order === undefined || shape === undefined) {
    throw new DatasetError(
      `${name}: header: expected descr, fortran_order and shape, found '${header.slice(0, 80)}'.`,
    );
  }
  return {
    dtype,
    shape: shape.split(',').flatMap((part) => (part.trim() ? [Number(part)] : [])),
    fortranOrder: order === 'True',
    start,
  };
}

const product = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/**
 * The values' bytes.
 * @throws DatasetError when there are not as many as the header says.
 */
export function npyValues(
  bytes: Uint8Array,
  { dtype, shape, start }: NpyHeader,
  name: string,
): Uint8Array {
  const itemBytes = /^[<>|=]?U/.test(dtype)
    ? 4 * Number(dtype.replace(/^\D*/, ''))
    : Number(dtype.replace(/^\D*/, ''));
  const expected = product(shape) * itemBytes;
  if (bytes.length - start !== expected) {
    throw new DatasetError(
      `${name}: values: expected ${expected} bytes (${shape.join(' x ')} of ${dtype}), found ${bytes.length - start}.`,
    );
  }
  return bytes.subarray(start);
}

/**
 * Class indices from whole numbers of any width.
 * @throws DatasetError naming the first that is no class index.
 */
export function npyLabels(bytes: Uint8Array, header: NpyHeader, name: string): Uint16Array {
  const match = /^([<>|=]?)([ui])([1248])$/.exec(header.dtype);
  if (!match)
    throw new DatasetError(
      `${name}: dtype: expected whole numbers (u1, i4, i8 or alike) as labels, found '${header.dtype}'.`,
    );
  const values = npyValues(bytes, header, name);
  const view = viewOf(values);
  const little = match[1] !== '>';
  const signed = match[2] === 'i';
  const width = Number(match[3]);
  const readers: Record<number, (at: number) => number> = {
    1: (at) => (signed ? view.getInt8(at) : view.getUint8(at)),
    2: (at) => (signed ? view.getInt16(at, little) : view.getUint16(at, little)),
    4: (at) => (signed ? view.getInt32(at, little) : view.getUint32(at, little)),
    8: (at) => Number(signed ? view.getBigInt64(at, little) : view.getBigUint64(at, little)),
  };
  return Uint16Array.from({ length: values.length / width }, (_, image) => {
    const label = readers[width]!(image * width);
    if (!(label >= 0 && label < 0xffff))
      throw new DatasetError(
        `${name}: label of image ${image}: expected 0 to 65534, found ${label}.`,
      );
    return label;
  });
}

/** Strings of a fixed width, as NumPy keeps names (UTF-32). */
export function npyStrings(bytes: Uint8Array, header: NpyHeader, name: string): string[] {
  const width = Number(/^[<=|]?U(\d+)$/.exec(header.dtype)?.[1] ?? NaN);
  if (!(width > 0))
    throw new DatasetError(`${name}: dtype: expected strings (<U), found '${header.dtype}'.`);
  const view = viewOf(npyValues(bytes, header, name));
  return Array.from({ length: product(header.shape) }, (_, i) => {
    let text = '';
    for (let at = i * width * 4; at < (i + 1) * width * 4; at += 4) {
      const code = view.getUint32(at, true);
      if (code > 0x10ffff)
        throw new DatasetError(`${name}: string ${i}: expected characters, found ${code}.`);
      if (code !== 0) text += String.fromCodePoint(code);
    }
    return text;
  });
}
