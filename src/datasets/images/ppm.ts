/** Portable bitmaps, graymaps and pixmaps (Netpbm's PBM, PGM, PPM), as text (P1 to P3) or bytes (P4 to P6). */
import { latin1 } from '../files/bytes.ts';
import type { DecodedImage } from './image.ts';

/** @throws Error with what is wrong. */
export function decodePpm(bytes: Uint8Array): DecodedImage {
  const kind = bytes[1]! - 0x30;
  let at = 2;
  const isSpace = (byte: number | undefined) => byte === 32 || (byte! >= 9 && byte! <= 13);
  const skip = () => {
    while (isSpace(bytes[at]) || bytes[at] === 0x23) {
      if (bytes[at] !== 0x23) at++;
      else while (at < bytes.length && bytes[at] !== 10 && bytes[at] !== 13) at++;
    }
  };
  const number = (most = 12): number => {
    skip();
    const begin = at;
    while (at - begin < most && bytes[at]! >= 0x30 && bytes[at]! <= 0x39) at++;
    if (at === begin) throw new Error(`expected a number at byte ${at}`);
    return Number(latin1(bytes, begin, at));
  };
  const [width, height] = [number(), number()];
  const isBits = kind === 1 || kind === 4;
  const most = isBits ? 1 : number();
  if (most < 1 || most > 65535) throw new Error(`a largest value of ${most}`);
  const channels = kind === 3 || kind === 6 ? 3 : 1;
  const isText = kind <= 3;
  // Exactly one space before bytes.
  if (!isText) at++;
  const count = width * height * channels;
  const width8 = Math.ceil(width / 8);
  const needed = isText ? count : isBits ? width8 * height : count * (most > 255 ? 2 : 1);
  if (bytes.length - at < needed) throw new Error('it is cut off');
  const sample = (i: number): number => {
    if (isText) return number(isBits ? 1 : 12);
    if (isBits) {
      const [y, x] = [Math.floor(i / width), i % width];
      return (bytes[at + y * width8 + (x >> 3)]! >> (7 - (x & 7))) & 1;
    }
    return most > 255 ? (bytes[at + 2 * i]! << 8) | bytes[at + 2 * i + 1]! : bytes[at + i]!;
  };
  const data = new Uint8Array(width * height * 4).fill(255);
  for (let i = 0; i < count; i++) {
    const value = Math.min(255, Math.round((sample(i) * 255) / most));
    if (channels === 3) data[Math.floor(i / 3) * 4 + (i % 3)] = value;
    else data.fill(isBits ? 255 - value : value, i * 4, i * 4 + 3);
  }
  return { width, height, data };
}
