import { Gunzip } from 'fflate';
import { DatasetError } from './dataset.ts';
import { crc32Step } from './files/bytes.ts';

export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/**
 * Unpacks gzipped bytes; any others are returned as they are. Servers may send a .gz file with `Content-Encoding: gzip`,
 * and then the browser has unpacked it already: only the bytes tell.
 * @throws DatasetError naming the file when it is damaged or cut off.
 */
export async function gunzip(bytes: Uint8Array, file: string): Promise<Uint8Array> {
  if (!isGzip(bytes)) return bytes;
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>])
    .stream()
    .pipeThrough(new DecompressionStream('gzip'));
  try {
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch (error) {
    throw damaged(file, 'gzip', error);
  }
}

/**
 * Unpacks a stream of bytes, piece by piece. To stop early, leave the loop over it.
 * @param format `deflate-raw` is what zip files hold.
 * @throws DatasetError naming the file when it is damaged or cut off.
 */
export async function* inflatePieces(
  pieces: AsyncGenerator<Uint8Array>,
  file: string,
  format: 'gzip' | 'deflate-raw' = 'gzip',
): AsyncGenerator<Uint8Array> {
  let sourceError: unknown;
  const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      try {
        const next = await pieces.next();
        if (next.done) controller.close();
        else controller.enqueue(next.value as Uint8Array<ArrayBuffer>);
      } catch (error) {
        sourceError = error;
        controller.error(error);
      }
    },
    async cancel() {
      await pieces.return(undefined);
    },
  });
  const reader = source.pipeThrough(new DecompressionStream(format)).getReader();
  let whole = false;
  try {
    for (;;) {
      let part: ReadableStreamReadResult<Uint8Array>;
      try {
        part = await reader.read();
      } catch (error) {
        throw sourceError ?? damaged(file, format === 'gzip' ? 'gzip' : 'compressed', error);
      }
      if (part.done) break;
      yield part.value;
    }
    whole = true;
  } finally {
    if (!whole) await reader.cancel().catch(() => {});
  }
}

/**
 * Unpacks a gzip file of any number of members, padded with zeros or not (RFC 1952, section 2.2). The platform's decoder is
 * tried first, for its speed; browsers' take one member only, so where it fails all is unpacked again by one that takes
 * more, past what has been handed on.
 * @param open the packed bytes from the start
 * @throws DatasetError naming the file when it is damaged or cut off.
 */
export async function* gunzipPieces(
  open: () => AsyncGenerator<Uint8Array>,
  file: string,
): AsyncGenerator<Uint8Array> {
  let done = 0;
  try {
    for await (const piece of inflatePieces(open(), file)) {
      done += piece.length;
      yield piece;
    }
    return;
  } catch (error) {
    if (!(error instanceof DatasetError)) throw error;
  }
  let at = 0;
  for await (const piece of gunzipMembers(open(), file)) {
    const skip = Math.min(piece.length, Math.max(0, done - at));
    at += piece.length;
    if (skip < piece.length) yield piece.subarray(skip);
  }
}

/** Bytes of the end in which the last member's trailer is looked for: padding may follow it. */
const tailBytes = 1 << 20;

/** fflate's decoder does not check the trailers (CRC-32 and length): that is done here. */
async function* gunzipMembers(
  pieces: AsyncGenerator<Uint8Array>,
  file: string,
): AsyncGenerator<Uint8Array> {
  let out: Uint8Array[] = [];
  let crc = -1;
  let length = 0;
  let tail: Uint8Array = new Uint8Array(0);
  let read = 0;
  let problem = '';
  const trailer = () => {
    const bytes = new Uint8Array(8);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, ~crc >>> 0, true);
    view.setUint32(4, length % 2 ** 32, true);
    return bytes;
  };
  const matches = (at: number) =>
    at >= 0 && trailer().every((byte, i) => tail[at + i] === byte) && at + 8 <= tail.length;
  const unpacker = new Gunzip((part) => {
    crc = crc32Step(crc, part);
    length += part.length;
    out.push(part);
  });
  unpacker.onmember = (offset) => {
    if (!matches(offset - (read - tail.length) - 8)) problem ||= 'a checksum does not match';
    crc = -1;
    length = 0;
  };
  const push = (piece: Uint8Array, isLast: boolean) => {
    const joined = new Uint8Array(Math.min(tail.length, tailBytes) + piece.length);
    joined.set(tail.subarray(Math.max(0, tail.length - tailBytes)));
    joined.set(piece, joined.length - piece.length);
    tail = joined;
    read += piece.length;
    // What follows the last member may be padding: zeros to the end.
    if (problem) return piece.every((byte) => byte === 0);
    try {
      unpacker.push(piece.slice(), isLast);
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
    return true;
  };
  // The decoder keeps back what more input might change, so the last piece must be marked.
  let waiting: Uint8Array | null = null;
  try {
    for await (const piece of pieces) {
      if (waiting && !push(waiting, false)) break;
      yield* out;
      out = [];
      waiting = piece;
    }
    if (waiting) push(waiting, true);
    yield* out;
    out = [];
  } finally {
    await pieces.return(undefined);
  }
  let end = tail.length;
  while (end > 0 && tail[end - 1] === 0) end--;
  // The trailer's own last bytes may be zeros.
  const ends = Array.from({ length: 9 }, (_, zeros) => end + zeros - 8);
  if (/checksum/.test(problem) || !ends.some(matches))
    throw damaged(file, 'gzip', problem || 'it is cut off, or its checksum does not match');
}

function damaged(file: string, kind: string, error: unknown): DatasetError {
  const reason = error instanceof Error ? error.message : String(error);
  return new DatasetError(`${file} is not a complete ${kind} file (${reason}): download it again.`);
}
