/** Files as readers see them, wherever they come from: a path, a size, and any part of the bytes. */
import { DatasetError } from '../dataset.ts';

export interface SourceFile {
  /** With folders, separated by '/': class folders are told by it. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  slice(start: number, end: number): Promise<Uint8Array>;
}

/** How far a long reading has come, in steps of its own choosing. */
export interface Progress {
  phase: 'looking' | 'reading' | 'storing';
  done: number;
  /** 0 = unknown. */
  total: number;
  unit: 'bytes' | 'images';
}

/** What every part of a reading is given: whom to tell, when to give up, how much is too much. */
export interface ReadContext {
  readonly signal: AbortSignal;
  readonly limits: Limits;
  progress(progress: Progress): void;
}

/** Bounds that no honest data set for this lab meets, and that a file made to exhaust memory does. */
export interface Limits {
  /** Bytes of all entries of an archive, unpacked. */
  archiveBytes: number;
  /** Bytes of one file or entry held in memory, and of the data set itself. */
  memoryBytes: number;
  entries: number;
  /** Pixels of one image before it is resized. */
  imagePixels: number;
}

export const defaultLimits: Limits = {
  archiveBytes: 32 * 2 ** 30,
  memoryBytes: 1_900_000_000,
  entries: 2_000_000,
  imagePixels: 64e6,
};

const pieceBytes = 1 << 20;

/** A file's bytes in order, piece by piece. */
export async function* piecesOf(
  file: SourceFile,
  signal: AbortSignal,
  start = 0,
  end = file.size,
): AsyncGenerator<Uint8Array> {
  for (let offset = start; offset < end; offset += pieceBytes) {
    signal.throwIfAborted();
    yield await readRange(file, offset, Math.min(end, offset + pieceBytes));
  }
}

/** @throws DatasetError when the file has become shorter or cannot be read. */
export async function readRange(file: SourceFile, start: number, end: number): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    bytes = await file.slice(start, end);
  } catch (error) {
    throw new DatasetError(
      `${file.path}: could not be read at byte ${start} (${messageOf(error)}): was it moved or changed? Choose it again.`,
    );
  }
  if (bytes.length !== end - start) {
    throw new DatasetError(
      `${file.path}: ends at byte ${start + bytes.length}, expected ${file.size} bytes: was it changed in the meantime?`,
    );
  }
  return bytes;
}

/**
 * Collects pieces into one array.
 * @param expected bytes there should be, where that is known: allocated at once.
 * @throws DatasetError naming `path` when there are more than `expected` or than `limit` bytes.
 */
export async function collect(
  pieces: AsyncIterable<Uint8Array>,
  path: string,
  limit: number,
  expected?: number,
): Promise<Uint8Array> {
  if (expected !== undefined && expected > limit) throw tooLarge(path, expected, limit);
  if (expected !== undefined) {
    const bytes = allocate(expected, path);
    let length = 0;
    for await (const piece of pieces) {
      if (length + piece.length > expected) {
        throw new DatasetError(
          `${path}: expected ${expected} bytes as its archive declares, found more. The archive is damaged or malicious.`,
        );
      }
      bytes.set(piece, length);
      length += piece.length;
    }
    if (length < expected)
      throw new DatasetError(`${path}: truncated: expected ${expected} bytes, found ${length}.`);
    return bytes;
  }
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const piece of pieces) {
    length += piece.length;
    if (length > limit) throw tooLarge(path, length, limit);
    parts.push(piece);
  }
  const bytes = allocate(length, path);
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/** @throws DatasetError instead of a RangeError when there is not so much memory. */
export function allocate(length: number, path: string): Uint8Array {
  try {
    return new Uint8Array(length);
  } catch {
    throw new DatasetError(
      `${path}: ${length} bytes do not fit in memory: close other tabs, or choose fewer or smaller images.`,
    );
  }
}

function tooLarge(path: string, found: number, limit: number): DatasetError {
  return new DatasetError(
    `${path}: expected at most ${limit} bytes unpacked, found ${found} or more.`,
  );
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
