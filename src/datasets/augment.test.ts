import { expect, it } from 'vitest';
import { cutOut, drawAugmentation, noAugmentation, writeImage } from './augment.ts';

const identity = Float32Array.from({ length: 512 }, (_, i) => i % 256);
function written(
  image: number[],
  size: number,
  channels: number,
  augmentation: Parameters<typeof writeImage>[3],
): number[] {
  const target = new Float32Array(image.length + 1).fill(-1);
  writeImage(Uint8Array.from(image), size, channels, augmentation, identity, target, 1);
  expect(target[0]).toBe(-1);
  return [...target.subarray(1)];
}

const image = [1, 2, 3, 4, 5, 6, 7, 8, 9];

it('copies, shifts with zero padding, and flips', () => {
  expect(written(image, 3, 1, noAugmentation)).toEqual(image);
  expect(written(image, 3, 1, { row: 1, column: 0, flip: false })).toEqual([
    4, 5, 6, 7, 8, 9, 0, 0, 0,
  ]);
  expect(written(image, 3, 1, { row: 0, column: -1, flip: false })).toEqual([
    0, 1, 2, 0, 4, 5, 0, 7, 8,
  ]);
  expect(written(image, 3, 1, { row: 0, column: 0, flip: true })).toEqual([
    3, 2, 1, 6, 5, 4, 9, 8, 7,
  ]);
  expect(written([1, 2, 3, 4, 5, 6, 7, 8], 2, 2, { row: 0, column: 0, flip: true })).toEqual([
    3, 4, 1, 2, 7, 8, 5, 6,
  ]);
});

it('flips after cropping', () => {
  expect(written(image, 3, 1, { row: 0, column: 1, flip: true })).toEqual([
    0, 3, 2, 0, 6, 5, 0, 9, 8,
  ]);
});

it('normalizes each channel by its own levels, the padding too', () => {
  const levels = Float32Array.from({ length: 512 }, (_, i) =>
    i < 256 ? i + 0.5 : -(i - 256) - 0.5,
  );
  const target = new Float32Array(8);
  writeImage(
    Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]),
    2,
    2,
    { row: 0, column: 1, flip: false },
    levels,
    target,
    0,
  );
  expect([...target]).toEqual([3.5, -4.5, 0.5, -0.5, 7.5, -8.5, 0.5, -0.5]);
});

it('draws every offset and both directions, as a function of seed, epoch and image', () => {
  const settings = { cropPadding: 2, flip: true };
  const seen = new Set<string>();
  for (let i = 0; i < 2000; i++) seen.add(JSON.stringify(drawAugmentation(settings, 7, 3, i)));
  expect(seen.size).toBe(5 * 5 * 2);
  expect(drawAugmentation(settings, 7, 3, 11)).toEqual(drawAugmentation(settings, 7, 3, 11));
  const sequence = (seed: number, epoch: number) =>
    Array.from({ length: 20 }, (_, i) => drawAugmentation(settings, seed, epoch, i));
  expect(sequence(8, 3)).not.toEqual(sequence(7, 3));
  expect(sequence(7, 4)).not.toEqual(sequence(7, 3));
});

it('draws none if none is set', () => {
  for (let i = 0; i < 20; i++) {
    const { row, column, flip } = drawAugmentation({ cropPadding: 0, flip: false }, 7, 3, i);
    expect([row + 0, column + 0, flip]).toEqual([0, 0, false]);
  }
});

it('cuts out a square around any pixel, clipped by the border, as a function of seed, epoch and image', () => {
  const seen = new Set<string>();
  for (let image = 0; image < 500; image++) {
    const pixels = new Float32Array(5 * 5 * 2).fill(1);
    cutOut(pixels, 5, 2, 3, [7, 0, image]);
    const blanked = pixels.reduce((sum, value) => sum + (value === 0 ? 1 : 0), 0) / 2;
    // At least the corner's quarter, at most the whole square.
    expect(blanked).toBeGreaterThanOrEqual(4);
    expect(blanked).toBeLessThanOrEqual(9);
    expect(pixels.every((value, i) => value === pixels[i ^ 1])).toBe(true);
    seen.add(pixels.join(''));
  }
  expect(seen.size).toBe(25);
});
