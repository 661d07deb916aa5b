/**
 * zip, by its central directory, so that any entry can be read alone (APPNOTE.TXT 6.3: sections 4.3.7, 4.3.12 to
 * 4.3.16, 4.5.3; Zip64 included). Stored and deflated entries; every entry's CRC-32 is checked.
 */
import { inflateSync } from 'fflate';
import { DatasetError } from '../dataset.ts';
import { inflatePieces } from '../gzip.ts';
import { crc32, latin1, viewOf } from './bytes.ts';
import { decodeName, guessEncoding } from './names.ts';
import { collect, messageOf, piecesOf, readRange, type Limits, type SourceFile } from './source.ts';

const localSignature = 0x04034b50;
const directorySignature = 0x02014b50;
const endSignature = 0x06054b50;
const end64Signature = 0x06064b50;
const end64LocatorSignature = 0x07064b50;
const methodNames: Readonly<Record<number, string>> = {
  9: 'deflate64',
  12: 'bzip2',
  14: 'LZMA',
  93: 'Zstandard',
  95: 'xz',
};
/** Larger ones are unpacked by the platform, in pieces. */
const smallEntry = 1 << 20;
/** Deflate cannot pack tighter than this (258 bytes in 2 bits). */
const tightest = 1032;

export interface ZipEntry {
  path: string;
  /** Bytes unpacked. */
  size: number;
  packed: number;
  method: number;
  crc: number;
  /** Of the local header. */
  offset: number;
  /** The entry's bytes are the path of what it stands for. */
  isLink: boolean;
}

export interface ZipDirectory {
  entries: ZipEntry[];
  /** What was decided on the way, in sentences. */
  notes: string[];
}

export const isZip = (head: Uint8Array): boolean =>
  head[0] === 0x50 &&
  head[1] === 0x4b &&
  ((head[2] === 3 && head[3] === 4) || (head[2] === 5 && head[3] === 6));

/**
 * Lists the files in an archive. Sizes are judged before a byte is unpacked: by what deflate can do, and by whether the
 * entries lie beside each other (those of a zip bomb overlap).
 * @throws DatasetError naming the archive, the offset or the entry.
 */
export async function readZipDirectory(
  file: SourceFile,
  limits: Limits,
  chosenEncoding: string | null = null,
): Promise<ZipDirectory> {
  const wrong = (offset: number, expected: string, found = '') =>
    new DatasetError(
      `${file.path}: byte ${offset}: expected ${expected}${found && `, found ${found}`}. Is the zip file whole?`,
    );
  const { start, end, count, prefix, zip64 } = await findDirectory(file, wrong);
  if (start > end || end > file.size)
    throw wrong(end, 'a list of entries inside the file', `one from byte ${start}`);
  if (end - start > limits.memoryBytes)
    throw wrong(start, 'a list of entries that fits in memory', `${end - start} bytes`);
  const listed = listEntries(await readRange(file, start, end), start, count, wrong, limits, file);
  const { encoding, guessed } = chosenEncoding
    ? { encoding: chosenEncoding, guessed: false }
    : guessEncoding(listed.flatMap(({ name, text }) => (text === null ? [name] : [])));
  const notes: string[] = [];
  const byPath = new Map<string, ZipEntry>();
  let example = '';
  let repeated = '';
  let wraps = 0;
  let last = 0;
  for (const { name, text, encrypted, entry } of listed) {
    // Without Zip64, Apple's archiver writes the lower 32 bits of where an entry begins; they are in order.
    if (!zip64 && entry.offset < last && file.size > 2 ** 32) wraps++;
    last = entry.offset;
    entry.offset += wraps * 2 ** 32 + prefix;
    entry.path = (text ?? decodeName(name, encoding) ?? latin1(name)).replaceAll('\\', '/');
    if (text === null && name.some((byte) => byte > 127)) example ||= entry.path;
    if (encrypted)
      throw new DatasetError(
        `${file.path}: ${entry.path} is encrypted: unpack the archive with its password first.`,
      );
    if (entry.path.endsWith('/')) continue;
    if (byPath.has(entry.path)) repeated = entry.path;
    byPath.set(entry.path, entry);
  }
  if (guessed && example)
    notes.push(
      `The names in ${file.path} do not say what encoding they are in; read as ${encoding.toUpperCase()}, for example '${example}'.`,
    );
  if (repeated)
    notes.push(
      `${file.path} holds some entries more than once (such as ${repeated}); the last of each is read.`,
    );
  const entries = [...byPath.values()];
  checkSizes(file, entries, start, limits);
  return { entries, notes };
}

interface Listed {
  name: Uint8Array;
  /** Null where its encoding is not marked. */
  text: string | null;
  encrypted: boolean;
  entry: ZipEntry;
}

/**
 * The records of the central directory. Their number is believed only modulo 65,536, as Apple's archiver writes it for more
 * entries than that without a Zip64 record; the directory's own length decides.
 */
function listEntries(
  bytes: Uint8Array,
  start: number,
  count: number,
  wrong: Wrong,
  limits: Limits,
  file: SourceFile,
): Listed[] {
  const view = viewOf(bytes);
  const listed: Listed[] = [];
  let at = 0;
  while (at + 46 <= bytes.length && view.getUint32(at, true) === directorySignature) {
    const which = `entry ${listed.length + 1} of ${count} of the list`;
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) =>
      view.getUint16(at + field, true),
    ) as [number, number, number];
    const nameEnd = at + 46 + nameLength;
    const next = nameEnd + extraLength + commentLength;
    if (next > bytes.length) throw wrong(start + at, `${which} to end inside the list`);
    if (listed.length >= limits.entries)
      throw new DatasetError(
        `${file.path}: expected at most ${limits.entries} entries, found more.`,
      );
    const name = bytes.subarray(at + 46, nameEnd);
    const extra = bytes.subarray(nameEnd, nameEnd + extraLength);
    const flags = view.getUint16(at + 8, true);
    const madeOnUnix = view.getUint8(at + 5) === 3;
    const entry: ZipEntry = {
      path: '',
      size: view.getUint32(at + 24, true),
      packed: view.getUint32(at + 20, true),
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      offset: view.getUint32(at + 42, true),
      isLink: madeOnUnix && view.getUint16(at + 40, true) >> 12 === 0xa,
    };
    takeZip64(entry, extra);
    const text = flags & 0x800 ? new TextDecoder().decode(name) : unicodePath(extra, name);
    listed.push({ name, text, encrypted: (flags & 1) === 1, entry });
    at = next;
  }
  if (listed.length % 0x10000 !== count % 0x10000)
    throw wrong(start + at, `entry ${listed.length + 1} of ${count} of the list`);
  return listed;
}

/** Info-ZIP's extra field: the name in UTF-8, with the checksum of the name that it stands for. */
function unicodePath(extra: Uint8Array, name: Uint8Array): string | null {
  const view = viewOf(extra);
  for (let at = 0; at + 4 <= extra.length;) {
    const end = at + 4 + view.getUint16(at + 2, true);
    if (
      view.getUint16(at, true) === 0x7075 &&
      end <= extra.length &&
      end > at + 9 &&
      extra[at + 4] === 1 &&
      view.getUint32(at + 5, true) === crc32(name)
    )
      return decodeName(extra.subarray(at + 9, end), 'utf-8');
    at = end;
  }
  return null;
}

function checkSizes(
  file: SourceFile,
  entries: readonly ZipEntry[],
  directory: number,
  limits: Limits,
): void {
  let total = 0;
  for (const { path, size, packed, method } of entries) {
    if (method === 0 ? size !== packed : size > packed * tightest + 64) {
      throw new DatasetError(
        `${file.path}: ${path}: declares ${size} bytes unpacked, which its ${packed} packed bytes cannot hold. Is the zip file damaged?`,
      );
    }
    total += size;
  }
  if (total > limits.archiveBytes) {
    throw new DatasetError(
      `${file.path}: expected at most ${limits.archiveBytes} bytes unpacked in all, found ${total}.`,
    );
  }
  let free = 0;
  for (const { path, offset, packed } of [...entries].sort((a, b) => a.offset - b.offset)) {
    if (offset < free || offset + 30 + packed > directory) {
      throw new DatasetError(
        `${file.path}: ${path}: its bytes, ${packed} from byte ${offset}, overlap others. Is the zip file damaged?`,
      );
    }
    free = offset + 30 + packed;
  }
}

type Wrong = (offset: number, expected: string, found?: string) => DatasetError;

async function findDirectory(
  file: SourceFile,
  wrong: Wrong,
): Promise<{ start: number; end: number; count: number; prefix: number; zip64: boolean }> {
  // The record at the end is 22 bytes and a comment of up to 65,535.
  const from = Math.max(0, file.size - 22 - 0xffff);
  const tail = await readRange(file, from, file.size);
  const view = viewOf(tail);
  let at = tail.length - 22;
  while (at >= 0 && view.getUint32(at, true) !== endSignature) at--;
  if (at < 0) throw wrong(file.size, 'the record that ends a zip file', 'none');
  const count = view.getUint16(at + 10, true);
  const size = view.getUint32(at + 12, true);
  const start = view.getUint32(at + 16, true);
  const locator = at - 20;
  if (locator >= 0 && view.getUint32(locator, true) === end64LocatorSignature) {
    const offset = Number(view.getBigUint64(locator + 8, true));
    if (offset + 56 > file.size)
      throw wrong(from + locator, 'a Zip64 record inside the file', `byte ${offset}`);
    const record = viewOf(await readRange(file, offset, offset + 56));
    if (record.getUint32(0, true) !== end64Signature) throw wrong(offset, 'a Zip64 record');
    const start64 = Number(record.getBigUint64(48, true));
    return {
      start: start64,
      end: start64 + Number(record.getBigUint64(40, true)),
      count: Number(record.getBigUint64(32, true)),
      prefix: 0,
      zip64: true,
    };
  }
  // The list ends where this record begins. What it says of the list's place is short by a program that unpacks itself in
  // front of the archive, or by multiples of 4 GiB.
  const real = from + at - size;
  const plain = { count, prefix: 0, zip64: false };
  if (real < 0) return { ...plain, start, end: start + size };
  if (real <= start || (real - start) % 2 ** 32 === 0)
    return { ...plain, start: real < start ? start : real, end: Math.max(start, real) + size };
  const signature = viewOf(await readRange(file, real, Math.min(real + 4, file.size)));
  return count > 0 &&
    signature.byteLength === 4 &&
    signature.getUint32(0, true) === directorySignature
    ? { ...plain, start: real, end: real + size, prefix: real - start }
    : { ...plain, start, end: start + size };
}

/** The extra field 0x0001 holds those of the three numbers that do not fit in 32 bits, in this order. */
function takeZip64(entry: ZipEntry, extra: Uint8Array): void {
  const view = viewOf(extra);
  for (let at = 0; at + 4 <= extra.length;) {
    const end = at + 4 + view.getUint16(at + 2, true);
    if (view.getUint16(at, true) === 1) {
      let field = at + 4;
      for (const key of ['size', 'packed', 'offset'] as const) {
        if (entry[key] !== 0xffffffff || field + 8 > Math.min(end, extra.length)) continue;
        entry[key] = Number(view.getBigUint64(field, true));
        field += 8;
      }
    }
    at = end;
  }
}

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
      `${name}: byte ${entry.offset}: expected the entry's header and ${entry.packed} bytes, found something else. Is the zip file damaged?`,
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
      `${name}: its checksum (CRC-32) is not what the archive declares: it is damaged. Download the archive again.`,
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
