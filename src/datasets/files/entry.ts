/** A file of a folder or archive, before it is known what it is; and what the containers of such files have in common. */
import { gunzipPieces } from '../gzip.ts';
import type { LeftOut } from '../outline.ts';
import { collect, type ReadContext, type SourceFile } from './source.ts';

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

export type Use = (entry: Entry, bytes: Uint8Array) => void | Promise<void>;

/** One folder or archive of the tree. */
export interface Container {
  entries: Entry[];
  notes: string[];
  leftOut: LeftOut[];
  /** Every visit goes through all of it: it is not for reading some entries now and then. */
  sequential?: boolean;
  visit(wanted: ReadonlySet<Entry>, use: Use): Promise<void>;
}

export interface Opening extends ReadContext {
  /** Of names in zip and tar archives that do not say; null = guess. */
  encoding: string | null;
}

/** Files of the user's, by their entries: archives among them are read where they lie. */
export const files = new WeakMap<Entry, SourceFile>();
/** Entries whose bytes are unpacked from gzip on the way. */
export const isGzipped = new WeakSet<Entry>();

export function headOf(read: (length: number) => Promise<Uint8Array>): Entry['head'] {
  let known: Promise<Uint8Array> | undefined;
  return (length = headBytes) => {
    if (length > headBytes) return read(length);
    known ??= read(headBytes);
    return known.then((bytes) => bytes.subarray(0, length));
  };
}

export async function firstBytes(
  pieces: AsyncGenerator<Uint8Array>,
  length: number,
): Promise<Uint8Array> {
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

/** What a gzipped entry of an archive holds. */
export async function plainBytes(
  entry: Entry,
  bytes: Uint8Array,
  limit: number,
): Promise<Uint8Array> {
  if (!isGzipped.has(entry)) return bytes;
  const whole = async function* () {
    yield await Promise.resolve(bytes);
  };
  return collect(gunzipPieces(whole, entry.name), entry.name, limit);
}
