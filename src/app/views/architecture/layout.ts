/** Lays a cell out: its inputs left, its nodes, its output right; every edge as a box of candidate operations. Pure. */
import { inputStates, nodeState, outputState } from '../../../domain/spaces/cells.ts';
import type { Candidate } from '../../store/cell-units.ts';

export const rowHeight = 15;
export const boxWidth = 104;
const boxPadding = 4;
const boxGap = 12;
/** Between columns, for lines to bend in. */
const gutter = 26;
/** Under the boxes and lanes, for the lines into the output. */
const busSpace = 16;
/** Between a line that passes a column and what stands there, and between two such lines. */
const clearance = 6;
/** Between the two inputs, at least. */
const inputGap = 14;
const margin = 4;
const stateSize = { width: 40, height: 26 };

export interface StateShape {
  /** The cell's inputs, its nodes, then the output. */
  state: number;
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface BoxShape {
  edge: number;
  from: number;
  to: number;
  /** Left top corner. */
  x: number;
  y: number;
  width: number;
  height: number;
  rows: readonly Candidate[];
}

export interface LineShape {
  points: readonly { x: number; y: number }[];
  /** Of the strongest live operation on it; 0 = all are pruned. */
  strength: number;
}

export interface CellLayout {
  width: number;
  height: number;
  states: readonly StateShape[];
  boxes: readonly BoxShape[];
  lines: readonly LineShape[];
}

/**
 * Columns: the inputs, then for every node the boxes of its incoming edges and the node itself, then the output. In a
 * column the edges from the inputs stand outside and those from nodes inside. A line that passes columns runs in a lane
 * that is free in all of them: between boxes, over or under them. Outputs of nodes run along the bottom.
 * @param candidates those to draw: all of a cell, or only live ones. Edges without any are left out.
 * @param nodes intermediate nodes of a cell.
 */
export function layoutCell(candidates: readonly Candidate[], nodes: number): CellLayout {
  const columns = Array.from({ length: nodes }, (_, node) =>
    stack(candidates.filter(({ to }) => to === nodeState(node))),
  );
  const tallest = Math.max(...columns.map(({ height }) => height), 3 * stateSize.height);
  const middle = margin + tallest / 2;
  const boxes: BoxShape[] = [];
  const states: StateShape[] = [];
  let x = margin + stateSize.width + gutter;
  columns.forEach((column, node) => {
    for (const box of column.boxes)
      boxes.push({ ...box, x, y: middle - column.height / 2 + box.y });
    x += boxWidth + gutter;
    states.push({ state: nodeState(node), x: x + stateSize.width / 2, y: middle, ...stateSize });
    x += stateSize.width + gutter;
  });
  const output = { state: outputState(nodes), x: x + stateSize.width / 2, y: middle, ...stateSize };
  const all = [...placeInputs(boxes, middle), ...states, output];
  const lanes = lanesOf(all, boxes);
  const lines = linesOf(all, boxes, lanes);
  const ys = [
    ...all.flatMap((state) => [state.y - state.height / 2, state.y + state.height / 2]),
    ...boxes.flatMap((box) => [box.y, box.y + box.height]),
    ...lanes.values(),
  ];
  const bus = Math.max(...ys) + busSpace;
  return shifted(
    {
      width: x + stateSize.width + margin,
      height: bus + margin,
      states: all,
      boxes,
      lines: [...lines, ...outputLines(all, bus)],
    },
    margin - Math.min(...ys),
  );
}

/** Everything moved down: a lane may run above all boxes. */
function shifted(layout: CellLayout, by: number): CellLayout {
  const down = <T extends { y: number }>(one: T): T => ({ ...one, y: one.y + by });
  return {
    width: layout.width,
    height: layout.height + by,
    states: layout.states.map(down),
    boxes: layout.boxes.map(down),
    lines: layout.lines.map((line) => ({ ...line, points: line.points.map(down) })),
  };
}

/** The older input above the newer, each beside its first box, and never on each other. */
function placeInputs(boxes: readonly BoxShape[], middle: number): StateShape[] {
  const beside = (state: number | undefined): number | null => {
    const first = boxes.find(({ from, to }) => from === state && to === nodeState(0));
    return first ? first.y + first.height / 2 : null;
  };
  const apart = stateSize.height + inputGap;
  const [older, newer] = [beside(inputStates[0]), beside(inputStates[1])];
  const top = older ?? (newer === null ? middle - apart / 2 : newer - apart);
  const bottom = Math.max(newer ?? top + apart, top + apart);
  return inputStates.map((state, i) => ({
    state,
    x: margin + stateSize.width / 2,
    y: i === 0 ? top : bottom,
    ...stateSize,
  }));
}

interface Span {
  from: number;
  to: number;
}

/** For every box whose line passes columns: the height at which it passes them. */
function lanesOf(
  states: readonly StateShape[],
  boxes: readonly BoxShape[],
): ReadonlyMap<BoxShape, number> {
  const lanes = new Map<BoxShape, number>();
  const taken: (Span & { first: number; last: number })[] = [];
  for (const box of boxes) {
    // Columns are numbered by the state that they lead to; inputs stand before the first.
    const first = Math.max(box.from + 1, nodeState(0));
    const last = box.to - 1;
    if (first > last) continue;
    const obstacles: Span[] = [
      ...boxes
        .filter(({ to }) => to >= first && to <= last)
        .map(({ y, height }) => ({ from: y, to: y + height })),
      ...states
        .filter(({ state }) => state >= first && state <= last)
        .map(({ y, height }) => ({ from: y - height / 2, to: y + height / 2 })),
      ...taken.filter((lane) => lane.first <= last && lane.last >= first),
    ];
    const lane = nearestFree(box.y + box.height / 2, obstacles);
    lanes.set(box, lane);
    taken.push({ from: lane, to: lane, first, last });
  }
  return lanes;
}

/** The height nearest to `wanted` that keeps clear of all obstacles. */
function nearestFree(wanted: number, obstacles: readonly Span[]): number {
  const isFree = (y: number): boolean =>
    obstacles.every(({ from, to }) => y <= from - clearance || y >= to + clearance);
  const choices = [
    wanted,
    ...obstacles.flatMap(({ from, to }) => [from - clearance, to + clearance]),
  ].filter(isFree);
  return choices.reduce((best, y) => (Math.abs(y - wanted) < Math.abs(best - wanted) ? y : best));
}

/** Candidates of one edge have the same ends. */
function endsOf([candidate]: readonly Candidate[]): Pick<Candidate, 'edge' | 'from' | 'to'> {
  if (!candidate) throw new Error('an edge without candidates');
  return candidate;
}

/** Boxes of a node's edges, from the top: the older input, the nodes, the newer input. */
function stack(candidates: readonly Candidate[]): { boxes: Omit<BoxShape, 'x'>[]; height: number } {
  const edges = new Map<number, Candidate[]>();
  for (const candidate of candidates)
    edges.set(candidate.edge, [...(edges.get(candidate.edge) ?? []), candidate]);
  const newest = inputStates.at(-1);
  const order = (from: number): number => (from === newest ? Infinity : from);
  let y = 0;
  const boxes = [...edges.values()]
    .map((rows) => ({ rows, ...endsOf(rows) }))
    .sort((a, b) => order(a.from) - order(b.from))
    .map(({ rows, edge, from, to }) => {
      const box = {
        edge,
        from,
        to,
        y,
        width: boxWidth,
        height: rows.length * rowHeight + 2 * boxPadding,
        rows,
      };
      y += box.height + boxGap;
      return box;
    });
  return { boxes, height: Math.max(0, y - boxGap) };
}

function linesOf(
  states: readonly StateShape[],
  boxes: readonly BoxShape[],
  lanes: ReadonlyMap<BoxShape, number>,
): LineShape[] {
  return boxes.flatMap((box) => {
    const { from, to, x, y, width, height, rows } = box;
    const strength = strengthOf(rows);
    const [source, target] = [states[from]!, states[to]!];
    const left = source.x + source.width / 2;
    const at = y + height / 2;
    const lane = lanes.get(box);
    const passing =
      lane === undefined
        ? []
        : [
            { x: left + gutter, y: lane },
            { x: x - gutter, y: lane },
          ];
    return [
      { strength, points: [{ x: left, y: source.y }, ...passing, { x, y: at }] },
      {
        strength,
        points: [
          { x: x + width, y: at },
          { x: target.x - target.width / 2, y: target.y },
        ],
      },
    ];
  });
}

/** Of every node into the output: the last one's straight, the others' along the bottom. */
function outputLines(states: readonly StateShape[], bus: number): LineShape[] {
  const output = states.at(-1);
  if (!output) return [];
  return states.slice(inputStates.length, -1).map(({ state, x, y, width, height }) => {
    const right = x + width / 2;
    const direct = [
      { x: right, y },
      { x: output.x - output.width / 2, y: output.y },
    ];
    const around = [
      { x: right - 6, y: y + height / 2 - 4 },
      { x: right + gutter, y: bus },
      { x: output.x - output.width / 2 - gutter, y: bus },
      { x: output.x, y: output.y + output.height / 2 },
    ];
    return { strength: 1, points: state === states.length - 2 ? direct : around };
  });
}

function strengthOf(rows: readonly Candidate[]): number {
  return rows.reduce(
    (most, { alive, importance }) => (alive ? Math.max(most, importance) : most),
    0,
  );
}

export function rowY({ y }: BoxShape, row: number): number {
  return y + boxPadding + row * rowHeight;
}

/** A smooth line through points: straight ends, rounded corners between. */
export function smooth(points: readonly { x: number; y: number }[]): string {
  const [first, ...rest] = points;
  if (!first) return '';
  let path = `M${f(first.x)} ${f(first.y)}`;
  let from = first;
  for (const to of rest) {
    const bend = (to.x - from.x) / 2;
    path += `C${f(from.x + bend)} ${f(from.y)} ${f(to.x - bend)} ${f(to.y)} ${f(to.x)} ${f(to.y)}`;
    from = to;
  }
  return path;
}

const f = (value: number): string => value.toFixed(1);
