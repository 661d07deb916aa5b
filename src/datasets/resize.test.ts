import fc from 'fast-check';
import { expect, it } from 'vitest';
import { resizeImages } from './resize.ts';

it('averages blocks where the factor is whole', () => {
  const image = Uint8Array.from([0, 10, 100, 100, 20, 30, 100, 100, 1, 1, 9, 9, 1, 1, 9, 9]);
  expect([...resizeImages(image, 4, 1, 2)]).toEqual([15, 100, 1, 9]);
});

it('weights partial pixels by their share', () => {
  // 3 -> 2: each output pixel covers one pixel and half of the middle one along each axis.
  const image = Uint8Array.from([90, 0, 0, 0, 0, 0, 0, 0, 180]);
  expect([...resizeImages(image, 3, 1, 2)]).toEqual([40, 0, 0, 80]);
});

it('enlarges too, keeps channels and images apart', () => {
  const images = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8, 101, 102, 103, 104, 105, 106, 107, 108]);
  const doubled = resizeImages(images, 2, 2, 4);
  expect([...doubled.subarray(0, 8)]).toEqual([1, 2, 1, 2, 3, 4, 3, 4]);
  expect([...doubled.subarray(32, 36)]).toEqual([101, 102, 101, 102]);
});

it('returns the images themselves at their own size', () => {
  const images = new Uint8Array(9);
  expect(resizeImages(images, 3, 1, 3)).toBe(images);
});

it("leaves a uniform image uniform and an image's mean unchanged, at any factor", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 12 }),
      fc.nat(255),
      (size, target, value) => {
        const uniform = new Uint8Array(size * size).fill(value);
        expect(new Set(resizeImages(uniform, size, 1, target))).toEqual(new Set([value]));
        const ramp = Uint8Array.from({ length: size * size }, (_, i) => (i * 37) % 256);
        const mean = (values: Uint8Array) => values.reduce((a, b) => a + b, 0) / values.length;
        expect(
          Math.abs(mean(resizeImages(ramp, size, 1, target)) - mean(ramp)),
        ).toBeLessThanOrEqual(0.5 + 1e-9);
      },
    ),
  );
});
