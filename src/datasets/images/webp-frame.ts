/** The first frame of an animated WebP image, as a still one (WebP container specification, "Animation"). */
import { latin1, viewOf } from '../files/bytes.ts';
import type { DecodedImage } from './image.ts';

export interface FirstFrame {
  /** A WebP file of the frame alone. */
  still: Uint8Array;
  /** Puts the decoded frame where it belongs on the canvas. */
  place(frame: DecodedImage): DecodedImage;
}

/** @returns null for an image that is not animated. @throws Error where its chunks are damaged. */
export function firstFrameOf(bytes: Uint8Array): FirstFrame | null {
  if (latin1(bytes, 12, 16) !== 'VP8X' || !(bytes[20]! & 2)) return null;
  const bits24 = (at: number) => bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);
  const view = viewOf(bytes);
  const [width, height] = [bits24(24) + 1, bits24(27) + 1];
  for (let at = 12; at + 8 <= bytes.length;) {
    const length = view.getUint32(at + 4, true);
    const begin = at + 8;
    if (begin + length > bytes.length) break;
    if (latin1(bytes, at, at + 4) === 'ANMF' && length > 16) {
      const [x, y] = [2 * bits24(begin), 2 * bits24(begin + 3)];
      const [w, h] = [bits24(begin + 6) + 1, bits24(begin + 9) + 1];
      if (x + w > width || y + h > height)
        throw new Error('its first frame lies outside the image');
      const still = stillOf(
        bytes.subarray(begin + 16, begin + length),
        bytes.subarray(begin + 6, begin + 12),
      );
      return { still, place: (frame) => placed(frame, x, y, width, height) };
    }
    at = begin + length + (length & 1);
  }
  throw new Error('it has no frame');
}

/** @param chunks ALPH and VP8, or VP8L @param size of the frame, as two numbers of 24 bits */
function stillOf(chunks: Uint8Array, size: Uint8Array): Uint8Array {
  const hasAlpha = latin1(chunks, 0, 4) === 'ALPH';
  const extended = hasAlpha ? 18 : 0;
  const still = new Uint8Array(12 + extended + chunks.length);
  const view = viewOf(still);
  const put = (at: number, text: string) => still.set(new TextEncoder().encode(text), at);
  put(0, 'RIFF');
  view.setUint32(4, still.length - 8, true);
  put(8, 'WEBP');
  if (hasAlpha) {
    put(12, 'VP8X');
    view.setUint32(16, 10, true);
    still[20] = 0x10;
    still.set(size, 24);
  }
  still.set(chunks, 12 + extended);
  return still;
}

function placed(
  frame: DecodedImage,
  x: number,
  y: number,
  width: number,
  height: number,
): DecodedImage {
  if (frame.width === width && frame.height === height) return frame;
  const data = new Uint8Array(width * height * 4);
  for (let row = 0; row < frame.height; row++)
    data.set(
      frame.data.subarray(row * frame.width * 4, (row + 1) * frame.width * 4),
      ((y + row) * width + x) * 4,
    );
  return { width, height, data };
}
