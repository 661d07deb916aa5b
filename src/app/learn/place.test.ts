import { describe, expect, it } from 'vitest';
import { placeCard } from './place.ts';
import type { Box } from './place.ts';

const overlap = (a: Box, b: Box): number =>
  Math.max(0, Math.min(a.left + a.width, b.left + b.width) - Math.max(a.left, b.left)) *
  Math.max(0, Math.min(a.top + a.height, b.top + b.height) - Math.max(a.top, b.top));

/** Panels as the tour's stops point at them, at 1440x900 and 1280x720. */
const targets: readonly Box[] = [
  { left: 20, top: 200, width: 950, height: 680 },
  { left: 1000, top: 210, width: 410, height: 380 },
  { left: 20, top: 540, width: 490, height: 340 },
  { left: 524, top: 160, width: 490, height: 370 },
  { left: 524, top: 540, width: 490, height: 340 },
  { left: 20, top: 470, width: 1400, height: 410 },
  { left: 20, top: 210, width: 1400, height: 250 },
  // Scrolled out of the window, above and below.
  { left: 20, top: -700, width: 950, height: 640 },
  { left: 20, top: 950, width: 950, height: 640 },
  { left: 300, top: 160, width: 620, height: 500 },
];

describe('the tour\u2019s card', () => {
  it.each(targets)('stands beside %o, inside the window', (target) => {
    const window = { width: 1440, height: 900 };
    const card = placeCard(target, window, { width: 400, height: 460 })!;
    expect(overlap(card, target)).toBe(0);
    expect(card.left).toBeGreaterThanOrEqual(0);
    expect(card.top).toBeGreaterThanOrEqual(0);
    expect(card.left + card.width).toBeLessThanOrEqual(window.width);
    expect(card.top + card.height).toBeLessThanOrEqual(window.height);
  });

  it('has its full size if there is space', () => {
    const target = { left: 0, top: 100, width: 700, height: 300 };
    expect(placeCard(target, { width: 1440, height: 900 }, { width: 400, height: 460 })).toEqual({
      ...{ left: 1028, top: 428, width: 400, height: 460 },
    });
  });

  it('has no place next to a target that fills the window', () => {
    const target = { left: 20, top: 60, width: 350, height: 760 };
    expect(placeCard(target, { width: 390, height: 844 }, { width: 366, height: 460 })).toBeNull();
  });
});
