/**
 * Resizes square images by area averaging: an output pixel is the mean of the input area it covers, with parts of
 * pixels counted by their share. Exact for any factor, and free of the aliasing of point sampling.
 * @param images bytes, NHWC, count * size * size * channels
 * @returns bytes, NHWC, count * target * target * channels; `images` itself where the size stays.
 */
export function resizeImages(images: Uint8Array, size: number, channels: number, target: number): Uint8Array {
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
            for (let j = 0; j < columns.shares.length; j++) line += columns.shares[j]! * images[row + j * channels]!;
            sum += rows.shares[i]! * line;
          }
          result[out++] = Math.round(sum * scale);
        }
      }
    }
  }
  return result;
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
