/** Files of the file system as the readers see them, and the decoder of their images: WebAssembly, the same everywhere. */
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import jpegDecode, { init as initJpeg } from '@jsquash/jpeg/decode.js';
import pngDecode, { init as initPng } from '@jsquash/png/decode.js';
import webpDecode, { init as initWebp } from '@jsquash/webp/decode.js';
import type { ImageDecoder } from '../src/datasets/files/image-folder.ts';
import type { ImageFormat } from '../src/datasets/files/image-header.ts';
import type { SourceFile } from '../src/datasets/files/source.ts';

/** A file, or all files of a folder and the folders in it, in order of their paths. */
export async function sourceFiles(path: string): Promise<SourceFile[]> {
  if (!(await stat(path)).isDirectory()) return [await sourceFile(path, basename(path))];
  const entries = await readdir(path, { withFileTypes: true, recursive: true });
  // A link counts as what it points to.
  const files = entries
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const found = await Promise.all(
    files.map(async (file) =>
      (await stat(file)).isFile()
        ? sourceFile(file, relative(path, file).split(sep).join('/'))
        : null,
    ),
  );
  return found.filter((file) => file !== null);
}

async function sourceFile(path: string, shown: string): Promise<SourceFile> {
  const { size } = await stat(path);
  return {
    path: shown,
    size,
    async slice(start, end) {
      const file = await open(path);
      try {
        const bytes = new Uint8Array(end - start);
        let filled = 0;
        while (filled < bytes.length) {
          const { bytesRead } = await file.read(
            bytes,
            filled,
            bytes.length - filled,
            start + filled,
          );
          if (bytesRead === 0) break;
          filled += bytesRead;
        }
        return bytes.subarray(0, filled);
      } finally {
        await file.close();
      }
    },
  };
}

/** Each decoder is made ready when the first image of its kind comes. */
const decoders: Record<ImageFormat, () => Promise<(bytes: ArrayBuffer) => Promise<ImageData>>> = {
  'image/png': once(async () => {
    await initPng(await compile('@jsquash/png/codec/pkg/squoosh_png_bg.wasm'));
    return (bytes) => pngDecode(bytes);
  }),
  'image/jpeg': once(async () => {
    await initJpeg(await compile('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm'));
    // Turned as its camera was held, as browsers do.
    return (bytes) => jpegDecode(bytes, { preserveOrientation: true });
  }),
  'image/webp': once(async () => {
    await initWebp(await compile('@jsquash/webp/codec/dec/webp_dec.wasm'));
    return (bytes) => webpDecode(bytes);
  }),
};

export const decodeImage: ImageDecoder = async (bytes, format) => {
  const decode = await decoders[format]();
  return decode(bytes.slice().buffer);
};

async function compile(module: string): Promise<WebAssembly.Module> {
  return WebAssembly.compile(await readFile(new URL(import.meta.resolve(module))));
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
