/**
 * Random resized crop, as torchvision's RandomResizedCrop draws it with its default scale and ratio (Szegedy et al.,
 * arXiv 1409.4842, section 6), and the bilinear resize of a region, area-aware where it reduces (antialias).
 */
import { below, hash } from './random.ts';

/** Part of an image, pixels. */
export interface Region {
  readonly top: number;
  readonly left: number;
  readonly width: number;
  readonly height: number;
}

const scale = [0.08, 1] as const;
const ratio = [3 / 4, 4 / 3] as const;
const tries = 10;
const cropStream = 0xc2c;

/** The region of image `image` in epoch `epoch`: 8 to 100 % of the area, 3:4 to 4:3; after ten misses the middle. */
export function drawRegion(
  width: number,
  height: number,
  [seed, epoch, image]: readonly [seed: number, epoch: number, image: number],
): Region {
  const key = hash(seed, cropStream, epoch, image);
  const uniform = (index: number, [low, high]: readonly [number, number]) =>
    low + (high - low) * (hash(key, index) / 0x1_0000_0000);
  const logRatio = [Math.log(ratio[0]), Math.log(ratio[1])] as const;
  for (let i = 0; i < 4 * tries; i += 4) {
    const area = width * height * uniform(i, scale);
    const shape = Math.exp(uniform(i + 1, logRatio));
    const w = Math.round(Math.sqrt(area * shape));
    const h = Math.round(Math.sqrt(area / shape));
    if (w < 1 || h < 1 || w > width || h > height) continue;
    return {
      top: below(height - h + 1, key, i + 2),
      left: below(width - w + 1, key, i + 3),
      width: w,
      height: h,
    };
  }
  return middle(width, height);
}

/** As much of the middle as keeps the ratio within its bounds. */
function middle(width: number, height: number): Region {
  const shape = width / height;
  const w = shape > ratio[1] ? Math.round(height * ratio[1]) : width;
  const h = shape < ratio[0] ? Math.round(width / ratio[0]) : height;
  return { top: (height - h) >> 1, left: (width - w) >> 1, width: w, height: h };
}

/** Pixels of an image: rows of `width`, `stride` bytes each. With more bytes than `channels`, the last is alpha. */
export interface SourcePixels {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly stride: number;
}

/**
 * Resizes a region to a square, by a triangle filter as wide as an output pixel (Pillow's and torchvision's bilinear with
 * antialias); nothing outside of the region counts. Transparent pixels are seen on black.
 * @returns bytes, target * target * channels
 */
export function resizeRegion(
  { data, width, stride }: SourcePixels,
  { top, left, width: w, height: h }: Region,
  target: number,
  channels: number,
): Uint8Array {
  const columns = filterOf(w, target);
  const rows = filterOf(h, target);
  const hasAlpha = stride > channels;
  const lines = new Float32Array(h * target * channels);
  for (let y = 0, out = 0; y < h; y++) {
    const line = ((top + y) * width + left) * stride;
    for (const { first, weights } of columns) {
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0;
        let at = line + first * stride;
        for (let i = 0; i < weights.length; i++, at += stride) {
          const value = data[at + channel]!;
          const alpha = hasAlpha ? data[at + stride - 1]! : 255;
          sum += weights[i]! * (alpha === 255 ? value : (value * alpha) / 255);
        }
        lines[out++] = sum;
      }
    }
  }
  const result = new Uint8Array(target * target * channels);
  const length = target * channels;
  const sums = new Float32Array(length);
  rows.forEach(({ first, weights }, y) => {
    sums.fill(0);
    for (let i = 0; i < weights.length; i++) {
      const weight = weights[i]!;
      const line = (first + i) * length;
      for (let x = 0; x < length; x++) sums[x]! += weight * lines[line + x]!;
    }
    for (let x = 0; x < length; x++) result[y * length + x] = Math.round(sums[x]!);
  });
  return result;
}

/** What output pixel i is made of along one axis: input pixels from `first` on, by weights that add up to 1. */
function filterOf(size: number, target: number): { first: number; weights: Float32Array }[] {
  const factor = size / target;
  const support = Math.max(1, factor);
  return Array.from({ length: target }, (_, i) => {
    const center = (i + 0.5) * factor;
    const first = Math.max(0, Math.floor(center - support + 0.5));
    const end = Math.min(size, Math.floor(center + support + 0.5));
    const weights = Float32Array.from({ length: end - first }, (_, j) =>
      Math.max(0, 1 - Math.abs((first + j + 0.5 - center) / support)),
    );
    const sum = weights.reduce((a, b) => a + b, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}
