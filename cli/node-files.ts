/** Files of the file system as the readers see them, and the decoder of their images: WebAssembly, the same everywhere. */
import { open, readdir, readFile, readlink, realpath, stat } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import jpegDecode, { init as initJpeg } from '@jsquash/jpeg/decode.js';
import pngDecode, { init as initPng } from '@jsquash/png/decode.js';
import webpDecode, { init as initWebp } from '@jsquash/webp/decode.js';
import type { ImageDecoder, PlatformFormat } from '../src/datasets/images/decode.ts';
import type { LeftOut } from '../src/datasets/outline.ts';
import type { SourceFile } from '../src/datasets/files/source.ts';

export interface FoundFiles {
  files: SourceFile[];
  /** Links that lead nowhere, or back to where they lie. */
  leftOut: LeftOut[];
}

/**
 * A file, or all files of a folder and the folders in it, in order of their paths. Links to files and folders count as what
 * they point to; one that leads back to a folder it lies in, or nowhere, is named.
 */
export async function sourceFiles(path: string): Promise<FoundFiles> {
  const root = await realpath(path);
  if (!(await stat(root)).isDirectory())
    return { files: [await sourceFile(root, basename(path))], leftOut: [] };
  const found: FoundFiles = { files: [], leftOut: [] };
  await walk(root, '', [root], found);
  return found;
}

/** @param above real paths of the folders that `folder` lies in, and its own */
async function walk(
  folder: string,
  shown: string,
  above: readonly string[],
  found: FoundFiles,
): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    const name = shown ? `${shown}/${entry.name}` : entry.name;
    let kind: { isDirectory(): boolean; isFile(): boolean } = entry;
    let real = path;
    if (entry.isSymbolicLink()) {
      const leaveOut = (why: string) =>
        found.leftOut.push({ what: name, count: 1, unit: 'files', why });
      try {
        real = await realpath(path);
        kind = await stat(real);
      } catch {
        leaveOut(`is a link to ${await readlink(path)}, which does not exist`);
        continue;
      }
      if (kind.isDirectory() && above.some((one) => one === real || one.startsWith(real + sep))) {
        leaveOut('is a link to a folder that contains it');
        continue;
      }
    }
    if (kind.isDirectory()) await walk(real, name, [...above, real], found);
    else if (kind.isFile()) found.files.push(await sourceFile(real, name));
  }
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
const decoders: Record<PlatformFormat, () => Promise<(bytes: ArrayBuffer) => Promise<ImageData>>> =
  {
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
