/**
 * BMP, as Windows and OS/2 write it. The readers in npm either know one header only (fast-bmp 4: V5, no palettes) or have
 * not been kept since 2018 (bmp-js), so this is the project's own: 1 to 32 bits a pixel, palettes, bit masks, run lengths.
 */
import { viewOf } from '../files/bytes.ts';
import type { DecodedImage } from './image.ts';

const enum Packing {
  none = 0,
  runs8 = 1,
  runs4 = 2,
  masks = 3,
  masksWithAlpha = 6,
}

interface Header {
  width: number;
  height: number;
  topDown: boolean;
  bits: number;
  packing: number;
  /** Byte at which the pixels begin. */
  start: number;
  /** BGR, 3 or 4 bytes a colour. */
  palette: { at: number; step: number; length: number };
  /** Red, green, blue, alpha; 0 = none. */
  masks: readonly [number, number, number, number];
}

/** @throws Error with what is wrong. */
export function decodeBmp(bytes: Uint8Array): DecodedImage {
  const header = readHeader(bytes);
  const { width, height, bits, packing } = header;
  const data = new Uint8Array(width * height * 4);
  const put = (x: number, y: number, index: number) => {
    if (index >= header.palette.length) throw new Error(`colour ${index} is not in its palette`);
    const at = header.palette.at + index * header.palette.step;
    const out = (rowOf(header, y) * width + x) * 4;
    data[out] = bytes[at + 2]!;
    data[out + 1] = bytes[at + 1]!;
    data[out + 2] = bytes[at]!;
    data[out + 3] = 255;
  };
  if (packing === Packing.runs8 || packing === Packing.runs4) readRuns(bytes, header, put, data);
  else if (bits <= 8) readIndices(bytes, header, put);
  else readColours(bytes, header, data);
  return { width, height, data };
}

const rowOf = ({ height, topDown }: Header, y: number) => (topDown ? y : height - 1 - y);

function readHeader(bytes: Uint8Array): Header {
  const view = viewOf(bytes);
  const length = view.getUint32(14, true);
  const isOld = length <= 16;
  const tall = isOld ? view.getUint16(20, true) : view.getInt32(22, true);
  const [bits, packing] = isOld
    ? [view.getUint16(24, true), Packing.none]
    : [view.getUint16(28, true), view.getUint32(30, true)];
  if (![1, 2, 4, 8, 16, 24, 32].includes(bits)) throw new Error(`${bits} bits a pixel`);
  if (![0, 1, 2, 3, 6].includes(packing)) throw new Error(`compression method ${packing}`);
  if ((packing === Packing.runs8 && bits !== 8) || (packing === Packing.runs4 && bits !== 4))
    throw new Error(`compression method ${packing} with ${bits} bits a pixel`);
  const start = view.getUint32(10, true);
  const masked = packing === Packing.masks || packing === Packing.masksWithAlpha;
  // A short header has its masks behind it.
  const maskAt = 54;
  const afterHeader =
    14 + length + (masked && length === 40 ? (packing === Packing.masks ? 12 : 16) : 0);
  const step = isOld ? 3 : 4;
  const declared = isOld ? 0 : view.getUint32(46, true);
  const most = bits <= 8 ? 1 << bits : 0;
  const fits = Math.max(0, Math.floor((Math.min(start, bytes.length) - afterHeader) / step));
  const palette = { at: afterHeader, step, length: Math.min(declared || most, most, fits) };
  let masks: Header['masks'] = bits === 16 ? [0x7c00, 0x3e0, 0x1f, 0] : [0xff0000, 0xff00, 0xff, 0];
  if (masked) {
    const alpha =
      length >= 56 || packing === Packing.masksWithAlpha ? view.getUint32(maskAt + 12, true) : 0;
    masks = [
      view.getUint32(maskAt, true),
      view.getUint32(maskAt + 4, true),
      view.getUint32(maskAt + 8, true),
      alpha,
    ];
  }
  const width = isOld ? view.getUint16(18, true) : view.getInt32(18, true);
  if (width <= 0 || tall === 0) throw new Error(`a width of ${width} and a height of ${tall}`);
  return { width, height: Math.abs(tall), topDown: tall < 0, bits, packing, start, palette, masks };
}

function readIndices(
  bytes: Uint8Array,
  { width, height, bits, start }: Header,
  put: (x: number, y: number, index: number) => void,
): void {
  const stride = Math.ceil((width * bits) / 32) * 4;
  // The last row may lack its padding.
  if (start + stride * (height - 1) + Math.ceil((width * bits) / 8) > bytes.length)
    throw new Error('it is cut off');
  const mask = (1 << bits) - 1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const bit = x * bits;
      put(x, y, (bytes[start + y * stride + (bit >> 3)]! >> (8 - bits - (bit & 7))) & mask);
    }
  }
}

function readColours(bytes: Uint8Array, header: Header, data: Uint8Array): void {
  const { width, height, bits, start, masks } = header;
  const step = bits >> 3;
  const stride = Math.ceil((width * step) / 4) * 4;
  if (start + stride * (height - 1) + width * step > bytes.length) throw new Error('it is cut off');
  const channels = masks.map((mask) => {
    const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
    return { mask, shift, most: mask >>> shift };
  });
  for (let y = 0; y < height; y++) {
    let out = rowOf(header, y) * width * 4;
    let at = start + y * stride;
    for (let x = 0; x < width; x++, at += step) {
      let value = bytes[at]! | (bytes[at + 1]! << 8);
      if (step > 2) value |= bytes[at + 2]! << 16;
      if (step > 3) value |= bytes[at + 3]! << 24;
      for (let channel = 0; channel < 4; channel++) {
        const { mask, shift, most } = channels[channel]!;
        data[out++] =
          most === 0
            ? channel === 3
              ? 255
              : 0
            : Math.round((((value & mask) >>> shift) * 255) / most);
      }
    }
  }
}

/** Pairs of a count and a colour (8 bits), or of a count and two colours in turn (4 bits); count 0 is an escape. */
function readRuns(
  bytes: Uint8Array,
  header: Header,
  put: (x: number, y: number, index: number) => void,
  data: Uint8Array,
): void {
  const { width, height, bits, start } = header;
  const half = bits === 4;
  // Pixels that are skipped have colour 0.
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) put(x, y, 0);
  let [x, y, at] = [0, 0, start];
  const place = (index: number) => {
    if (x < width && y < height) put(x, y, index);
    x++;
  };
  for (;;) {
    if (at + 1 >= bytes.length) throw new Error('it is cut off');
    const [count, value] = [bytes[at]!, bytes[at + 1]!];
    at += 2;
    if (count > 0) {
      for (let i = 0; i < count; i++) place(half ? (i & 1 ? value & 15 : value >> 4) : value);
    } else if (value === 0) [x, y] = [0, y + 1];
    else if (value === 1) return;
    else if (value === 2) {
      x += bytes[at] ?? 0;
      y += bytes[at + 1] ?? 0;
      at += 2;
    } else {
      const length = half ? (value + 1) >> 1 : value;
      if (at + length > bytes.length) throw new Error('it is cut off');
      for (let i = 0; i < value; i++) {
        const byte = bytes[at + (half ? i >> 1 : i)]!;
        place(half ? (i & 1 ? byte & 15 : byte >> 4) : byte);
      }
      at += length + (length & 1);
    }
    if (y > height || data.length === 0) throw new Error('its rows do not end');
  }
}
