import { describe, expect, it } from 'vitest';
import { presets } from '../../../domain/settings/presets.ts';
import { cellShapes } from '../../../domain/spaces/cells.ts';
import { plannedCandidates } from '../../store/planned.ts';
import { finds, layoutDarts, tensorShapes, labelHeight } from './darts-layout.ts';

const { space, data } = presets.demo;
const candidates = plannedCandidates(space);

describe('a cell as in DARTS\u2019s figures', () => {
  it('has a labelled edge for every operation, and no label on another', () => {
    for (const nodes of [1, 2, 3, 4]) {
      const own = plannedCandidates({ ...space, nodes });
      const { edges, nodes: states, width, height } = layoutDarts(own, nodes);
      expect(edges.map(({ candidate }) => candidate.unit).sort((a, b) => a - b)).toEqual(
        own.map(({ unit }) => unit),
      );
      expect(states.map(({ state }) => state)).toEqual(
        Array.from({ length: nodes + 3 }, (_, i) => i),
      );
      const boxes = edges.map(({ label }) => label);
      boxes.forEach((a, i) =>
        boxes
          .slice(i + 1)
          .forEach((b) =>
            expect(Math.abs(a.x - b.x) >= a.width || Math.abs(a.y - b.y) >= labelHeight).toBe(true),
          ),
      );
      for (const { label } of edges)
        for (const { x, y, width: w, height: h } of states)
          expect(
            Math.abs(label.x - x) >= (label.width + w) / 2 ||
              Math.abs(label.y - y) >= (labelHeight + h) / 2,
          ).toBe(true);
      for (const { points } of edges)
        for (const { x, y } of points) {
          expect(x).toBeGreaterThanOrEqual(0);
          expect(x).toBeLessThanOrEqual(width);
          expect(y).toBeLessThanOrEqual(height);
        }
    }
  });

  it('draws every edge from its state, through its label, to its node', () => {
    const { edges, nodes } = layoutDarts(candidates, space.nodes);
    for (const { candidate, points, label } of edges) {
      const [source, target] = [nodes[candidate.from]!, nodes[candidate.to]!];
      expect(points[0]).toEqual({ x: source.x + source.width / 2, y: source.y });
      expect(points.at(-1)).toEqual({ x: target.x - target.width / 2, y: target.y });
      expect(points[1]!.y).toBe(label.y);
    }
  });
});

it('tensor shapes are those of the cells before, halved in a reduction cell', () => {
  const shapes = cellShapes(space, data.imageSize);
  const stem = space.channels * space.stemMultiplier;
  const of = (cell: number) => tensorShapes(shapes, cell, stem, space.nodes, data.imageSize);
  expect(of(0).slice(0, 2)).toEqual([
    { channels: stem, size: 28 },
    { channels: stem, size: 28 },
  ]);
  const reduction = shapes.findIndex((shape) => shape.reduction);
  const [older, newer, node, , , output] = of(reduction);
  expect(older!.size).toBe(28);
  expect(newer).toEqual({ channels: space.nodes * space.channels, size: 28 });
  expect(node).toEqual({ channels: 2 * space.channels, size: 14 });
  expect(output).toEqual({ channels: space.nodes * 2 * space.channels, size: 14 });
});

it('search finds operations by all words of name or place', () => {
  expect(finds('SEP 3x3', ['sep_conv_3x3', 'separable convolution 3x3'])).toBe(true);
  expect(finds('sep 5x5', ['sep_conv_3x3', 'separable convolution 3x3'])).toBe(false);
  expect(finds('  ', ['anything'])).toBe(true);
});
