/** A folder as a container of entries. */
import { DatasetError } from '../dataset.ts';
import { gunzipPieces, isGzip } from '../gzip.ts';
import type { LeftOut } from '../outline.ts';
import { files, firstBytes, headOf, isGzipped } from './entry.ts';
import type { Container, Entry, Opening } from './entry.ts';
import { collect, piecesOf, readRange, type SourceFile } from './source.ts';

const archiveName = /\.(zip|npz|tm|tar|tgz|taz|gz)$/i;

/** A folder's files; gzipped ones count as what is in them. */
export async function openFolder(
  sources: readonly SourceFile[],
  name: string,
  { signal, limits }: Opening,
): Promise<Container> {
  if (sources.length > limits.entries)
    throw new DatasetError(
      `${name}: expected at most ${limits.entries} files, found ${sources.length}.`,
    );
  const byEntry = new Map<Entry, SourceFile>();
  const paths = new Set(sources.map(({ path }) => path));
  const leftOut: LeftOut[] = [];
  for (const file of sources) {
    const gzipped = await startsGzipped(file);
    const path = gzipped ? file.path.replace(/\.gz$/i, '') : file.path;
    if (gzipped && path !== file.path && paths.has(path)) {
      // torchvision keeps both.
      leftOut.push({ what: file.path, count: 1, unit: 'files', why: 'is next to it, unpacked' });
      continue;
    }
    const head = headOf((length) =>
      gzipped
        ? firstBytes(
            gunzipPieces(() => piecesOf(file, signal), file.path),
            length,
          )
        : readRange(file, 0, Math.min(length, file.size)),
    );
    const entry = {
      path,
      name: file.path,
      size: gzipped ? await unpackedSize(file) : file.size,
      head,
    };
    byEntry.set(entry, file);
    files.set(entry, file);
    if (gzipped) isGzipped.add(entry);
  }
  return {
    entries: [...byEntry.keys()],
    notes: [],
    leftOut,
    async visit(wanted, use) {
      for (const [entry, file] of byEntry) {
        if (!wanted.has(entry)) continue;
        signal.throwIfAborted();
        const bytes = isGzipped.has(entry)
          ? await collect(
              gunzipPieces(() => piecesOf(file, signal), file.path),
              file.path,
              limits.memoryBytes,
            )
          : await collect(piecesOf(file, signal), file.path, limits.memoryBytes, file.size);
        await use(entry, bytes);
      }
    },
  };
}

/** By the bytes where the name says so or says nothing. A JPEG image that is gzipped all the same is found when it is read. */
async function startsGzipped(file: SourceFile): Promise<boolean> {
  if (file.size < 18 || (/\.\w{2,5}$/.test(file.path) && !archiveName.test(file.path)))
    return false;
  return isGzip(await readRange(file, 0, 2));
}

/** What the last four bytes of a gzip file say, modulo 2^32: a hint, as all is counted again when it is read. */
async function unpackedSize(file: SourceFile): Promise<number> {
  const [a, b, c, d] = await readRange(file, file.size - 4, file.size);
  return (a! | (b! << 8) | (c! << 16) | (d! << 24)) >>> 0;
}
