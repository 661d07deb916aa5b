/** NumPy's .npy (format versions 1 to 3): a magic string, a header in Python's notation, then the values. */
import { DatasetError } from '../dataset.ts';
import { latin1, viewOf } from '../files/bytes.ts';
import { isObjects, itemBytes, product } from './array.ts';
import { type ArrayHeader } from './header.ts';

export interface NpyHeader extends ArrayHeader {
  /** Byte at which the values begin. */
  start: number;
}

export const isNpy = (head: Uint8Array): boolean => latin1(head, 0, 6) === '\x93NUMPY';

/** Python 2 wrote long integers with an L. @throws DatasetError naming the file and the field. */
export function readNpyHeader(bytes: Uint8Array, name: string): NpyHeader {
  if (!isNpy(bytes) || bytes.length < 12)
    throw new DatasetError(`${name}: magic string: expected '\\x93NUMPY', found other bytes.`);
  const version = bytes[6]!;
  if (version < 1 || version > 3)
    throw new DatasetError(`${name}: format version: expected 1 to 3, found ${version}.`);
  const view = viewOf(bytes);
  const from = version === 1 ? 10 : 12;
  const start = from + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  const header = latin1(bytes, from, start);
  if (/'descr':\s*\[/.test(header))
    throw new DatasetError(
      `${name}: dtype: expected an array of one type, found records with fields. Save its images and its labels as arrays of their own.`,
    );
  const dtype = /'descr':\s*u?'([^']*)'/.exec(header)?.[1];
  const order = /'fortran_order':\s*(True|False)/.exec(header)?.[1];
  const shape = /'shape':\s*\(([\dL, ]*)\)/.exec(header)?.[1];
  if (start > bytes.length || dtype === undefined || order === undefined || shape === undefined) {
    throw new DatasetError(
      `${name}: header: expected descr, fortran_order and shape, found '${header.slice(0, 80)}'.`,
    );
  }
  return {
    dtype,
    shape: shape
      .replaceAll('L', '')
      .split(',')
      .flatMap((part) => (part.trim() ? [Number(part)] : [])),
    fortranOrder: order === 'True',
    start,
  };
}

/**
 * The values' bytes.
 * @throws DatasetError when there are not as many as the header says.
 */
export function npyValues(
  bytes: Uint8Array,
  { dtype, shape, start }: NpyHeader,
  name: string,
): Uint8Array {
  // Python objects take as many bytes as they take.
  if (isObjects(dtype)) return bytes.subarray(start);
  const expected = product(shape) * itemBytes(dtype);
  if (bytes.length - start !== expected) {
    throw new DatasetError(
      `${name}: values: expected ${expected} bytes (${shape.join(' x ')} of ${dtype}), found ${bytes.length - start}.`,
    );
  }
  return bytes.subarray(start);
}
