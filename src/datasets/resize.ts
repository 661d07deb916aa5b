import type { Dataset, ImageSplit } from './dataset.ts';

/** All images of a set at another size. */
export function resizeDataset(dataset: Dataset, size: number): Dataset {
  const resized = (split: ImageSplit): ImageSplit => ({
    ...split,
    images: resizeImages(split.images, dataset.size, dataset.channels, size),
  });
  return { ...dataset, size, train: resized(dataset.train), test: resized(dataset.test) };
}

/**
 * Resizes square images by area averaging: an output pixel is the mean of the input area it covers, with parts of
 * pixels counted by their share. Exact for any factor, and free of the aliasing of point sampling.
 * @param images bytes, NHWC, count * size * size * channels
 * @returns bytes, NHWC, count * target * target * channels; `images` itself where the size stays.
 */
export function resizeImages(
  images: Uint8Array,
  size: number,
  channels: number,
  target: number,
): Uint8Array {
  if (target === size) return images;
  const count = images.length / (size * size * channels);
  const spans = areaSpans(size, target);
  const scale = (target / size) ** 2;
  const result = new Uint8Array(count * target * target * channels);
  let out = 0;
  for (let image = 0; image < count; image++) {
    const origin = image * size * size * channels;
    for (const rows of spans) {
      for (const columns of spans) {
        for (let channel = 0; channel < channels; channel++) {
          let sum = 0;
          for (let i = 0; i < rows.shares.length; i++) {
            const row = origin + ((rows.first + i) * size + columns.first) * channels + channel;
            let line = 0;
            for (let j = 0; j < columns.shares.length; j++)
              line += columns.shares[j]! * images[row + j * channels]!;
            sum += rows.shares[i]! * line;
          }
          result[out++] = Math.round(sum * scale);
        }
      }
    }
  }
  return result;
}

/**
 * Cuts the largest square out of an image's middle and averages it to `target` pixels a side, as the above does.
 * Transparent pixels are seen on black.
 * @param rgba bytes, height * width * 4
 * @param result where target * target * 3 bytes go, from `offset` on
 */
export function squareFromRgba(
  rgba: Uint8Array | Uint8ClampedArray,
  width: number,
  height: number,
  target: number,
  result: Uint8Array,
  offset: number,
): void {
  const size = Math.min(width, height);
  const top = (height - size) >> 1;
  const left = (width - size) >> 1;
  const spans = areaSpans(size, target);
  const scale = (target / size) ** 2;
  let out = offset;
  for (const rows of spans) {
    for (const columns of spans) {
      let [red, green, blue] = [0, 0, 0];
      for (let i = 0; i < rows.shares.length; i++) {
        let at = ((top + rows.first + i) * width + left + columns.first) * 4;
        for (let j = 0; j < columns.shares.length; j++, at += 4) {
          const share = rows.shares[i]! * columns.shares[j]! * (rgba[at + 3]! / 255);
          red += share * rgba[at]!;
          green += share * rgba[at + 1]!;
          blue += share * rgba[at + 2]!;
        }
      }
      result[out++] = Math.round(red * scale);
      result[out++] = Math.round(green * scale);
      result[out++] = Math.round(blue * scale);
    }
  }
}

/** What output pixel i covers along one axis: input pixels from `first` on, each with the share of it that is covered. */
function areaSpans(size: number, target: number): { first: number; shares: number[] }[] {
  return Array.from({ length: target }, (_, i) => {
    // In units of 1 / target of an input pixel everything is a whole number: no rounding decides what is covered.
    const begin = i * size;
    const end = begin + size;
    const first = Math.floor(begin / target);
    const last = Math.ceil(end / target);
    const shares = [];
    for (let pixel = first; pixel < last; pixel++) {
      shares.push((Math.min(end, (pixel + 1) * target) - Math.max(begin, pixel * target)) / target);
    }
    return { first, shares };
  });
}
