import { DatasetError } from './dataset.ts';

/**
 * Unpacks gzipped bytes; any others are returned as they are. Servers may send a .gz file with `Content-Encoding: gzip`,
 * and then the browser has unpacked it already: only the bytes tell.
 * @throws DatasetError naming the file when it is damaged or cut off.
 */
export async function gunzip(bytes: Uint8Array, file: string): Promise<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream('gzip'));
  try {
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DatasetError(`${file} is not a whole gzip file (${reason}): download it again.`);
  }
}
