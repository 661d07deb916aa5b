import { DatasetError } from './dataset.ts';

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

function damaged(file: string, kind: string, error: unknown): DatasetError {
  const reason = error instanceof Error ? error.message : String(error);
  return new DatasetError(`${file} is not a whole ${kind} file (${reason}): download it again.`);
}
