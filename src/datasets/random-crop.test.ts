import { describe, expect, it } from 'vitest';
import { drawRegion, resizeRegion } from './random-crop.ts';

const whole = (size: number) => ({ top: 0, left: 0, width: size, height: size });

describe('the region of a random resized crop', () => {
  it('has 8 to 100 % of the area and a ratio of 3:4 to 4:3, inside of the image, the same for the same keys', () => {
    const [width, height] = [500, 375];
    const areas: number[] = [];
    for (let image = 0; image < 2000; image++) {
      const region = drawRegion(width, height, [3, 1, image]);
      expect(drawRegion(width, height, [3, 1, image])).toEqual(region);
      const { top, left, width: w, height: h } = region;
      expect(Math.min(top, left)).toBeGreaterThanOrEqual(0);
      expect(left + w).toBeLessThanOrEqual(width);
      expect(top + h).toBeLessThanOrEqual(height);
      // Rounding to whole pixels moves both bounds a little.
      expect(w / h).toBeGreaterThan(0.74);
      expect(w / h).toBeLessThan(1.35);
      areas.push((w * h) / (width * height));
    }
    expect(Math.min(...areas)).toBeGreaterThan(0.075);
    expect(Math.min(...areas)).toBeLessThan(0.1);
    expect(Math.max(...areas)).toBeGreaterThan(0.95);
    // torchvision's algorithm, run 200,000 times with Python's random numbers, has a mean of 0.433 for this size.
    expect(Math.abs(areas.reduce((a, b) => a + b) / areas.length - 0.433)).toBeLessThan(0.02);
  });

  it('is another one in another epoch, of another image, and under another seed', () => {
    const regions = [
      [1, 0, 0],
      [1, 1, 0],
      [1, 0, 1],
      [2, 0, 0],
    ].map(([seed, epoch, image]) => JSON.stringify(drawRegion(300, 200, [seed!, epoch!, image!])));
    expect(new Set(regions).size).toBe(4);
  });

  it('is the middle within 3:4 and 4:3 where no try fits', () => {
    // Of a strip, 8 % of the area at 3:4 is higher than the strip.
    expect(drawRegion(3000, 30, [1, 0, 0])).toEqual({ top: 0, left: 1480, width: 40, height: 30 });
    expect(drawRegion(30, 3000, [1, 0, 0])).toEqual({ top: 1480, left: 0, width: 30, height: 40 });
  });
});

describe('the resize of a region', () => {
  const ramp = {
    data: Uint8Array.from({ length: 64 }, (_, i) => (i % 8) * 30),
    width: 8,
    stride: 1,
  };

  it('returns the region itself at its own size', () => {
    expect([...resizeRegion(ramp, { top: 2, left: 3, width: 2, height: 2 }, 2, 1)]).toEqual([
      90, 120, 90, 120,
    ]);
  });

  it('weighs by a triangle as wide as an output pixel where it reduces, as Pillow does', () => {
    // Half size: taps 1/8 3/8 3/8 1/8 around each pixel; at the border 3/7 3/7 1/7.
    const [first, second] = resizeRegion(ramp, whole(8), 4, 1);
    expect(first).toBe(Math.round((0 * 3 + 30 * 3 + 60) / 7));
    expect(second).toBe(Math.round((30 + 60 * 3 + 90 * 3 + 120) / 8));
  });

  it('interpolates between pixels where it enlarges', () => {
    const two = { data: Uint8Array.from([0, 100, 0, 100]), width: 2, stride: 1 };
    expect([...resizeRegion(two, whole(2), 4, 1)].slice(0, 4)).toEqual([0, 25, 75, 100]);
  });

  it('reads colours of RGBA, transparent pixels on black, and nothing outside of the region', () => {
    const data = Uint8Array.from([10, 20, 30, 255, 200, 200, 200, 0, 99, 99, 99, 255]);
    const region = { top: 0, left: 0, width: 1, height: 1 };
    const of = (left: number) => [
      ...resizeRegion({ data, width: 3, stride: 4 }, { ...region, left }, 1, 3),
    ];
    expect([of(0), of(1)]).toEqual([
      [10, 20, 30],
      [0, 0, 0],
    ]);
  });
});
