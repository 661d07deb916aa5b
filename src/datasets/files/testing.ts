/** Makers of data set files, for tests. */
import { gzipSync, zipSync, zlibSync } from 'fflate';
import { crc32, viewOf } from './bytes.ts';
import type { SourceFile } from './source.ts';

export type Files = Readonly<Record<string, Uint8Array>>;

export const memoryFile = (path: string, bytes: Uint8Array): SourceFile => ({
  path,
  size: bytes.length,
  slice: (start, end) => Promise.resolve(bytes.subarray(start, end)),
});

export const memoryFiles = (files: Files): SourceFile[] =>
  Object.entries(files).map(([path, bytes]) => memoryFile(path, bytes));

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

const ascii = (text: string) => new TextEncoder().encode(text);

/** ustar, as `tar` writes it. */
export function makeTar(files: Files): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [path, bytes] of Object.entries(files)) {
    const header = new Uint8Array(512);
    const put = (at: number, text: string) => header.set(ascii(text), at);
    put(0, path);
    put(100, '0000644\0');
    put(124, `${bytes.length.toString(8).padStart(11, '0')}\0`);
    put(148, '        ');
    put(156, path.endsWith('/') ? '5' : '0');
    put(257, 'ustar\x0000');
    put(
      148,
      `${header
        .reduce((a, b) => a + b, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
    );
    parts.push(header, bytes, new Uint8Array((512 - (bytes.length % 512)) % 512));
  }
  return concat(...parts, new Uint8Array(1024));
}

export const makeTarGz = (files: Files): Uint8Array => gzipSync(makeTar(files), { level: 1 });
/** @param level 0 stores, others deflate. */
export const makeZip = (files: Files, level: 0 | 1 = 1): Uint8Array =>
  zipSync({ ...files }, { level });

/** 8 bits a channel, 1 (gray), 3 or 4 channels, no filter. */
export function makePng(pixels: Uint8Array, width: number, height: number): Uint8Array {
  const channels = pixels.length / (width * height);
  const chunk = (type: string, data: Uint8Array) => {
    const bytes = concat(new Uint8Array(4), ascii(type), data, new Uint8Array(4));
    const view = viewOf(bytes);
    view.setUint32(0, data.length);
    view.setUint32(bytes.length - 4, crc32(bytes.subarray(4, bytes.length - 4)));
    return bytes;
  };
  const header = new Uint8Array(13);
  viewOf(header).setUint32(0, width);
  viewOf(header).setUint32(4, height);
  header.set([8, { 1: 0, 3: 2, 4: 6 }[channels]!], 8);
  const row = width * channels;
  const raw = new Uint8Array(height * (row + 1));
  for (let y = 0; y < height; y++)
    raw.set(pixels.subarray(y * row, (y + 1) * row), y * (row + 1) + 1);
  return concat(
    Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]),
    chunk('IHDR', header),
    chunk('IDAT', zlibSync(raw, { level: 1 })),
    chunk('IEND', new Uint8Array(0)),
  );
}

export function makeNpy(dtype: string, shape: readonly number[], values: Uint8Array): Uint8Array {
  const text = `{'descr': '${dtype}', 'fortran_order': False, 'shape': (${shape.join(', ')}${shape.length === 1 ? ',' : ''}), }`;
  const padded = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const header = concat(
    Uint8Array.from([0x93]),
    ascii('NUMPY'),
    Uint8Array.from([1, 0, padded.length & 255, padded.length >> 8]),
    ascii(padded),
  );
  return concat(header, values);
}

export function makeIdx(dimensions: readonly number[], values: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * dimensions.length + values.length);
  bytes.set([0, 0, 8, dimensions.length]);
  dimensions.forEach((dimension, axis) => viewOf(bytes).setUint32(4 + 4 * axis, dimension));
  bytes.set(values, 4 + 4 * dimensions.length);
  return bytes;
}

/** CIFAR records with a pattern in their pixels. @param labels the label bytes of each record */
export function makeCifar(labels: readonly (readonly number[])[]): Uint8Array {
  return concat(
    ...labels.map((bytes, image) =>
      concat(
        Uint8Array.from(bytes),
        Uint8Array.from({ length: 3072 }, (_, i) => (image * 37 + i * 7 + (i >> 5)) & 255),
      ),
    ),
  );
}
