/** Makers of small images in formats that the lab decodes itself, for tests. @param rgb bytes, row by row */
import { viewOf } from '../files/bytes.ts';
import { concat } from '../files/testing.ts';

const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** 24 bits, bottom up. */
export function makeBmp(rgb: Uint8Array, width: number, height: number): Uint8Array {
  const stride = Math.ceil((width * 3) / 4) * 4;
  const bytes = new Uint8Array(54 + stride * height);
  const view = viewOf(bytes);
  bytes.set(ascii('BM'));
  view.setUint32(2, bytes.length, true);
  view.setUint32(10, 54, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, width, true);
  view.setInt32(22, height, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, 24, true);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < 3; c++)
        bytes[54 + (height - 1 - y) * stride + x * 3 + c] = rgb[(y * width + x) * 3 + 2 - c]!;
  return bytes;
}

export const makePpm = (rgb: Uint8Array, width: number, height: number): Uint8Array =>
  concat(ascii(`P6\n# made\n${width} ${height}\n255\n`), rgb);

/** Little-endian, one strip, not compressed. */
export function makeTiff(rgb: Uint8Array, width: number, height: number): Uint8Array {
  const entries: readonly (readonly [tag: number, type: number, count: number, value: number])[] = [
    [256, 3, 1, width],
    [257, 3, 1, height],
    [258, 3, 3, 8 + rgb.length],
    [259, 3, 1, 1],
    [262, 3, 1, 2],
    [273, 4, 1, 8],
    [277, 3, 1, 3],
    [278, 3, 1, height],
    [279, 4, 1, rgb.length],
  ];
  const directory = 8 + rgb.length + 6;
  const bytes = new Uint8Array(directory + 2 + entries.length * 12 + 4);
  const view = viewOf(bytes);
  bytes.set(ascii('II*\0'));
  view.setUint32(4, directory, true);
  bytes.set(rgb, 8);
  for (let i = 0; i < 3; i++) view.setUint16(8 + rgb.length + 2 * i, 8, true);
  view.setUint16(directory, entries.length, true);
  entries.forEach(([tag, type, count, value], i) => {
    const at = directory + 2 + i * 12;
    view.setUint16(at, tag, true);
    view.setUint16(at + 2, type, true);
    view.setUint32(at + 4, count, true);
    view.setUint32(at + 8, value, true);
  });
  return bytes;
}

/** Gray levels as a palette; codes of 9 bits, with a clear code before the table grows. */
export function makeGif(gray: Uint8Array, width: number, height: number): Uint8Array {
  const codes: number[] = [];
  gray.forEach((level, i) => {
    if (i % 200 === 0) codes.push(256);
    codes.push(level);
  });
  codes.push(257);
  const packed = new Uint8Array(Math.ceil((codes.length * 9) / 8));
  codes.forEach((code, i) => {
    for (let bit = 0; bit < 9; bit++)
      if ((code >> bit) & 1) packed[(i * 9 + bit) >> 3]! |= 1 << ((i * 9 + bit) & 7);
  });
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < packed.length; at += 255) {
    const part = packed.subarray(at, at + 255);
    blocks.push(Uint8Array.of(part.length), part);
  }
  const size = [width & 255, width >> 8, height & 255, height >> 8];
  return concat(
    ascii('GIF89a'),
    Uint8Array.of(...size, 0xf7, 0, 0),
    Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3)),
    Uint8Array.of(0x2c, 0, 0, 0, 0, ...size, 0, 8),
    ...blocks,
    Uint8Array.of(0, 0x3b),
  );
}
