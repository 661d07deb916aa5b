/**
 * Training augmentation: a random resized crop, a crop of the zero-padded image, a horizontal flip, AutoAugment and cutout,
 * each a pure function of its keys.
 */
import { autoAugment } from './auto-augment.ts';
import { below, hash } from './random.ts';
import { drawRegion, resizeRegion } from './random-crop.ts';

/** Of `data` in a search's or a training's settings. */
export interface AugmentationSettings {
  readonly cropPadding: number;
  readonly flip: boolean;
  readonly cutout?: number;
  readonly autoAugment?: boolean;
  readonly randomResizedCrop?: boolean;
}

/** Which image in which epoch: with it, the same augmentation is drawn again. */
export type AugmentationKeys = readonly [seed: number, epoch: number, image: number];

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
  { cropPadding, flip }: Pick<AugmentationSettings, 'cropPadding' | 'flip'>,
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
  [seed, epoch, number]: AugmentationKeys,
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
 * What else augmentation starts from: a random region of the image where the settings ask for one.
 * @param source bytes, sourceSize * sourceSize * channels
 * @returns bytes, size * size * channels; the source itself where no region is drawn, which must have this size then.
 */
export function croppedSquare(
  source: Uint8Array,
  sourceSize: number,
  { size, channels }: { size: number; channels: number },
  { randomResizedCrop }: AugmentationSettings,
  keys: AugmentationKeys,
): Uint8Array {
  if (!randomResizedCrop) return source;
  const region = drawRegion(sourceSize, sourceSize, keys);
  const pixels = { data: source, width: sourceSize, stride: channels };
  return resizeRegion(pixels, region, size, channels);
}

/** Where an image goes, and as what values. */
export interface ImagePlace {
  readonly size: number;
  readonly channels: number;
  /** As `writeImage` takes them. */
  readonly levels: Float32Array;
  readonly target: Float32Array;
  readonly offset: number;
  /** What cutout leaves: the mean, which is 0 once normalized. */
  readonly blank?: number;
}

/** Writes an image (bytes, size * size * channels, its region cropped already) as an epoch of training sees it. */
export function writeAugmented(
  image: Uint8Array,
  settings: AugmentationSettings,
  keys: AugmentationKeys,
  { size, channels, levels, target, offset, blank = 0 }: ImagePlace,
): void {
  const augmentation = drawAugmentation(settings, ...keys);
  if (settings.autoAugment) {
    const moved = { size, channels, data: moveImage(image, size, channels, augmentation) };
    const seen = autoAugment(moved, keys);
    writeImage(seen.data, size, channels, noAugmentation, levels, target, offset);
  } else writeImage(image, size, channels, augmentation, levels, target, offset);
  const { cutout = 0 } = settings;
  if (cutout > 0) {
    const written = target.subarray(offset, offset + size * size * channels);
    cutOut(written, size, channels, cutout, keys, blank);
  }
}

/** Levels of pixels that are to be looked at, not normalized: each byte's value is itself. */
export const bytesAsTheyAre = (channels: number): Float32Array =>
  Float32Array.from({ length: channels * 256 }, (_, i) => i % 256);

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
