/** The list of a zip archive's entries (APPNOTE.TXT 6.3: sections 4.3.12, 4.5.3; Zip64 and Unicode paths included). */
import { DatasetError } from '../dataset.ts';
import { crc32, latin1, viewOf } from './bytes.ts';
import { decodeName, guessEncoding } from './names.ts';
import { readRange, type Limits, type SourceFile } from './source.ts';
import { directorySignature, findDirectory, type Wrong } from './zip-end.ts';

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
      `${file.path}: byte ${offset}: expected ${expected}${found && `, found ${found}`}. Is the zip file complete?`,
    );
  const { start, end, count, prefix, zip64 } = await findDirectory(file, wrong);
  if (start > end || end > file.size)
    throw wrong(end, 'a list of entries inside the file', `one from byte ${start}`);
  if (end - start > limits.memoryBytes)
    throw wrong(start, 'a list of entries that fits into memory', `${end - start} bytes`);
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
      `The names in ${file.path} do not state their encoding; read as ${encoding.toUpperCase()}, for example '${example}'.`,
    );
  if (repeated)
    notes.push(
      `${file.path} contains some entries more than once (such as ${repeated}); the last one is read.`,
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
        `${file.path}: ${path}: declares ${size} bytes unpacked, which its ${packed} packed bytes cannot contain. Is the zip file damaged?`,
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
