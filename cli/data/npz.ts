/** A data set as NumPy's .npz: x_train, y_train, x_test, y_test (uint8 NHWC, int64) and class_names. */
import { zipSync } from 'fflate';
import type { Dataset, ImageSplit } from '../../src/datasets/dataset.ts';

export function datasetNpz({ train, test, size, channels, classNames }: Dataset): Uint8Array {
  const images = ({ count, images: bytes }: ImageSplit) =>
    npy('|u1', [count, size, size, channels], bytes);
  const labels = ({ count, labels: values }: ImageSplit) =>
    npy('<i8', [count], new Uint8Array(BigInt64Array.from(values, BigInt).buffer));
  // Stored: NumPy reads it faster, and images hardly get smaller.
  return zipSync(
    {
      'x_train.npy': images(train),
      'y_train.npy': labels(train),
      'x_test.npy': images(test),
      'y_test.npy': labels(test),
      'class_names.npy': strings(classNames),
    },
    { level: 0 },
  );
}

/** UTF-32, padded with zeros to the longest. */
function strings(texts: readonly string[]): Uint8Array {
  const codes = texts.map((text) => Array.from(text, (character) => character.codePointAt(0)!));
  const width = Math.max(1, ...codes.map(({ length }) => length));
  const values = new Uint32Array(texts.length * width);
  codes.forEach((code, i) => values.set(code, i * width));
  return npy(`<U${width}`, [texts.length], new Uint8Array(values.buffer));
}

/** Format version 1.0: the header is padded so that the values begin at a multiple of 64. */
function npy(dtype: string, shape: readonly number[], values: Uint8Array): Uint8Array {
  const comma = shape.length === 1 ? ',' : '';
  const text = `{'descr': '${dtype}', 'fortran_order': False, 'shape': (${shape.join(', ')}${comma}), }`;
  const length = Math.ceil((text.length + 11) / 64) * 64 - 10;
  const header = new TextEncoder().encode(`\x00NUMPY\x01\x00  ${text.padEnd(length - 1)}\n`);
  header[0] = 0x93;
  header[8] = length & 255;
  header[9] = length >> 8;
  const bytes = new Uint8Array(header.length + values.length);
  bytes.set(header);
  bytes.set(values, header.length);
  return bytes;
}
