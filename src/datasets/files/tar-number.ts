/** Numbers in a header of a tar archive. */
import { latin1 } from './bytes.ts';

/** Octal digits; or, from GNU, a binary number marked by the first bit. */
export function octal(header: Uint8Array, start: number, length: number): number {
  if (header[start]! & 0x80) {
    let value = header[start]! & 0x7f;
    for (let i = 1; i < length; i++) value = value * 256 + header[start + i]!;
    return value;
  }
  const digits = latin1(header, start, start + length)
    .replace(/\0.*$/s, '')
    .trim();
  return /^[0-7]*$/.test(digits) ? parseInt(digits || '0', 8) : NaN;
}
