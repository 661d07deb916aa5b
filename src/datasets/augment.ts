/** Training augmentation: a crop of the zero-padded image, a horizontal flip, and cutout, each a pure function of its keys. */
import { below, hash } from './random.ts';

export interface Augmentation {
  /** Offset of the crop in the unpadded image, pixels, -padding to padding. */
  readonly row: number;
  readonly column: number;
  readonly flip: boolean;
}

export const noAugmentation: Augmentation = { row: 0, column: 0, flip: false };

const augmentStream = 0xa06;

/** The augmentation of image `image` in epoch `epoch`. */
export function drawAugmentation(
  { cropPadding, flip }: { cropPadding: number; flip: boolean },
  seed: number,
  epoch: number,
  image: number,
): Augmentation {
  const key = hash(seed, augmentStream, epoch, image);
  return {
    row: below(2 * cropPadding + 1, key, 0) - cropPadding,
    column: below(2 * cropPadding + 1, key, 1) - cropPadding,
    flip: flip && below(2, key, 2) === 1,
  };
}

/** Crop and flip of one image's bytes: what `writeImage` reads, before it is normalized. */
export function moveImage(
  image: Uint8Array,
  size: number,
  channels: number,
  augmentation: Augmentation,
): Uint8Array {
  const moved = new Float32Array(image.length);
  writeImage(image, size, channels, augmentation, bytesAsTheyAre(channels), moved, 0);
  return Uint8Array.from(moved);
}

const bytesAsTheyAre = (channels: number): Float32Array =>
  Float32Array.from({ length: channels * 256 }, (_, i) => i % 256);

const cutoutStream = 0xc07;

/**
 * Blanks a square around a random pixel, clipped by the image's border, with the mean (DeVries and Taylor, 2017).
 * @param image size * size * channels normalized values, so that the mean is 0; `blank` where they are not
 * @param side of the square, pixels
 */
export function cutOut(
  image: Float32Array,
  size: number,
  channels: number,
  side: number,
  [seed, epoch, number]: readonly [seed: number, epoch: number, image: number],
  blank = 0,
): void {
  const key = hash(seed, cutoutStream, epoch, number);
  const top = below(size, key, 0) - (side >> 1);
  const left = below(size, key, 1) - (side >> 1);
  const [first, end] = [Math.max(0, left), Math.min(size, left + side)];
  for (let y = Math.max(0, top); y < Math.min(size, top + side); y++) {
    image.fill(blank, (y * size + first) * channels, (y * size + end) * channels);
  }
}

/**
 * Writes one normalized image into a batch.
 * @param image bytes, size * size * channels
 * @param levels per channel the normalized value of each byte: channels * 256. Padding is byte 0, as is usual: black,
 * not the mean.
 * @param target where size * size * channels values go, from `offset` on
 */
export function writeImage(
  image: Uint8Array,
  size: number,
  channels: number,
  { row, column, flip }: Augmentation,
  levels: Float32Array,
  target: Float32Array,
  offset: number,
): void {
  for (let y = 0; y < size; y++) {
    const sourceY = y + row;
    const rowInside = sourceY >= 0 && sourceY < size;
    for (let x = 0; x < size; x++) {
      const sourceX = column + (flip ? size - 1 - x : x);
      const inside = rowInside && sourceX >= 0 && sourceX < size;
      const source = (sourceY * size + sourceX) * channels;
      for (let channel = 0; channel < channels; channel++) {
        target[offset++] = levels[channel * 256 + (inside ? image[source + channel]! : 0)]!;
      }
    }
  }
}
