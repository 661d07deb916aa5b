import { expect, it } from 'vitest';
import { freshNetwork, smallSpace } from '../granularity/testing.ts';
import { drawPaths, dropPathRate } from './drop-path.ts';

const { plan } = freshNetwork({ ...smallSpace, cells: 3 });
const images = 400;
const units = plan.space.edges.length * plan.space.operations.length;
const pathsOf = (paths: Float32Array, cell: number, unit: number) =>
  paths.subarray((cell * units + unit) * images, (cell * units + unit + 1) * images);

it('rises linearly from 0 towards its maximum', () => {
  expect([0, 150, 300, 600].map((epoch) => dropPathRate(0.3, epoch, 600))).toEqual([
    0, 0.075, 0.15, 0.3,
  ]);
});

it('drops each image independently at the given rate, and keeps the mean', () => {
  const paths = drawPaths(plan, images, 0.25, 1, 7);
  const own = plan.cells.flatMap((cell, c) =>
    cell.candidates
      .filter((k) => k.node !== cell.states[k.from])
      .map((k) => pathsOf(paths, c, k.unit)),
  );
  for (const factors of own) {
    expect(new Set(factors)).toEqual(new Set([0, Math.fround(1 / 0.75)]));
    const dropped = factors.filter((factor) => factor === 0).length / images;
    // Six standard deviations.
    expect(Math.abs(dropped - 0.25)).toBeLessThan(6 * Math.sqrt((0.25 * 0.75) / images));
  }
  expect(own[0]).not.toEqual(own[1]);
});

it('keeps the identity, but drops a skip connection of stride 2', () => {
  const paths = drawPaths(plan, images, 0.5, 1, 7);
  const skips = plan.cells.flatMap((cell, c) =>
    cell.candidates
      .filter((k) => k.reduce || k.node === cell.states[k.from])
      .map((k) => ({ reduces: k.reduce !== null, factors: pathsOf(paths, c, k.unit) })),
  );
  expect(new Set(skips.map(({ reduces }) => reduces))).toEqual(new Set([true, false]));
  for (const { reduces, factors } of skips) expect(factors.includes(0)).toBe(reduces);
});

it('is a function of seed and step', () => {
  const draw = (seed: number, step: number) => drawPaths(plan, 8, 0.5, seed, step);
  expect(draw(1, 7)).toEqual(draw(1, 7));
  expect(draw(1, 7)).not.toEqual(draw(1, 8));
  expect(draw(1, 7)).not.toEqual(draw(2, 7));
});
