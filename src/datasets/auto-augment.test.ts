import { describe, expect, it } from 'vitest';
import { apply, autoAugment, cifarPolicy } from './auto-augment.ts';
import type { Pixels } from './image-operations/pixels.ts';

/** 3 x 3, one channel. */
const grid = (...bytes: number[]): Pixels => ({
  size: 3,
  channels: 1,
  data: Uint8Array.from(bytes),
});
const ramp = grid(10, 20, 30, 40, 50, 60, 70, 80, 90);
const photo: Pixels = {
  size: 8,
  channels: 3,
  data: Uint8Array.from({ length: 192 }, (_, i) => (i * 37) % 251),
};

describe('AutoAugment', () => {
  it('has the 25 pairs of the published policy', () => {
    expect(cifarPolicy).toHaveLength(25);
    expect(cifarPolicy[14]).toEqual([
      [5, 'solarize', 2],
      [0, 'invert', 3],
    ]);
  });

  it('is deterministic, differs between images and epochs, and does not change its input', () => {
    const before = photo.data.slice();
    const once = autoAugment(photo, [1, 2, 3]);
    expect(autoAugment(photo, [1, 2, 3])).toEqual(once);
    expect(photo.data).toEqual(before);
    const kinds = new Set(
      Array.from({ length: 60 }, (_, i) => autoAugment(photo, [1, i % 5, i]).data.join()),
    );
    expect(kinds.size).toBeGreaterThan(20);
  });

  it('draws every pair, about as often', () => {
    const unchanged = Array.from({ length: 4000 }, (_, i) => autoAugment(photo, [7, 0, i])).filter(
      ({ data }) => data === photo.data,
    );
    // The mean over the pairs of (1 - p1)(1 - p2).
    const expected =
      cifarPolicy.reduce((sum, [[a], [b]]) => sum + (1 - a / 10) * (1 - b / 10), 0) / 25;
    expect(unchanged.length / 4000).toBeCloseTo(expected, 1);
  });

  it('moves, and fills with grey', () => {
    expect([...apply(ramp, 'translateY', 9, 1).data]).toEqual([
      128, 128, 128, 10, 20, 30, 40, 50, 60,
    ]);
    expect([...apply(ramp, 'translateX', 9, -1).data]).toEqual([
      20, 30, 128, 50, 60, 128, 80, 90, 128,
    ]);
    expect(apply(ramp, 'rotate', 0, 1).data).toEqual(ramp.data);
    // 0.3 of two columns is more than half a pixel.
    expect([...apply(ramp, 'shearY', 9, 1).data]).toEqual([10, 20, 128, 40, 50, 30, 70, 80, 60]);
  });

  it('maps levels', () => {
    expect([...apply(ramp, 'invert', 0, 1).data].slice(0, 2)).toEqual([245, 235]);
    expect(
      [...apply(grid(0, 255, 127, 128, 1, 2, 3, 4, 5), 'solarize', 4.5, 1).data].slice(0, 4),
    ).toEqual([0, 0, 127, 127]);
    expect(
      [...apply(grid(255, 15, 16, 0, 0, 0, 0, 0, 0), 'posterize', 9, 1).data].slice(0, 3),
    ).toEqual([240, 0, 16]);
    expect([...apply(ramp, 'autoContrast', 0, 1).data]).toEqual([
      0, 31, 63, 95, 127, 159, 191, 223, 255,
    ]);
  });

  it('spreads a histogram evenly', () => {
    const dark = {
      size: 32,
      channels: 1,
      data: Uint8Array.from({ length: 1024 }, (_, i) => i % 4),
    };
    expect([...apply(dark, 'equalize', 0, 1).data.slice(0, 4)]).toEqual([0, 85, 171, 255]);
    expect(apply(ramp, 'equalize', 0, 1).data).toEqual(ramp.data);
  });

  it('blends: nothing at magnitude 0, less or more by sign', () => {
    for (const name of ['color', 'contrast', 'sharpness', 'brightness'] as const)
      expect(apply(photo, name, 0, 1).data).toEqual(photo.data);
    expect([...apply(ramp, 'brightness', 9, -1).data].slice(0, 2)).toEqual([1, 2]);
    expect([...apply(ramp, 'contrast', 9, -1).data]).toEqual([46, 47, 48, 49, 50, 51, 52, 53, 54]);
    const grey = apply(
      { ...photo, size: 1, data: Uint8Array.of(200, 100, 0) },
      'color',
      9,
      -1,
    ).data;
    expect(Math.max(...grey) - Math.min(...grey)).toBe(20);
    const spot = grid(0, 0, 0, 0, 130, 0, 0, 0, 0);
    // Smoothed, the middle is 5 / 13 of itself.
    expect(apply(spot, 'sharpness', 9, -1).data[4]).toBe(58);
  });
});
