/** Where a zip archive's list of entries is, by the record at its end (APPNOTE.TXT 6.3: sections 4.3.14 to 4.3.16). */
import type { DatasetError } from '../dataset.ts';
import { viewOf } from './bytes.ts';
import { readRange, type SourceFile } from './source.ts';

export const directorySignature = 0x02014b50;
const endSignature = 0x06054b50;
const end64Signature = 0x06064b50;
const end64LocatorSignature = 0x07064b50;

/** An error at a byte of the archive. */
export type Wrong = (offset: number, expected: string, found?: string) => DatasetError;

export async function findDirectory(
  file: SourceFile,
  wrong: Wrong,
): Promise<{ start: number; end: number; count: number; prefix: number; zip64: boolean }> {
  // The record at the end is 22 bytes and a comment of up to 65,535.
  const from = Math.max(0, file.size - 22 - 0xffff);
  const tail = await readRange(file, from, file.size);
  const view = viewOf(tail);
  let at = tail.length - 22;
  while (at >= 0 && view.getUint32(at, true) !== endSignature) at--;
  if (at < 0) throw wrong(file.size, 'the record that ends a zip file', 'none');
  const count = view.getUint16(at + 10, true);
  const size = view.getUint32(at + 12, true);
  const start = view.getUint32(at + 16, true);
  const locator = at - 20;
  if (locator >= 0 && view.getUint32(locator, true) === end64LocatorSignature) {
    const offset = Number(view.getBigUint64(locator + 8, true));
    if (offset + 56 > file.size)
      throw wrong(from + locator, 'a Zip64 record inside the file', `byte ${offset}`);
    const record = viewOf(await readRange(file, offset, offset + 56));
    if (record.getUint32(0, true) !== end64Signature) throw wrong(offset, 'a Zip64 record');
    const start64 = Number(record.getBigUint64(48, true));
    return {
      start: start64,
      end: start64 + Number(record.getBigUint64(40, true)),
      count: Number(record.getBigUint64(32, true)),
      prefix: 0,
      zip64: true,
    };
  }
  // The list ends where this record begins. What it says of the list's place is short by a program that unpacks itself in
  // front of the archive, or by multiples of 4 GiB.
  const real = from + at - size;
  const plain = { count, prefix: 0, zip64: false };
  if (real < 0) return { ...plain, start, end: start + size };
  if (real <= start || (real - start) % 2 ** 32 === 0)
    return { ...plain, start: real < start ? start : real, end: Math.max(start, real) + size };
  const signature = viewOf(await readRange(file, real, Math.min(real + 4, file.size)));
  return count > 0 &&
    signature.byteLength === 4 &&
    signature.getUint32(0, true) === directorySignature
    ? { ...plain, start: real, end: real + size, prefix: real - start }
    : { ...plain, start, end: start + size };
}
