/**
 * One view of everything that holds files: a folder, a zip or tar archive, gzipped or not, and archives inside of these.
 * Archives are recognized by their bytes, not by their names. What an archive inside a folder holds appears in a folder of
 * the archive's name.
 */
import { DatasetError } from '../dataset.ts';
import { gunzipPieces, isGzip } from '../gzip.ts';
import type { LeftOut } from '../outline.ts';
import { baseName, byPath, hex } from './bytes.ts';
import { isDebris } from './debris.ts';
import { foreignFormatOf } from './foreign.ts';
import { isImageName } from '../images/header.ts';
import { resolveLink } from './links.ts';
import { collect, piecesOf, readRange, type ReadContext, type SourceFile } from './source.ts';
import { isTar, tarEntries, type TarSource } from './tar.ts';
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
  /** The first bytes, at most `length`; without it, at most `headBytes`. */
  head(length?: number): Promise<Uint8Array>;
}

export interface Archive {
  readonly name: string;
  /** In order of path. */
  readonly entries: readonly Entry[];
  /** What was decided on the way, in sentences. */
  readonly notes: readonly string[];
  readonly leftOut: readonly LeftOut[];
  /** Hands over the whole bytes of the entries wanted, one after the other, in the order that is fastest. */
  visit(wanted: ReadonlySet<Entry>, use: Use): Promise<void>;
}

type Use = (entry: Entry, bytes: Uint8Array) => void | Promise<void>;

/** One folder or archive of the tree. */
interface Container {
  entries: Entry[];
  notes: string[];
  leftOut: LeftOut[];
  visit(wanted: ReadonlySet<Entry>, use: Use): Promise<void>;
}

interface Opening extends ReadContext {
  /** Of names in zip and tar archives that do not say; null = guess. */
  encoding: string | null;
}

const deepest = 3;
const archiveName = /\.(zip|npz|tm|tar|tgz|taz|gz)$/i;
/** Texts and media that lie beside images by the thousand: not worth a look inside. */
const plainName =
  /\.(txt|csv|tsv|json|jsonl|xml|ya?ml|md|html?|pdf|py|ipynb|m|log|rst|docx?|mp4|avi|mov|wav|mp3|pth?|h5|ckpt|onnx)$/i;

/**
 * @param encoding of names in archives that do not say; null = guess
 * @throws DatasetError when there is nothing to read, or an archive is damaged.
 */
export async function openArchive(
  files: readonly SourceFile[],
  name: string,
  context: ReadContext,
  encoding: string | null = null,
): Promise<Archive> {
  const real = files.filter(({ path }) => !isDebris(path));
  const [first] = real;
  if (!first) throw new DatasetError(`${name}: expected files of a data set, found none.`);
  const opening = { ...context, encoding };
  if (real.length === 1 && first.size === 0)
    throw new DatasetError(`${first.path}: expected a data set, found an empty file.`);
  const opener = new Opener(opening, real.length === 1);
  const root = await openFolder(real, name, opening);
  await opener.add(root, '', 0);
  const { entries } = opener;
  if (entries.length === 0 && opener.notes.length + opener.leftOut.length === 0)
    throw new DatasetError(`${name}: expected files of a data set, found an empty archive.`);
  return {
    name: real.length === 1 ? first.path : name,
    entries: [...entries].sort(byPath),
    notes: opener.notes,
    leftOut: opener.leftOut,
    async visit(wanted, use) {
      for (const container of opener.containers) {
        const here = new Map<Entry, Entry>();
        for (const entry of wanted) {
          const origin = opener.originOf(entry);
          if (origin.container === container) here.set(origin.entry, entry);
        }
        if (here.size > 0)
          await container.visit(new Set(here.keys()), (entry, bytes) =>
            use(here.get(entry)!, bytes),
          );
      }
    },
  };
}

/** Walks through containers, and opens the archives found in them as further ones. */
class Opener {
  entries: Entry[] = [];
  readonly notes: string[] = [];
  readonly leftOut: LeftOut[] = [];
  readonly containers: Container[] = [];
  private readonly origins = new Map<Entry, { container: Container; entry: Entry }>();
  private unpacked = 0;

  constructor(
    private readonly context: Opening,
    private readonly isSingle: boolean,
  ) {}

  originOf(entry: Entry): { container: Container; entry: Entry } {
    return this.origins.get(entry)!;
  }

  /** @param under where the container's files appear */
  async add(container: Container, under: string, depth: number): Promise<Entry[]> {
    const { signal } = this.context;
    this.containers.push(container);
    this.notes.push(...container.notes);
    this.leftOut.push(...container.leftOut);
    const plain: Entry[] = [];
    const archives: { entry: Entry; kind: 'zip' | 'tar' | 'tar.gz' }[] = [];
    for (const entry of container.entries) {
      signal.throwIfAborted();
      const shown: Entry = {
        path: under + entry.path,
        name: entry.name,
        size: entry.size,
        head: (length) => entry.head(length),
      };
      this.origins.set(shown, { container, entry });
      const kind = await archiveKindOf(entry);
      if (kind) archives.push({ entry: shown, kind });
      else plain.push(shown);
    }
    this.entries.push(...plain);
    const inside: Entry[] = [];
    for (const { entry, kind } of archives) {
      if (depth >= deepest)
        throw new DatasetError(
          `${entry.name}: expected archives at most ${deepest} deep inside each other. Unpack it and choose the folder.`,
        );
      const before = this.entries.length;
      const inner = await this.open(entry, kind, container);
      const folder =
        this.isSingle && depth === 0 ? '' : `${entry.path.replace(archiveEnding, '')}/`;
      const added = await this.add(inner, folder, depth + 1);
      if (sameFiles(added, plain)) {
        this.entries = this.entries.slice(0, before);
        this.leftOut.push({
          what: entry.path,
          count: 1,
          unit: 'files',
          why: 'holds the same files as those beside it',
        });
      } else inside.push(...added);
    }
    return [...plain, ...inside];
  }

  private async open(
    entry: Entry,
    kind: 'zip' | 'tar' | 'tar.gz',
    container: Container,
  ): Promise<Container> {
    const file = await this.sourceOf(entry, container);
    if (kind === 'zip') return openZip(file, this.context);
    // What comes out of another archive is unpacked already.
    if (kind === 'tar' || !files.has(this.originOf(entry).entry))
      return openTar(file, this.context, {
        seekable: true,
        from: (offset) => piecesOf(file, this.context.signal, offset),
      });
    return openTar(file, this.context, {
      seekable: false,
      from: () => gunzipPieces(() => piecesOf(file, this.context.signal), file.path),
    });
  }

  /** A file of the user's is read where it lies; an archive inside an archive is held in memory. */
  private async sourceOf(entry: Entry, container: Container): Promise<SourceFile> {
    const { entry: original } = this.originOf(entry);
    const file = files.get(original);
    if (file) return file;
    this.unpacked += entry.size;
    if (this.unpacked > this.context.limits.memoryBytes)
      throw new DatasetError(
        `${entry.name}: archives inside of archives take ${this.unpacked} bytes: expected at most ${this.context.limits.memoryBytes}. Unpack the outer one and choose the folder.`,
      );
    let found: Uint8Array | null = null;
    await container.visit(new Set([original]), (_, bytes) => {
      found = bytes;
    });
    const bytes = found ?? new Uint8Array(0);
    return {
      path: entry.name,
      size: bytes.length,
      slice: (start, end) => Promise.resolve(bytes.subarray(start, end)),
    };
  }
}

const archiveEnding = /(\.tar)?\.(zip|npz|tm|tar|tgz|taz|gz)$/i;

/** Whether every file of an archive lies beside it too, unpacked. */
function sameFiles(inside: readonly Entry[], beside: readonly Entry[]): boolean {
  if (inside.length === 0 || beside.length < inside.length) return false;
  const key = ({ path, size }: Entry) => `${size} ${baseName(path)}`;
  const there = new Set(beside.map(key));
  return inside.every((entry) => there.has(key(entry)));
}

async function archiveKindOf(entry: Entry): Promise<'zip' | 'tar' | 'tar.gz' | null> {
  if (isImageName(entry.path) || plainName.test(entry.path)) return null;
  // The size of gzipped ones is a hint: padding hides it.
  if (entry.size < 20 && !isGzipped.has(entry)) return null;
  const head = await entry.head();
  if (isZip(head)) return 'zip';
  if (isTar(head)) return isGzipped.has(entry) ? 'tar.gz' : 'tar';
  const [, promised] = /\.(zip|npz|tm|tar|tgz|taz)$/i.exec(entry.path) ?? [];
  if (!promised) return null;
  const foreign = foreignFormatOf(head);
  if (foreign) return null;
  if (/^(zip|npz|tm)$/i.test(promised) && (await endsLikeZip(entry))) return 'zip';
  throw new DatasetError(
    `${entry.name}: first bytes: expected those of a ${promised} file, found ${[...head.subarray(0, 4)].map((byte) => hex(byte)).join(' ')}. Download it again.`,
  );
}

/** A program that unpacks itself may stand in front of a zip archive. */
async function endsLikeZip(entry: Entry): Promise<boolean> {
  const file = files.get(entry);
  if (!file || file.size < 22) return false;
  const tail = await readRange(file, Math.max(0, file.size - 22 - 0xffff), file.size);
  for (let at = tail.length - 22; at >= 0; at--)
    if (tail[at] === 0x50 && tail[at + 1] === 0x4b && tail[at + 2] === 5 && tail[at + 3] === 6)
      return true;
  return false;
}

/** Files of the user's, by their entries: archives among them are read where they lie. */
const files = new WeakMap<Entry, SourceFile>();
/** Entries whose bytes are unpacked from gzip on the way. */
const isGzipped = new WeakSet<Entry>();

/** A folder's files; gzipped ones count as what is in them. */
async function openFolder(
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
      leftOut.push({ what: file.path, count: 1, unit: 'files', why: 'lies unpacked beside it' });
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

function headOf(read: (length: number) => Promise<Uint8Array>): Entry['head'] {
  let known: Promise<Uint8Array> | undefined;
  return (length = headBytes) => {
    if (length > headBytes) return read(length);
    known ??= read(headBytes);
    return known.then((bytes) => bytes.subarray(0, length));
  };
}

async function firstBytes(pieces: AsyncGenerator<Uint8Array>, length: number): Promise<Uint8Array> {
  const head = new Uint8Array(length);
  let filled = 0;
  for await (const piece of pieces) {
    const part = piece.subarray(0, length - filled);
    head.set(part, filled);
    filled += part.length;
    if (filled === length) break;
  }
  return head.subarray(0, filled);
}

/** What the last four bytes of a gzip file say, modulo 2^32: a hint, as all is counted again when it is read. */
async function unpackedSize(file: SourceFile): Promise<number> {
  const [a, b, c, d] = await readRange(file, file.size - 4, file.size);
  return (a! | (b! << 8) | (c! << 16) | (d! << 24)) >>> 0;
}

async function openZip(file: SourceFile, context: Opening): Promise<Container> {
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

const clean = (path: string) =>
  path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');

/** What a gzipped entry of an archive holds. */
async function plainBytes(entry: Entry, bytes: Uint8Array, limit: number): Promise<Uint8Array> {
  if (!isGzipped.has(entry)) return bytes;
  const whole = async function* () {
    yield await Promise.resolve(bytes);
  };
  return collect(gunzipPieces(whole, entry.name), entry.name, limit);
}

const folderOf = (path: string) => clean(path).replace(/[^/]*$/, '');

/** Links of an archive as further names of the files that they stand for. */
function resolveLinks<T extends { path: string }>(
  real: readonly T[],
  targets: ReadonlyMap<string, string>,
  archive: string,
): { aliases: { path: string; source: T }[]; leftOut: LeftOut[] } {
  const byName = new Map(real.map((entry) => [clean(entry.path), entry]));
  const aliases: { path: string; source: T }[] = [];
  const leftOut: LeftOut[] = [];
  for (const [path, target] of targets) {
    const found = resolveLink(clean(path), target, byName, targets);
    if (found.length === 0)
      leftOut.push({
        what: `${archive}: ${path}`,
        count: 1,
        unit: 'files',
        why: `is a link to ${target}, which is not in the archive`,
      });
    const [file] = found;
    if (
      found.length === 1 &&
      file &&
      !target.startsWith('//') &&
      folderOf(file.source.path) === folderOf(path)
    )
      // The same image twice in one class.
      leftOut.push({
        what: `${archive}: ${path}`,
        count: 1,
        unit: 'files',
        why: `is a link to ${target} beside it`,
      });
    else aliases.push(...found.filter(({ path: alias }) => !byName.has(alias)));
  }
  return { aliases, leftOut };
}

/** A tar archive has no list: one pass finds out what is there (and that the archive is whole), a second one reads. */
async function openTar(
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
          `${file.path} holds some files more than once (such as ${repeated}); the last of each is read.`,
        ]
      : [],
    leftOut,
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
