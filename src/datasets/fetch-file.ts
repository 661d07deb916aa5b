import { DatasetError } from './dataset.ts';

/**
 * Downloads a file, counting its bytes as they arrive (unpacked, where the server compressed the transfer).
 * @throws DatasetError naming the address when it cannot be had.
 */
export async function fetchFile(
  url: string,
  onBytes: (loaded: number) => void = () => {},
): Promise<Uint8Array> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch {
    throw new DatasetError(`${url} could not be reached: check the connection and try again.`);
  }
  if (!response.ok || !response.body) {
    throw new DatasetError(
      `${url}: the server answered ${response.status} ${response.statusText}: is the lab deployed with its data folder?`,
    );
  }
  const chunks: Uint8Array[] = [];
  let loaded = 0;
  const reader = response.body.getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      chunks.push(part.value);
      loaded += part.value.length;
      onBytes(loaded);
    }
  } catch {
    throw new DatasetError(
      `${url}: the download was interrupted after ${loaded} bytes: try again.`,
    );
  }
  const bytes = new Uint8Array(loaded);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}
