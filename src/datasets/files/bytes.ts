/** Small tools on bytes. */

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** CRC-32 as zip and PNG use it (ISO 3309). */
export const crc32 = (bytes: Uint8Array): number => ~crc32Step(-1, bytes) >>> 0;

/** The register after some more bytes. It begins with -1, and is inverted at the end. */
export function crc32Step(register: number, bytes: Uint8Array): number {
  let crc = register;
  for (let i = 0; i < bytes.length; i++) crc = crcTable[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8);
  return crc;
}

export const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** One character a byte. */
export function latin1(bytes: Uint8Array, start = 0, end = bytes.length): string {
  let text = '';
  for (let i = start; i < Math.min(end, bytes.length); i++) text += String.fromCharCode(bytes[i]!);
  return text;
}

export const hex = (value: number, digits = 2): string =>
  `0x${value.toString(16).padStart(digits, '0')}`;

/** Paths as people order them: data_batch_2 before data_batch_10. The same order on every machine. */
const collator = new Intl.Collator('en', { numeric: true });
export const byPath = (a: { path: string }, b: { path: string }): number =>
  collator.compare(a.path, b.path) || (a.path < b.path ? -1 : 1);

export const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
