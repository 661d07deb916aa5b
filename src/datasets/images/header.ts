/**
 * Images by their bytes: which format, how large, and whether they are whole. Decoders make up what is missing in a damaged
 * image; a data set must not hold made-up pixels, and must not be asked to hold a picture of a billion.
 */
import { DatasetError } from '../dataset.ts';
import { crc32, latin1, viewOf } from '../files/bytes.ts';
import { foreignFormatOf } from '../files/foreign.ts';

export type ImageFormat =
  | 'image/png'
  | 'image/jpeg'
  | 'image/webp'
  | 'image/gif'
  | 'image/bmp'
  | 'image/tiff'
  | 'image/x-portable-anymap';

export interface ImageHeader {
  format: ImageFormat;
  /** Pixels, before any orientation is applied. */
  width: number;
  height: number;
}

const names =
  /\.(png|apng|jpe?g|jpe|jfif|pjpe?g|webp|gif|bmp|dib|tiff?|ppm|pgm|pbm|pnm|avif|heic|heif|jp2|jxl|svg|ico|tga|psd)$/i;

/** By its name: a format that is read, or one that is counted as unreadable. */
export const isImageName = (path: string): boolean => names.test(path);

export function imageFormatOf(head: Uint8Array): ImageFormat | null {
  if (latin1(head, 0, 8) === '\x89PNG\r\n\x1a\n') return 'image/png';
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return 'image/jpeg';
  if (latin1(head, 0, 4) === 'RIFF' && latin1(head, 8, 12) === 'WEBP') return 'image/webp';
  if (/^GIF8[79]a/.test(latin1(head, 0, 6))) return 'image/gif';
  if (/^(II\x2a\0|MM\0\x2a|II\x2b\0|MM\0\x2b)/.test(latin1(head, 0, 4))) return 'image/tiff';
  if (isBmp(head)) return 'image/bmp';
  return /^P[1-6][\s#]/.test(latin1(head, 0, 3)) ? 'image/x-portable-anymap' : null;
}

/** Two letters are little to go by: the size of the header that follows must be a known one. */
function isBmp(head: Uint8Array): boolean {
  if (head.length < 18 || head[0] !== 0x42 || head[1] !== 0x4d) return false;
  return [12, 16, 40, 52, 56, 64, 108, 124].includes(viewOf(head).getUint32(14, true));
}

/** @throws DatasetError naming the file, the offset and what was expected. */
export function readImageHeader(bytes: Uint8Array, name: string, pixelLimit: number): ImageHeader {
  const format = imageFormatOf(bytes);
  const wrong = (offset: number, expected: string) =>
    new DatasetError(`${name}: byte ${offset}: expected ${expected}.`);
  if (bytes.length === 0)
    throw new DatasetError(`${name}: expected an image, found an empty file.`);
  if (!format) {
    const foreign = foreignFormatOf(bytes);
    throw new DatasetError(
      `${name}: expected a PNG, JPEG, WebP, GIF, BMP, TIFF or PPM image, found ${foreign ? `${foreign.what}. ${foreign.remedy}` : 'other data.'}`,
    );
  }
  const size = sizes[format](bytes, wrong);
  // A TIFF file's size is known once its directory is read.
  const [width, height] = size ?? [1, 1];
  if (width === 0 || height === 0)
    throw new DatasetError(
      `${name}: image size: expected at least 1 x 1, found ${width} x ${height}.`,
    );
  checkPixels(width, height, name, pixelLimit);
  return { format, width, height };
}

/** @throws DatasetError when an image is too large to be decoded. */
export function checkPixels(width: number, height: number, name: string, limit: number): void {
  if (width * height > limit) {
    throw new DatasetError(
      `${name}: image size: expected at most ${limit / 1e6} million pixels, found ${width} x ${height}.`,
    );
  }
}

type Wrong = (offset: number, expected: string) => DatasetError;
type SizeReader = (bytes: Uint8Array, wrong: Wrong) => [number, number] | null;

/** Every chunk's checksum, up to the end chunk. */
function pngSize(bytes: Uint8Array, wrong: Wrong): [number, number] {
  const view = viewOf(bytes);
  let at = 8;
  let size: [number, number] | null = null;
  for (;;) {
    if (at + 12 > bytes.length)
      throw wrong(bytes.length, 'an IEND chunk, found the end: the PNG image is cut off');
    const end = at + 8 + view.getUint32(at);
    const type = latin1(bytes, at + 4, at + 8);
    if (end + 4 > bytes.length)
      throw wrong(at, `all of chunk ${type}, found the end: the PNG image is cut off`);
    if (crc32(bytes.subarray(at + 4, end)) !== view.getUint32(end))
      throw wrong(at, `chunk ${type} with its checksum: the PNG image is damaged`);
    if (!size) {
      if (type !== 'IHDR' || end - at !== 21) throw wrong(at, 'an IHDR chunk of 13 bytes');
      size = [view.getUint32(at + 8), view.getUint32(at + 12)];
    }
    if (type === 'IEND') return size;
    at = end + 4;
  }
}

/** Segments up to the frame header; and an end-of-image marker after the data. */
function jpegSize(bytes: Uint8Array, wrong: Wrong): [number, number] {
  const view = viewOf(bytes);
  let at = 2;
  while (at + 9 < bytes.length) {
    if (bytes[at] !== 0xff) throw wrong(at, 'a JPEG marker (0xff)');
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at++;
      continue;
    }
    // Start of frame: C0 to CF but for DHT, JPG and DAC.
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      if (!endsWithMarker(bytes))
        throw wrong(
          bytes.length,
          'an end-of-image marker, found the end: the JPEG image is cut off',
        );
      return [view.getUint16(at + 7), view.getUint16(at + 5)];
    }
    at += 2 + view.getUint16(at + 2);
  }
  throw wrong(bytes.length, 'a frame header, found the end: the JPEG image is cut off');
}

/** Some cameras and tools leave bytes after the end of the image. */
function endsWithMarker(bytes: Uint8Array): boolean {
  for (let at = bytes.length - 2; at > 2; at--)
    if (bytes[at] === 0xff && bytes[at + 1] === 0xd9) return true;
  return false;
}

function webpSize(bytes: Uint8Array, wrong: Wrong): [number, number] {
  const view = viewOf(bytes);
  if (bytes.length < 30) throw wrong(bytes.length, 'a WebP image of at least 30 bytes');
  const declared = view.getUint32(4, true) + 8;
  if (declared > bytes.length)
    throw wrong(bytes.length, `${declared} bytes, found the end: the WebP image is cut off`);
  const bits24 = (at: number) => bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);
  switch (latin1(bytes, 12, 16)) {
    case 'VP8X':
      return [bits24(24) + 1, bits24(27) + 1];
    case 'VP8L': {
      const bits = view.getUint32(21, true);
      return [(bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1];
    }
    case 'VP8 ':
      return [view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff];
    default:
      throw wrong(12, 'a VP8, VP8L or VP8X chunk');
  }
}

/** The logical screen; and the trailer, for a frame that is cut off would be filled up. */
function gifSize(bytes: Uint8Array, wrong: Wrong): [number, number] {
  if (bytes.length < 14) throw wrong(bytes.length, 'a GIF header, found the end');
  const view = viewOf(bytes);
  return [view.getUint16(6, true), view.getUint16(8, true)];
}

function bmpSize(bytes: Uint8Array, wrong: Wrong): [number, number] {
  if (bytes.length < 30) throw wrong(bytes.length, 'a BMP header, found the end');
  const view = viewOf(bytes);
  return view.getUint32(14, true) <= 16
    ? [view.getUint16(18, true), view.getUint16(20, true)]
    : [Math.abs(view.getInt32(18, true)), Math.abs(view.getInt32(22, true))];
}

function ppmSize(bytes: Uint8Array, wrong: Wrong): [number, number] {
  const header = latin1(bytes, 0, 1024).replace(/#[^\n\r]*[\n\r]/g, ' ');
  const [, width, height] = /^P[1-6]\s+(\d{1,9})\s+(\d{1,9})\s/.exec(header) ?? [];
  if (!width || !height) throw wrong(2, 'the width and the height of a PPM image');
  return [Number(width), Number(height)];
}

const sizes: Readonly<Record<ImageFormat, SizeReader>> = {
  'image/png': pngSize,
  'image/jpeg': jpegSize,
  'image/webp': webpSize,
  'image/gif': gifSize,
  'image/bmp': bmpSize,
  'image/tiff': () => null,
  'image/x-portable-anymap': ppmSize,
};
