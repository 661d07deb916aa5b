/** Blends of an image with a degenerate form of itself: factor 0 gives that form, 1 the image, more exaggerates. */
import { clampByte, luma } from './pixels.ts';
import type { Pixels } from './pixels.ts';

function blend(image: Pixels, degenerate: (index: number) => number, factor: number): Pixels {
  const data = image.data.map((byte, i) => {
    const other = degenerate(i);
    return clampByte(other + factor * (byte - other));
  });
  return { ...image, data };
}

/** With black. */
export function brightness(image: Pixels, factor: number): Pixels {
  return blend(image, () => 0, factor);
}

/** With its greys. */
export function color(image: Pixels, factor: number): Pixels {
  const grey = luma(image);
  return blend(image, (i) => Math.round(grey[Math.floor(i / image.channels)]!), factor);
}

/** With the grey of its mean brightness. */
export function contrast(image: Pixels, factor: number): Pixels {
  const grey = luma(image);
  const mean = Math.round(grey.reduce((a, b) => a + b, 0) / grey.length);
  return blend(image, () => mean, factor);
}

/** With its smoothed form: 3x3, the middle weighs 5 of 13; pixels of the border stay. */
export function sharpness(image: Pixels, factor: number): Pixels {
  const { size, channels, data } = image;
  const smooth = (i: number): number => {
    const pixel = Math.floor(i / channels);
    const [row, column] = [Math.floor(pixel / size), pixel % size];
    if (row === 0 || column === 0 || row === size - 1 || column === size - 1) return data[i]!;
    let sum = 4 * data[i]!;
    for (let y = -1; y <= 1; y++)
      for (let x = -1; x <= 1; x++) sum += data[i + (y * size + x) * channels]!;
    return Math.round(sum / 13);
  };
  return blend(image, smooth, factor);
}
