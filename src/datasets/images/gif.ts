/** The first frame of a GIF image, by omggif: 0 dependencies, 30 KB, the reader that most GIF tools in npm are built on. */
import type { DecodedImage } from './image.ts';

export async function decodeGif(bytes: Uint8Array): Promise<DecodedImage> {
  const { GifReader } = await import('omggif');
  const reader = new GifReader(bytes as Uint8Array<ArrayBuffer> & number[]);
  if (reader.numFrames() === 0) throw new Error('it has no frame');
  const { width, height } = reader;
  const frame = reader.frameInfo(0);
  if (
    frame.width === 0 ||
    frame.height === 0 ||
    frame.x + frame.width > width ||
    frame.y + frame.height > height
  )
    throw new Error('its first frame does not lie inside the image');
  // The reader fills up a frame whose codes end early: what is missing must not be taken for pixels.
  if (!isWhole(bytes, frame.data_offset, frame.width * frame.height))
    throw new Error('its first frame is cut off');
  const data = new Uint8Array(width * height * 4);
  reader.decodeAndBlitFrameRGBA(0, data);
  return { width, height, data };
}

/** Counts the pixels that the frame's codes stand for (GIF89a, appendix F), without writing any. */
function isWhole(bytes: Uint8Array, start: number, expected: number): boolean {
  const least = bytes[start]!;
  if (least < 1 || least > 11) return false;
  const clear = 1 << least;
  const lengths = new Uint32Array(4096);
  let [at, left] = [start + 1, 0];
  let [bits, held] = [0, 0];
  let [width, next, last, total] = [least + 1, clear + 2, -1, 0];
  for (;;) {
    while (held < width) {
      if (left === 0) {
        left = bytes[at++] ?? 0;
        if (left === 0) return total >= expected;
      }
      bits |= (bytes[at++] ?? 0) << held;
      held += 8;
      left--;
    }
    const code = bits & ((1 << width) - 1);
    bits >>>= width;
    held -= width;
    if (code === clear + 1) return total >= expected;
    if (code === clear) {
      [width, next, last] = [least + 1, clear + 2, -1];
      continue;
    }
    const lengthOf = (one: number) => (one < clear ? 1 : lengths[one]!);
    const length = code < next ? lengthOf(code) : last < 0 ? 0 : lengthOf(last) + 1;
    if (length === 0) return false;
    total += length;
    if (total > expected) return false;
    if (last >= 0 && next < 4096) {
      lengths[next++] = lengthOf(last) + 1;
      if (next >= 1 << width && width < 12) width++;
    }
    last = code;
  }
}
