import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { fakeSearch, smallSettings } from '../../../engine/search/testing/setup.ts';
import { outlineOf } from '../../../domain/spaces/outline.ts';
import { candidatesOf } from '../../store/cell-units.ts';
import type { Candidate } from '../../store/cell-units.ts';
import { emptyRun, reduceRun } from '../../store/run-model.ts';
import type { RunModel } from '../../store/run-state.ts';
import { arrangeCells } from './arrange.ts';
import { layoutCell } from './layout.ts';
import { masksOf } from './masks.ts';

/** The real search loop; only its arithmetic is faked. Four nodes, as the paper's cells have. */
const settings = smallSettings((s) => {
  s.space.nodes = 4;
});
const outlines = outlineOf(settings.space);
let run: RunModel;
let cells: Candidate[][];

beforeAll(async () => {
  const { running, recording } = fakeSearch(settings);
  await running.result;
  run = recording.events.reduce(reduceRun, emptyRun);
  cells = Array.from({ length: outlines.length }, (_, cell) =>
    candidatesOf(run.details, run.units, settings.space, cell),
  );
});

interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}
const overlap = (a: Rectangle, b: Rectangle): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/** @param pad how far around it counts. */
const touches = ({ x, y, width, height }: Rectangle, point: Point, pad = 0.5): boolean =>
  point.x > x - pad && point.x < x + width + pad && point.y > y - pad && point.y < y + height + pad;

interface Point {
  x: number;
  y: number;
}

/** Points of the curves that `smooth` draws. */
function along(points: readonly Point[]): Point[] {
  return points.slice(1).flatMap((to, i) => {
    const from = points[i]!;
    const bend = (to.x - from.x) / 2;
    return Array.from({ length: 21 }, (_, step) => {
      const t = step / 20;
      const mix = (a: number, b: number, c: number, d: number): number =>
        (1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t ** 2 * c + t ** 3 * d;
      return {
        x: mix(from.x, from.x + bend, to.x - bend, to.x),
        y: mix(from.y, from.y, to.y, to.y),
      };
    });
  });
}

describe('layoutCell', () => {
  it('draws every candidate once, nothing over anything else, and all of it inside the picture', () => {
    for (const candidates of [...cells, ...cells.map((all) => all.filter(({ alive }) => alive))]) {
      const { boxes, states, width, height } = layoutCell(candidates, outlines[0]!);
      expect(
        boxes.flatMap(({ rows }) => rows.map(({ unit }) => unit)).sort((a, b) => a - b),
      ).toEqual(candidates.map(({ unit }) => unit));
      const shapes: Rectangle[] = [
        ...boxes,
        ...states.map(({ x, y, ...size }) => ({
          x: x - size.width / 2,
          y: y - size.height / 2,
          ...size,
        })),
      ];
      shapes.forEach((shape, i) => {
        expect(shapes.slice(i + 1).some((other) => overlap(shape, other))).toBe(false);
        expect(
          shape.x >= 0 &&
            shape.y >= 0 &&
            shape.x + shape.width <= width &&
            shape.y + shape.height <= height,
        ).toBe(true);
      });
      expect(states).toHaveLength(settings.space.nodes + 3);
    }
  });

  it('draws no line behind a box or a node', () => {
    const all = cells.at(-1)!;
    const alive = fc.array(fc.boolean(), { minLength: all.length, maxLength: all.length });
    fc.assert(
      fc.property(alive, fc.nat(3), (kept, fewer) => {
        // Few of seven operations an edge, as at the end of a search.
        const some = all.filter((_, i) => kept[i] && i % (1 + fewer) === 0);
        const { lines, boxes, states, width, height } = layoutCell(some, outlines[0]!);
        const shapes: Rectangle[] = [
          ...boxes,
          ...states.map(({ x, y, ...size }) => ({
            x: x - size.width / 2,
            y: y - size.height / 2,
            ...size,
          })),
        ];
        for (const { points } of lines) {
          const ends = [points[0], points.at(-1)!];
          const passed = shapes.filter((shape) => !ends.some((end) => touches(shape, end!)));
          for (const point of along(points)) {
            expect(passed.some((shape) => touches(shape, point, -0.5))).toBe(false);
            expect(point.x >= 0 && point.y >= 0 && point.x <= width && point.y <= height).toBe(
              true,
            );
          }
        }
        const [older, newer] = states;
        expect(newer!.y - older!.y).toBeGreaterThan(older!.height);
      }),
      { numRuns: 100 },
    );
  });

  it('flows from the inputs to the output, the older input above', () => {
    const { states, boxes } = layoutCell(cells[0]!, outlines[0]!);
    expect(states[0]!.y).toBeLessThan(states[1]!.y);
    for (const { from, to, x, width } of boxes) {
      expect(states[from]!.x).toBeLessThan(x);
      expect(x + width).toBeLessThan(states[to]!.x);
    }
    expect(states.at(-1)!.x).toBe(Math.max(...states.map(({ x }) => x)));
  });

  it('gives a line the strength of its strongest live operation', () => {
    // Halved, to tell them from the lines into the output, which are always whole.
    const all = cells[0]!.map((candidate) => ({
      ...candidate,
      importance: candidate.importance / 2,
    }));
    const { lines } = layoutCell(all, outlines[0]!);
    const strongest = Math.max(
      ...all.filter(({ alive }) => alive).map(({ importance }) => importance),
    );
    expect(Math.max(...lines.map(({ strength }) => (strength === 1 ? 0 : strength)))).toBe(
      strongest,
    );
    const dead = layoutCell(
      all.map((candidate) => ({ ...candidate, alive: false })),
      outlines[0]!,
    );
    expect(dead.lines.filter(({ strength }) => strength === 0)).toHaveLength(2 * dead.boxes.length);
  });
});

describe('arrangeCells', () => {
  it('keeps cells apart and in reading order', () => {
    const sized = [...cells, ...cells, ...cells].map((all, cell) => ({
      cell,
      layout: layoutCell(all, outlines[0]!),
    }));
    for (let n = 1; n <= sized.length; n++) {
      const { placed, width, height } = arrangeCells(sized.slice(0, n), 40);
      expect(placed.map(({ cell }) => cell)).toEqual(Array.from({ length: n }, (_, i) => i));
      placed.forEach((one, i) => {
        expect(placed.slice(i + 1).some((other) => overlap(one, other))).toBe(false);
        expect(one.x + one.width <= width && one.y + one.height <= height).toBe(true);
      });
    }
    expect(arrangeCells([], 40)).toEqual({ placed: [], width: 0, height: 40 });
  });
});

describe('masksOf', () => {
  it('has as many active squares as the architecture counts', () => {
    const architecture = run.architecture!;
    let masked = 0;
    for (const { index, operations } of architecture.cells) {
      for (const operation of operations) {
        const grids = masksOf(architecture, index, operation)!;
        expect(grids.map(({ alive }) => alive.filter(Boolean).length)).toEqual(
          operation.blocks.flatMap(({ depthwise, pointwise }) => [
            depthwise.alive,
            pointwise.alive,
          ]),
        );
        for (const { alive, rows, columns } of grids) expect(alive).toHaveLength(rows * columns);
        masked += grids.filter(({ alive }) => alive.includes(false)).length;
      }
    }
    expect(masked).toBeGreaterThan(0);
    expect(masksOf(architecture, 99, architecture.cells[0]!.operations[0]!)).toBeNull();
  });
});
