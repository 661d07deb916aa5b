/**
 * One view of everything that holds files: a folder, a zip or tar archive, gzipped or not, and archives inside of these.
 * Archives are recognized by their bytes, not by their names. What an archive inside a folder holds appears in a folder of
 * the archive's name.
 */
import { DatasetError } from '../dataset.ts';
import { gunzipPieces } from '../gzip.ts';
import { isImageName } from '../images/header.ts';
import type { LeftOut } from '../outline.ts';
import { baseName, byPath, hex } from './bytes.ts';
import { isDebris } from './debris.ts';
import { files, isGzipped } from './entry.ts';
import type { Container, Entry, Opening, Use } from './entry.ts';
import { openFolder } from './folder-container.ts';
import { foreignFormatOf } from './foreign.ts';
import { piecesOf, readRange, type ReadContext, type SourceFile } from './source.ts';
import { isTar } from './tar.ts';
import { openTar } from './tar-container.ts';
import { openZip } from './zip-container.ts';
import { isZip } from './zip.ts';

export interface Archive {
  readonly name: string;
  /** In order of path. */
  readonly entries: readonly Entry[];
  /** What was decided on the way, in sentences. */
  readonly notes: readonly string[];
  readonly leftOut: readonly LeftOut[];
  /** It has an archive that can only be read from its start, as tar. */
  readonly sequential: boolean;
  /** Hands over the whole bytes of the entries wanted, one after the other, in the order that is fastest. */
  visit(wanted: ReadonlySet<Entry>, use: Use): Promise<void>;
}

const deepest = 3;
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
    sequential: opener.containers.some(({ sequential }) => sequential),
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
          `${entry.name}: expected archives nested at most ${deepest} levels deep. Unpack it and choose the folder.`,
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
          why: 'has the same files as those next to it',
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
        `${entry.name}: archives inside archives take ${this.unpacked} bytes: expected at most ${this.context.limits.memoryBytes}. Unpack the outer one and choose the folder.`,
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
