import { beforeAll, describe, expect, it } from 'vitest';
import { fakeSearch, smallSettings } from '../../../engine/search/testing/setup.ts';
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
let run: RunModel;
let cells: Candidate[][];

beforeAll(async () => {
  const { running, recording } = fakeSearch(settings);
  await running.result;
  run = recording.events.reduce(reduceRun, emptyRun);
  cells = Array.from({ length: settings.space.cells }, (_, cell) =>
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

describe('layoutCell', () => {
  it('draws every candidate once, nothing over anything else, and all of it inside the picture', () => {
    for (const candidates of [...cells, ...cells.map((all) => all.filter(({ alive }) => alive))]) {
      const { boxes, states, width, height } = layoutCell(candidates, settings.space.nodes);
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

  it('flows from the inputs to the output, the older input above', () => {
    const { states, boxes } = layoutCell(cells[0], settings.space.nodes);
    expect(states[0].y).toBeLessThan(states[1].y);
    for (const { from, to, x, width } of boxes) {
      expect(states[from].x).toBeLessThan(x);
      expect(x + width).toBeLessThan(states[to].x);
    }
    expect(states.at(-1)!.x).toBe(Math.max(...states.map(({ x }) => x)));
  });

  it('gives a line the strength of its strongest live operation', () => {
    // Halved, to tell them from the lines into the output, which are always whole.
    const all = cells[0].map((candidate) => ({
      ...candidate,
      importance: candidate.importance / 2,
    }));
    const { lines } = layoutCell(all, settings.space.nodes);
    const strongest = Math.max(
      ...all.filter(({ alive }) => alive).map(({ importance }) => importance),
    );
    expect(Math.max(...lines.map(({ strength }) => (strength === 1 ? 0 : strength)))).toBe(
      strongest,
    );
    const dead = layoutCell(
      all.map((candidate) => ({ ...candidate, alive: false })),
      settings.space.nodes,
    );
    expect(dead.lines.filter(({ strength }) => strength === 0)).toHaveLength(2 * dead.boxes.length);
  });
});

describe('arrangeCells', () => {
  it('keeps cells apart and in reading order', () => {
    const sized = [...cells, ...cells, ...cells].map((all, cell) => ({
      cell,
      layout: layoutCell(all, settings.space.nodes),
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
  it('has as many live squares as the architecture counts', () => {
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
    expect(masksOf(architecture, 99, architecture.cells[0].operations[0])).toBeNull();
  });
});
