import { describe, expect, it } from 'vitest';
import { layoutChain } from './chain-layout.ts';
import type { ChainLayer } from './chain-layout.ts';

const layer = (index: number, group: number, channels: number, alive: number): ChainLayer => ({
  ...{ index, group, channels, size: 8, stride: 1, shortcut: index % 2 === 1 },
  blocks: ([3, 5, 7] as const).map((kernel, i) => ({
    ...{ kernel, expansion: 3, alive: i < alive, left: channels / 2, regrown: false },
  })),
});
const before = [{ title: 'input', note: '' }, { title: 'stem', note: '' }]; // prettier-ignore
const after = [{ title: 'head', note: '' }];

describe('layoutChain', () => {
  const many = Array.from({ length: 21 }, (_, i) => layer(i, i >> 2, 8 * (1 + (i >> 2)), i % 3));
  const { layers, groups, ends, links, width, height } = layoutChain(many, before, after, 40);

  it('places every layer once, inside the picture, none on another', () => {
    expect(layers.map(({ layer: { index } }) => index)).toEqual(many.map(({ index }) => index));
    for (const { x, y, width: own, blocks } of layers) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x + own).toBeLessThanOrEqual(width);
      for (const block of blocks) {
        expect(block.y).toBeGreaterThan(40);
        expect(block.y + block.height).toBeLessThan(height);
        const others = layers.flatMap((one) => one.blocks).filter((one) => one !== block);
        expect(
          others.some(
            (one) =>
              one.x < block.x + block.width &&
              block.x < one.x + one.width &&
              one.y < block.y + block.height &&
              block.y < one.y + one.height,
          ),
          `layer at ${x} ${y}`,
        ).toBe(false);
      }
    }
    // Input, stem, 21 layers, head: one link between each two.
    expect(ends).toHaveLength(3);
    expect(links).toHaveLength(23);
  });

  it('breaks a long chain into rows, and names a group again in each', () => {
    expect(new Set(layers.map(({ y }) => y)).size).toBeGreaterThan(1);
    expect(new Set(groups.map(({ group }) => group)).size).toBe(6);
    expect(groups.length).toBeGreaterThanOrEqual(6);
  });

  it('draws width as height, and what is left of the filters in it', () => {
    const heights = layers.map(({ blocks }) => blocks[0]!.height);
    expect(heights.at(-1)).toBeGreaterThan(heights[0]!);
    const [dead, half] = [layers[0]!.blocks[0]!, layers[1]!.blocks[0]!];
    expect(dead.filled).toBe(0);
    expect(half.filled).toBeCloseTo(half.width / 2);
  });

  it('knows which layers are gone, and draws a shortcut over every block', () => {
    expect(layers.filter(({ gone }) => gone).map(({ layer: { index } }) => index % 3)).toEqual(
      new Array(7).fill(0),
    );
    for (const { arc, layer: own, blocks } of layers) {
      expect(arc === null).toBe(!own.shortcut);
      if (arc !== null) expect(arc).toBeLessThan(blocks[0]!.y);
    }
  });

  it('of no layer is empty', () => {
    expect(layoutChain([], before, after, 10)).toMatchObject({ width: 0, height: 10, layers: [] });
  });
});
