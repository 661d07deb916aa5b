/** Moves of a whole image. What comes from outside is middle grey; the nearest pixel is taken. */
import type { Pixels } from './pixels.ts';

const outside = 128;

/** @param source row and column that land at (row, column). */
function resample(
  { size, channels, data }: Pixels,
  source: (row: number, column: number) => readonly [number, number],
): Pixels {
  const moved = new Uint8Array(data.length).fill(outside);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const [row, column] = source(y, x).map(Math.round) as [number, number];
      if (row < 0 || row >= size || column < 0 || column >= size) continue;
      const at = (row * size + column) * channels;
      moved.set(data.subarray(at, at + channels), (y * size + x) * channels);
    }
  }
  return { size, channels, data: moved };
}

/** Down and to the right by whole pixels. */
export function translate(image: Pixels, down: number, right: number): Pixels {
  return resample(image, (row, column) => [row - down, column - right]);
}

/** Columns slide down by `share` of their distance from the left border. */
export function shear(image: Pixels, share: number): Pixels {
  return resample(image, (row, column) => [row - share * column, column]);
}

/** Around the centre, counterclockwise. */
export function rotate(image: Pixels, degrees: number): Pixels {
  const [cos, sin] = [Math.cos, Math.sin].map((f) => f((degrees * Math.PI) / 180)) as [
    number,
    number,
  ];
  const centre = (image.size - 1) / 2;
  return resample(image, (row, column) => {
    const [y, x] = [row - centre, column - centre];
    return [centre + cos * y + sin * x, centre + cos * x - sin * y];
  });
}
