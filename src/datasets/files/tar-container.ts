/** A tar archive as a container of entries. */
import { DatasetError } from '../dataset.ts';
import { gunzipPieces, isGzip } from '../gzip.ts';
import { isDebris } from './debris.ts';
import { firstBytes, headBytes, isGzipped, plainBytes } from './entry.ts';
import type { Container, Entry, Opening } from './entry.ts';
import { clean, resolveLinks } from './links.ts';
import { collect, type SourceFile } from './source.ts';
import { tarEntries, type TarSource } from './tar.ts';

/** A tar archive has no list: one pass finds out what is there (and that the archive is whole), a second one reads. */
export async function openTar(
  file: SourceFile,
  { signal, limits, progress, encoding }: Opening,
  source: TarSource,
): Promise<Container> {
  interface Place {
    path: string;
    size: number;
    at: number;
    head: Uint8Array;
  }
  const found = new Map<string, Place>();
  const targets = new Map<string, string>();
  let total = 0;
  let position = 0;
  let repeated = '';
  const entriesOf = () => tarEntries(source, file.path, encoding ?? undefined);
  for await (const { path, size, link, pieces } of entriesOf()) {
    signal.throwIfAborted();
    const at = position++;
    if (isDebris(path)) continue;
    total += size;
    if (total > limits.archiveBytes || at > limits.entries) {
      throw new DatasetError(
        `${file.path}: ${path}: expected at most ${limits.entries} entries of ${limits.archiveBytes} bytes in all, found more.`,
      );
    }
    // A hard link's target is a path of the archive, a symbolic one's is relative to where it lies.
    if (link) targets.set(path, link.kind === 'hard' ? `//${link.target}` : link.target);
    else {
      const head = await firstBytes(pieces(), headBytes);
      if (found.has(path)) repeated = path;
      found.set(path, { path, size, at, head });
    }
    progress({ phase: 'looking', done: total, total: 0, unit: 'bytes' });
  }
  const real = [...found.values()];
  const { aliases, leftOut } = resolveLinks(real, targets, file.path);
  const byPosition = new Map<number, Entry[]>();
  for (const { path, source: place } of [
    ...real.map((one) => ({ path: one.path, source: one })),
    ...aliases,
  ]) {
    const name = `${file.path}: ${path}`;
    const gzipped = /\.gz$/i.test(path) && isGzip(place.head);
    const wholeOf = async (length: number) => {
      let at = 0;
      for await (const { pieces } of entriesOf())
        if (at++ === place.at)
          // Awaited here: leaving the loop closes the archive.
          return await firstBytes(gzipped ? gunzipPieces(() => pieces(), name) : pieces(), length);
      return new Uint8Array(0);
    };
    const entry: Entry = {
      path: clean(gzipped ? path.replace(/\.gz$/i, '') : path),
      name,
      size: place.size,
      head: (length = headBytes) =>
        gzipped || length > headBytes
          ? wholeOf(length)
          : Promise.resolve(place.head.subarray(0, length)),
    };
    if (gzipped) isGzipped.add(entry);
    byPosition.set(place.at, [...(byPosition.get(place.at) ?? []), entry]);
  }
  return {
    entries: [...byPosition.values()].flat(),
    notes: repeated
      ? [
          `${file.path} contains some files more than once (such as ${repeated}); the last one is read.`,
        ]
      : [],
    leftOut,
    sequential: true,
    async visit(wanted, use) {
      let at = 0;
      let left = wanted.size;
      for await (const { size, pieces } of entriesOf()) {
        const here = (byPosition.get(at++) ?? []).filter((entry) => wanted.has(entry));
        const [first] = here;
        if (!first) continue;
        signal.throwIfAborted();
        const bytes = await collect(pieces(), first.name, limits.memoryBytes, size);
        for (const entry of here)
          await use(entry, await plainBytes(entry, bytes, limits.memoryBytes));
        left -= here.length;
        if (left <= 0) break;
      }
    },
  };
}
