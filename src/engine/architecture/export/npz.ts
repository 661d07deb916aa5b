/** Named arrays as NumPy reads them: .npy files (format 1.0) in an uncompressed zip. */
import { zipSync } from 'fflate';
import { decodeFloats } from '../../train/base64.ts';
import type { Trained } from '../../train/trained.ts';

export interface NamedArray {
  readonly name: string;
  readonly shape: readonly number[];
  /** 32-bit floats, or bytes. */
  readonly values: Float32Array | Uint8Array;
}

/** One .npy file, row-major and little-endian. */
export function npy({ shape, values }: Omit<NamedArray, 'name'>): Uint8Array {
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const float = values instanceof Float32Array;
  const header = `{'descr': '${float ? '<f4' : '|u1'}', 'fortran_order': False, 'shape': (${tuple}), }`;
  // Magic, version and length take 10 bytes; the data must begin at a multiple of 64.
  const length = Math.ceil((header.length + 11) / 64) * 64 - 10;
  const bytes = new Uint8Array(10 + length + values.length * (float ? 4 : 1));
  const view = new DataView(bytes.buffer);
  bytes.set([0x93, ...new TextEncoder().encode('NUMPY'), 1, 0]);
  view.setUint16(8, length, true);
  bytes.set(new TextEncoder().encode(`${header.padEnd(length - 1)}\n`), 10);
  if (float) values.forEach((value, i) => view.setFloat32(10 + length + i * 4, value, true));
  else bytes.set(values, 10 + length);
  return bytes;
}

/** Dates are fixed: the same arrays give the same bytes. */
export function npz(arrays: readonly NamedArray[]): Uint8Array {
  return zipSync(Object.fromEntries(arrays.map((array) => [`${array.name}.npy`, npy(array)])), {
    level: 0,
    mtime: new Date(1980, 0, 2),
  });
}

/** The weights of a trained architecture under the engine's own names and layouts (see its `arrays`). */
export function weightsNpz({ arrays, values }: Trained): Uint8Array {
  const sizes = arrays.map(({ shape }) => shape.reduce((a, b) => a * b, 1));
  const all = decodeFloats(
    values,
    sizes.reduce((a, b) => a + b, 0),
  );
  let at = 0;
  return npz(
    arrays.map(({ name, shape }, i) => ({
      name,
      shape,
      values: all.subarray(at, (at += sizes[i]!)),
    })),
  );
}
