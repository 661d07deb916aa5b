/**
 * One view of everything that holds files: a folder, a zip or tar archive, gzipped or not. Archives are told by their
 * bytes, not by their names.
 */
import { DatasetError } from '../dataset.ts';
import { inflatePieces, isGzip } from '../gzip.ts';
import { byPath, hex } from './bytes.ts';
import { collect, piecesOf, readRange, type ReadContext, type SourceFile } from './source.ts';
import { isTar, tarEntries } from './tar.ts';
import { isZip, readZipDirectory, readZipEntry, readZipHead } from './zip.ts';

/** First bytes that are looked at to tell what a file is: a tar header is the longest. */
export const headBytes = 512;

export interface Entry {
  /** In its folder or archive. */
  readonly path: string;
  /** For messages: with its archive's name. */
  readonly name: string;
  /** Bytes, unpacked. */
  readonly size: number;
  head(): Promise<Uint8Array>;
}

export interface Archive {
  readonly name: string;
  /** In order of path. */
  readonly entries: readonly Entry[];
  /** Hands over the whole bytes of the entries wanted, one after the other, in the order that is fastest. */
  visit(
    wanted: ReadonlySet<Entry>,
    use: (entry: Entry, bytes: Uint8Array) => void | Promise<void>,
  ): Promise<void>;
}

/** Files that a system or an archiver left behind. */
const isDebris = (path: string) => /(^|\/)(\.|__MACOSX\/|Thumbs\.db$|desktop\.ini$)/i.test(path);

/** @throws DatasetError when there is nothing to read, or the archive is damaged. */
export async function openArchive(
  files: readonly SourceFile[],
  name: string,
  context: ReadContext,
): Promise<Archive> {
  const real = files.filter(({ path }) => !isDebris(path));
  const [first] = real;
  if (!first) throw new DatasetError(`${name}: expected files of a data set, found none.`);
  const archive =
    real.length === 1 ? await openSingle(first, context) : await openFolder(real, name, context);
  if (archive.entries.length === 0)
    throw new DatasetError(`${name}: expected files of a data set, found an empty archive.`);
  return archive;
}

async function openSingle(file: SourceFile, context: ReadContext): Promise<Archive> {
  if (file.size === 0)
    throw new DatasetError(`${file.path}: expected a data set, found an empty file.`);
  const head = await readRange(file, 0, Math.min(headBytes, file.size));
  if (isZip(head)) return openZip(file, context);
  if (isTar(head)) return openTar(file, context, () => piecesOf(file, context.signal));
  if (isGzip(head)) {
    const pieces = () => inflatePieces(piecesOf(file, context.signal), file.path);
    if (isTar(await headOf(pieces()))) return openTar(file, context, pieces);
  }
  const [, promised] = /\.(zip|npz|tar|tgz|gz)$/i.exec(file.path) ?? [];
  if (promised && !isGzip(head)) {
    throw new DatasetError(
      `${file.path}: first bytes: expected those of a ${promised} file, found ${[...head.subarray(0, 4)].map((byte) => hex(byte)).join(' ')}. Download it again.`,
    );
  }
  return openFolder([file], file.path, context);
}

async function headOf(pieces: AsyncGenerator<Uint8Array>): Promise<Uint8Array> {
  const head = new Uint8Array(headBytes);
  let filled = 0;
  for await (const piece of pieces) {
    const part = piece.subarray(0, headBytes - filled);
    head.set(part, filled);
    filled += part.length;
    if (filled === headBytes) break;
  }
  return head.subarray(0, filled);
}

/** A folder's files; gzipped ones count as what is in them. */
async function openFolder(
  files: readonly SourceFile[],
  name: string,
  { signal, limits }: ReadContext,
): Promise<Archive> {
  if (files.length > limits.entries)
    throw new DatasetError(
      `${name}: expected at most ${limits.entries} files, found ${files.length}.`,
    );
  const sources = new Map<Entry, SourceFile>();
  for (const file of files) {
    const head = once(async () => {
      const bytes = await readRange(file, 0, Math.min(headBytes, file.size));
      return isGzip(bytes) ? headOf(inflatePieces(piecesOf(file, signal), file.path)) : bytes;
    });
    const size = /\.gz$/i.test(file.path) ? await unpackedSize(file) : file.size;
    sources.set({ path: file.path.replace(/\.gz$/i, ''), name: file.path, size, head }, file);
  }
  return {
    name,
    entries: [...sources.keys()].sort(byPath),
    async visit(wanted, use) {
      for (const [entry, file] of sources) {
        if (!wanted.has(entry)) continue;
        signal.throwIfAborted();
        const start = await readRange(file, 0, Math.min(2, file.size));
        const pieces = piecesOf(file, signal);
        const bytes = isGzip(start)
          ? await collect(inflatePieces(pieces, file.path), file.path, limits.memoryBytes)
          : await collect(pieces, file.path, limits.memoryBytes, file.size);
        await use(entry, bytes);
      }
    },
  };
}

/** What the last four bytes of a gzip file say, modulo 2^32: a hint, as all is counted again when it is read. */
async function unpackedSize(file: SourceFile): Promise<number> {
  if (file.size < 18 || !isGzip(await readRange(file, 0, 2))) return file.size;
  const [a, b, c, d] = await readRange(file, file.size - 4, file.size);
  return (a! | (b! << 8) | (c! << 16) | (d! << 24)) >>> 0;
}

async function openZip(
  file: SourceFile,
  { signal, limits, progress }: ReadContext,
): Promise<Archive> {
  progress({ phase: 'looking', done: 0, total: file.size, unit: 'bytes' });
  const listed = (await readZipDirectory(file, limits)).filter(({ path }) => !isDebris(path));
  const sources = new Map(
    listed.map((entry) => {
      const head = once(() => readZipHead(file, entry, headBytes, signal));
      return [
        { path: entry.path, name: `${file.path}: ${entry.path}`, size: entry.size, head },
        entry,
      ] as const;
    }),
  );
  return {
    name: file.path,
    entries: [...sources.keys()].sort(byPath),
    async visit(wanted, use) {
      for (const [entry, source] of sources) {
        if (!wanted.has(entry)) continue;
        signal.throwIfAborted();
        await use(entry, await readZipEntry(file, source, limits, signal));
      }
    },
  };
}

/** A tar archive has no list: one pass finds out what is there (and that the archive is whole), a second one reads. */
async function openTar(
  file: SourceFile,
  { signal, limits, progress }: ReadContext,
  pieces: () => AsyncGenerator<Uint8Array>,
): Promise<Archive> {
  const positions = new Map<number, Entry>();
  let total = 0;
  let position = 0;
  for await (const { path, size, pieces: content } of tarEntries(pieces(), file.path)) {
    const at = position++;
    if (isDebris(path)) continue;
    total += size;
    if (total > limits.archiveBytes || at > limits.entries) {
      throw new DatasetError(
        `${file.path}: ${path}: expected at most ${limits.entries} entries of ${limits.archiveBytes} bytes in all, found more.`,
      );
    }
    const head = await headOf(content());
    positions.set(at, {
      path,
      name: `${file.path}: ${path}`,
      size,
      head: () => Promise.resolve(head),
    });
    progress({ phase: 'looking', done: total, total: 0, unit: 'bytes' });
  }
  return {
    name: file.path,
    entries: [...positions.values()].sort(byPath),
    async visit(wanted, use) {
      let at = 0;
      let left = wanted.size;
      for await (const { size, pieces: content } of tarEntries(pieces(), file.path)) {
        const entry = positions.get(at++);
        if (!entry || !wanted.has(entry)) continue;
        signal.throwIfAborted();
        await use(entry, await collect(content(), entry.name, limits.memoryBytes, size));
        if (--left === 0) break;
      }
    },
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
