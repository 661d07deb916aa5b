/**
 * PNG, JPEG and WebP by their bytes: which it is, how large, and whether it is whole. Decoders make up what is missing in
 * a damaged image; a data set must not hold made-up pixels, and must not be asked to hold a picture of a billion.
 */
import { DatasetError } from '../dataset.ts';
import { crc32, latin1, viewOf } from './bytes.ts';

export type ImageFormat = 'image/png' | 'image/jpeg' | 'image/webp';

export interface ImageHeader {
  format: ImageFormat;
  /** Pixels, before any orientation is applied. */
  width: number;
  height: number;
}

export const isImageName = (path: string): boolean => /\.(png|jpe?g|webp)$/i.test(path);

export function imageFormatOf(head: Uint8Array): ImageFormat | null {
  if (latin1(head, 0, 8) === '\x89PNG\r\n\x1a\n') return 'image/png';
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return 'image/jpeg';
  return latin1(head, 0, 4) === 'RIFF' && latin1(head, 8, 12) === 'WEBP' ? 'image/webp' : null;
}

/** @throws DatasetError naming the file, the offset and what was expected. */
export function readImageHeader(bytes: Uint8Array, name: string, pixelLimit: number): ImageHeader {
  const format = imageFormatOf(bytes);
  const wrong = (offset: number, expected: string) =>
    new DatasetError(`${name}: byte ${offset}: expected ${expected}.`);
  if (!format)
    throw new DatasetError(`${name}: expected a PNG, JPEG or WebP image, found something else.`);
  const read = { 'image/png': pngSize, 'image/jpeg': jpegSize, 'image/webp': webpSize }[format];
  const [width, height] = read(bytes, wrong);
  if (width === 0 || height === 0)
    throw new DatasetError(
      `${name}: image size: expected at least 1 x 1, found ${width} x ${height}.`,
    );
  if (width * height > pixelLimit) {
    throw new DatasetError(
      `${name}: image size: expected at most ${pixelLimit / 1e6} million pixels, found ${width} x ${height}.`,
    );
  }
  return { format, width, height };
}

type Wrong = (offset: number, expected: string) => DatasetError;

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
