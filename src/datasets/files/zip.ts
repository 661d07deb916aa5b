/**
 * Entries of a zip archive, each read alone (APPNOTE.TXT 6.3: section 4.3.7). Stored and deflated entries; every entry's
 * CRC-32 is checked. zip-directory.ts lists them.
 */
import { inflateSync } from 'fflate';
import { DatasetError } from '../dataset.ts';
import { inflatePieces } from '../gzip.ts';
import { crc32, viewOf } from './bytes.ts';
import { collect, messageOf, piecesOf, readRange, type Limits, type SourceFile } from './source.ts';
import type { ZipEntry } from './zip-directory.ts';

const localSignature = 0x04034b50;
const methodNames: Readonly<Record<number, string>> = {
  9: 'deflate64',
  12: 'bzip2',
  14: 'LZMA',
  93: 'Zstandard',
  95: 'xz',
};
/** Larger ones are unpacked by the platform, in pieces. */
const smallEntry = 1 << 20;
export const isZip = (head: Uint8Array): boolean =>
  head[0] === 0x50 &&
  head[1] === 0x4b &&
  ((head[2] === 3 && head[3] === 4) || (head[2] === 5 && head[3] === 6));

/** @returns an entry's bytes, in order. `name` is the entry's, with its archive's, for messages. */
async function* entryPieces(
  file: SourceFile,
  entry: ZipEntry,
  name: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const start = await dataStart(file, entry, name);
  const packed = piecesOf(file, signal, start, start + entry.packed);
  if (entry.method === 0) yield* packed;
  else if (entry.method === 8) yield* inflatePieces(packed, name, 'deflate-raw');
  else
    throw new DatasetError(
      `${name}: compression method: expected 0 (stored) or 8 (deflated), found ${entry.method}${methodNames[entry.method] ? ` (${methodNames[entry.method]})` : ''}. Unpack the archive and choose the folder, or pack it again with the usual method (deflate).`,
    );
}

async function dataStart(file: SourceFile, entry: ZipEntry, name: string): Promise<number> {
  const header = viewOf(await readRange(file, entry.offset, entry.offset + 30));
  const start = entry.offset + 30 + header.getUint16(26, true) + header.getUint16(28, true);
  if (header.getUint32(0, true) !== localSignature || start + entry.packed > file.size) {
    throw new DatasetError(
      `${name}: byte ${entry.offset}: expected the entry's header and ${entry.packed} bytes, found other data. Is the zip file damaged?`,
    );
  }
  return start;
}

/** The first bytes of an entry, at most `length`; unpacks no more than it must. */
export async function readZipHead(
  file: SourceFile,
  entry: ZipEntry,
  length: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const head = new Uint8Array(Math.min(length, entry.size));
  let filled = 0;
  for await (const piece of entryPieces(file, entry, `${file.path}: ${entry.path}`, signal)) {
    head.set(piece.subarray(0, head.length - filled), filled);
    filled += Math.min(piece.length, head.length - filled);
    if (filled === head.length) break;
  }
  return head.subarray(0, filled);
}

/** @throws DatasetError naming the entry when its size or checksum is not what the archive declares. */
export async function readZipEntry(
  file: SourceFile,
  entry: ZipEntry,
  limits: Limits,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const name = `${file.path}: ${entry.path}`;
  const bytes =
    entry.method === 8 && entry.size <= smallEntry
      ? await inflateSmall(file, entry, name)
      : await collect(entryPieces(file, entry, name, signal), name, limits.memoryBytes, entry.size);
  if (crc32(bytes) !== entry.crc) {
    throw new DatasetError(
      `${name}: its checksum (CRC-32) differs from the one in the archive: it is damaged. Download the archive again.`,
    );
  }
  return bytes;
}

async function inflateSmall(file: SourceFile, entry: ZipEntry, name: string): Promise<Uint8Array> {
  const start = await dataStart(file, entry, name);
  const packed = await readRange(file, start, start + entry.packed);
  let bytes: Uint8Array;
  try {
    // One byte of room, so that too much is noticed.
    bytes = inflateSync(packed, { out: new Uint8Array(entry.size + 1) });
  } catch (error) {
    throw new DatasetError(`${name} is damaged (${messageOf(error)}): download the archive again.`);
  }
  if (bytes.length !== entry.size) {
    throw new DatasetError(
      `${name}: expected ${entry.size} bytes as its archive declares, found ${bytes.length > entry.size ? 'more' : bytes.length}.`,
    );
  }
  return bytes;
}
