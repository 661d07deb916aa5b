/**
 * tar, read in order from a stream: POSIX ustar, with GNU's long names and pax' path and size. Blocks of 512 bytes: a
 * header, then the file's bytes, padded.
 */
import { DatasetError } from '../dataset.ts';
import { latin1 } from './bytes.ts';

const block = 512;
const zeros = (header: Uint8Array) => header.every((byte) => byte === 0);

export interface TarEntry {
  path: string;
  size: number;
  /** The bytes, to be taken before the next entry is asked for; what is left is passed over. */
  pieces(): AsyncGenerator<Uint8Array>;
}

/** Whether a file's first bytes can be those of a tar archive: the header's checksum tells. */
export function isTar(head: Uint8Array): boolean {
  if (head.length < block || zeros(head.subarray(0, block))) return false;
  return checksumOf(head) === octal(head, 148, 8);
}

/**
 * @param archive name, for messages
 * @throws DatasetError naming the archive and the offset in its unpacked bytes where something is wrong.
 */
export async function* tarEntries(
  pieces: AsyncGenerator<Uint8Array>,
  archive: string,
): AsyncGenerator<TarEntry> {
  const reader = new BlockReader(pieces, archive);
  let longPath: string | null = null;
  let paxSize: number | null = null;
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
      const size = paxSize ?? octal(header, 124, 12);
      if (!Number.isSafeInteger(size) || size < 0) {
        throw new DatasetError(
          `${archive}: byte ${offset + 124}: expected the size of a file, found '${latin1(header, 124, 136)}'.`,
        );
      }
      const path = longPath ?? pathOf(header);
      if (type === 'L' || type === 'x' || type === 'g') {
        if (size > 1 << 20)
          throw new DatasetError(`${archive}: byte ${offset}: a name of ${size} bytes is no name.`);
        const text = new TextDecoder().decode(await reader.read(size, 'a long name'));
        await reader.skip(padding(size));
        if (type === 'L') longPath = text.replace(/\0.*$/s, '');
        if (type === 'x') {
          const fields = paxFields(text);
          longPath = fields.get('path') ?? longPath;
          paxSize = fields.has('size') ? Number(fields.get('size')) : paxSize;
        }
        continue;
      }
      longPath = paxSize = null;
      const end = reader.offset + size;
      // Folders, links and devices have no bytes worth having.
      if (type === '0' || type === '\0' || type === '7') {
        yield { path: path.replace(/^(\.?\/)+/, ''), size, pieces: () => reader.pieces(end, path) };
      }
      await reader.skip(end - reader.offset, path);
      await reader.skip(padding(size));
    }
  } finally {
    await pieces.return(undefined);
  }
}

const padding = (size: number) => (block - (size % block)) % block;

function pathOf(header: Uint8Array): string {
  const text = (start: number, length: number) =>
    new TextDecoder().decode(header.subarray(start, start + length)).replace(/\0.*$/s, '');
  const prefix = latin1(header, 257, 262) === 'ustar' ? text(345, 155) : '';
  return prefix ? `${prefix}/${text(0, 100)}` : text(0, 100);
}

/** Octal digits; or, from GNU, a binary number marked by the first bit. */
function octal(header: Uint8Array, start: number, length: number): number {
  if (header[start]! & 0x80) {
    let value = header[start]! & 0x7f;
    for (let i = 1; i < length; i++) value = value * 256 + header[start + i]!;
    return value;
  }
  const digits = latin1(header, start, start + length)
    .replace(/\0.*$/s, '')
    .trim();
  return /^[0-7]*$/.test(digits) ? parseInt(digits || '0', 8) : NaN;
}

/** Sum of the header's bytes, its checksum field counted as spaces. */
function checksumOf(header: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < block; i++) sum += i >= 148 && i < 156 ? 32 : header[i]!;
  return sum;
}

/** Records `length key=value\n`. */
function paxFields(text: string): Map<string, string> {
  return new Map(
    text.split('\n').flatMap((line) => {
      const [, key, value] = /^\d+ ([^=]+)=(.*)$/.exec(line) ?? [];
      return key === undefined ? [] : [[key, value!] as const];
    }),
  );
}

class BlockReader {
  private piece: Uint8Array = new Uint8Array(0);
  private at = 0;
  offset = 0;

  constructor(
    private readonly source: AsyncGenerator<Uint8Array>,
    private readonly archive: string,
  ) {}

  /** Up to `most` bytes, as they come; empty at the end. */
  private async some(most: number): Promise<Uint8Array> {
    while (this.at === this.piece.length) {
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
          `${this.archive}: truncated in ${what}: expected ${end - this.offset} more bytes at byte ${this.offset}, found the end.`,
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
    const parts = this.pieces(this.offset + length, what);
    while (!(await parts.next()).done);
  }
}
