/** A zip archive as a container of entries. */
import { isGzip, gunzipPieces } from '../gzip.ts';
import { isDebris } from './debris.ts';
import { firstBytes, headOf, isGzipped, plainBytes } from './entry.ts';
import type { Container, Entry, Opening } from './entry.ts';
import { clean, resolveLinks } from './links.ts';
import type { SourceFile } from './source.ts';
import { readZipEntry, readZipHead } from './zip.ts';
import { readZipDirectory } from './zip-directory.ts';

export async function openZip(file: SourceFile, context: Opening): Promise<Container> {
  const { signal, limits, progress, encoding } = context;
  progress({ phase: 'looking', done: 0, total: file.size, unit: 'bytes' });
  const directory = await readZipDirectory(file, limits, encoding);
  const listed = directory.entries.filter(({ path }) => !isDebris(path));
  const targets = new Map<string, string>();
  for (const link of listed.filter(({ isLink }) => isLink)) {
    const bytes =
      link.size <= 4096 ? await readZipEntry(file, link, limits, signal) : new Uint8Array(0);
    targets.set(link.path, new TextDecoder().decode(bytes));
  }
  const real = listed.filter(({ isLink }) => !isLink);
  const { aliases, leftOut } = resolveLinks(real, targets, file.path);
  const sources = new Map<Entry, (typeof listed)[number]>();
  for (const { path, source } of [
    ...real.map((source) => ({ path: source.path, source })),
    ...aliases,
  ]) {
    const gzipped = /\.gz$/i.test(path) && isGzip(await readZipHead(file, source, 2, signal));
    const name = `${file.path}: ${path}`;
    const pieces = async function* () {
      yield await readZipEntry(file, source, limits, signal);
    };
    const head = headOf((length) =>
      gzipped
        ? firstBytes(gunzipPieces(pieces, name), length)
        : readZipHead(file, source, length, signal),
    );
    const entry = {
      path: clean(gzipped ? path.replace(/\.gz$/i, '') : path),
      name,
      size: source.size,
      head,
    };
    if (gzipped) isGzipped.add(entry);
    sources.set(entry, source);
  }
  return {
    entries: [...sources.keys()],
    notes: directory.notes,
    leftOut,
    async visit(wanted, use) {
      for (const [entry, source] of sources) {
        if (!wanted.has(entry)) continue;
        signal.throwIfAborted();
        const bytes = await readZipEntry(file, source, limits, signal);
        await use(entry, await plainBytes(entry, bytes, limits.memoryBytes));
      }
    },
  };
}
