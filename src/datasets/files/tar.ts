/**
 * tar, read in order: POSIX ustar, with GNU's long names, pax' path, size and link path, hard and symbolic links, and GNU's
 * sparse files. Blocks of 512 bytes: a header, then the file's bytes, padded.
 */
import { octal } from './tar-number.ts';
import { DatasetError } from '../dataset.ts';
import { latin1 } from './bytes.ts';
import { decodeName } from './names.ts';
import { sparseMapOfHeader, sparseMapOfPax, sparsePieces, type SparseMap } from './tar-sparse.ts';

const block = 512;
const zeros = (header: Uint8Array) => header.every((byte) => byte === 0);

export interface TarEntry {
  path: string;
  /** Bytes, with the holes of a sparse file. */
  size: number;
  /** What a link stands for, as the archive says it; null for a file. */
  link: { target: string; kind: 'hard' | 'symbolic' } | null;
  /** The bytes, to be taken before the next entry is asked for; what is left is passed over. */
  pieces(): AsyncGenerator<Uint8Array>;
}

/** The archive's bytes from an offset on. */
export interface TarSource {
  /** Whether `from` can begin anywhere without reading what lies before. */
  readonly seekable: boolean;
  from(offset: number): AsyncGenerator<Uint8Array>;
}

/** Whether a file's first bytes can be those of a tar archive: the header's checksum tells. */
export function isTar(head: Uint8Array): boolean {
  if (head.length < block || zeros(head.subarray(0, block))) return false;
  return checksumOf(head) === octal(head, 148, 8);
}

/**
 * @param archive name, for messages
 * @param encoding of names that are not UTF-8
 * @throws DatasetError naming the archive and the offset in its unpacked bytes where something is wrong.
 */
export async function* tarEntries(
  source: TarSource,
  archive: string,
  encoding = 'gbk',
): AsyncGenerator<TarEntry> {
  const reader = new BlockReader(source, archive);
  const textOf = (bytes: Uint8Array): string => {
    const end = bytes.indexOf(0);
    const name = end < 0 ? bytes : bytes.subarray(0, end);
    return decodeName(name, 'utf-8') ?? decodeName(name, encoding) ?? latin1(name);
  };
  let longPath: string | null = null;
  let longLink: string | null = null;
  let pax = new Map<string, string>();
  try {
    for (;;) {
      const offset = reader.offset;
      const header = await reader.read(block, 'a header');
      if (zeros(header)) return;
      if (checksumOf(header) !== octal(header, 148, 8)) {
        throw new DatasetError(
          `${archive}: byte ${offset}: expected a tar header with a valid checksum, found none. Download it again.`,
        );
      }
      const type = latin1(header, 156, 157);
      const size = pax.has('size') ? Number(pax.get('size')) : octal(header, 124, 12);
      if (!Number.isSafeInteger(size) || size < 0) {
        throw new DatasetError(
          `${archive}: byte ${offset + 124}: expected the size of a file, found '${latin1(header, 124, 136)}'.`,
        );
      }
      const path = longPath ?? pathOf(header, textOf);
      if (type === 'L' || type === 'K' || type === 'x' || type === 'g') {
        if (size > 1 << 20)
          throw new DatasetError(
            `${archive}: byte ${offset}: expected a name of at most 1 MiB, found ${size} bytes.`,
          );
        const bytes = await reader.read(size, 'a long name');
        await reader.skip(padding(size));
        if (type === 'L') longPath = textOf(bytes);
        if (type === 'K') longLink = textOf(bytes);
        if (type === 'x') {
          pax = paxFields(bytes);
          longPath = pax.get('GNU.sparse.name') ?? pax.get('path') ?? longPath;
          longLink = pax.get('linkpath') ?? longLink;
        }
        continue;
      }
      const target = longLink ?? textOf(header.subarray(157, 257));
      const fields = pax;
      longPath = longLink = null;
      pax = new Map();
      let map: SparseMap | null = null;
      if (type === 'S')
        map = await sparseMapOfHeader(header, () => reader.read(block, 'a sparse file'));
      const end = reader.offset + size;
      const clean = path.replace(/^(\.?\/)+/, '').replaceAll('/./', '/');
      if (type === '1' || type === '2') {
        yield {
          path: clean,
          size: 0,
          link: { target, kind: type === '1' ? 'hard' : 'symbolic' },
          async *pieces() {},
        };
      } else if (type === '0' || type === '\0' || type === '7' || type === 'S') {
        map ??= await sparseMapOfPax(fields, (length) => reader.read(length, path));
        const sparse = map;
        if (sparse && !sparse.isSound)
          throw new DatasetError(
            `${archive}: ${clean}: the map of this sparse file is damaged: expected pieces in order, inside the file.`,
          );
        yield {
          path: clean,
          size: sparse ? sparse.size : size,
          link: null,
          pieces: () =>
            sparse ? sparsePieces(sparse, reader.pieces(end, path)) : reader.pieces(end, path),
        };
      }
      // Folders and devices have no bytes worth having.
      await reader.skip(end - reader.offset, path);
      await reader.skip(padding(size));
    }
  } finally {
    await reader.close();
  }
}

const padding = (size: number) => (block - (size % block)) % block;

function pathOf(header: Uint8Array, textOf: (bytes: Uint8Array) => string): string {
  const text = (start: number, length: number) => textOf(header.subarray(start, start + length));
  // GNU's own format keeps other things where ustar has the prefix.
  const isPosix = latin1(header, 257, 263) === 'ustar\0';
  const prefix = isPosix ? text(345, 155) : '';
  return prefix ? `${prefix}/${text(0, 100)}` : text(0, 100);
}

/** Sum of the header's bytes, its checksum field counted as spaces. */
function checksumOf(header: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < block; i++) sum += i >= 148 && i < 156 ? 32 : header[i]!;
  return sum;
}

/** Records `length key=value\n`; a value may hold line ends. Repeated keys are joined by commas. */
function paxFields(bytes: Uint8Array): Map<string, string> {
  const fields = new Map<string, string>();
  const decoder = new TextDecoder();
  for (let at = 0; at < bytes.length;) {
    const [digits] = /^\d+/.exec(latin1(bytes, at, at + 10)) ?? [];
    const length = Number(digits);
    if (!digits || length <= digits.length + 1 || at + length > bytes.length) break;
    const record = decoder.decode(bytes.subarray(at + digits.length + 1, at + length - 1));
    const split = record.indexOf('=');
    const [key, value] = [record.slice(0, split), record.slice(split + 1)];
    if (split > 0)
      fields.set(
        key,
        fields.has(key) && /sparse/.test(key) ? `${fields.get(key)},${value}` : value,
      );
    at += length;
  }
  return fields;
}

class BlockReader {
  private source: AsyncGenerator<Uint8Array> | null = null;
  private piece: Uint8Array = new Uint8Array(0);
  private at = 0;
  offset = 0;

  constructor(
    private readonly archive: TarSource,
    private readonly name: string,
  ) {}

  async close(): Promise<void> {
    await this.source?.return(undefined);
  }

  /** Up to `most` bytes, as they come; empty at the end. */
  private async some(most: number): Promise<Uint8Array> {
    while (this.at === this.piece.length) {
      this.source ??= this.archive.from(this.offset);
      const next = await this.source.next();
      if (next.done) return new Uint8Array(0);
      this.piece = next.value;
      this.at = 0;
    }
    const part = this.piece.subarray(this.at, this.at + most);
    this.at += part.length;
    this.offset += part.length;
    return part;
  }

  async *pieces(end: number, what: string): AsyncGenerator<Uint8Array> {
    while (this.offset < end) {
      const part = await this.some(end - this.offset);
      if (part.length === 0) {
        throw new DatasetError(
          `${this.name}: truncated in ${what}: expected ${end - this.offset} more bytes at byte ${this.offset}, found the end.`,
        );
      }
      yield part;
    }
  }

  async read(length: number, what: string): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    let filled = 0;
    for await (const part of this.pieces(this.offset + length, what)) {
      bytes.set(part, filled);
      filled += part.length;
    }
    return bytes;
  }

  async skip(length: number, what = 'padding'): Promise<void> {
    const here = this.piece.length - this.at;
    // All but the last byte: reading that one tells whether the archive goes so far.
    if (this.archive.seekable && length > here + 1) {
      await this.close();
      this.source = null;
      this.piece = new Uint8Array(0);
      this.at = 0;
      this.offset += length - 1;
      length = 1;
    }
    const parts = this.pieces(this.offset + length, what);
    while (!(await parts.next()).done);
  }
}
