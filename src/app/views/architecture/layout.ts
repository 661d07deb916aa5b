/** Lays a cell out: its inputs left, its nodes, its output right; every edge as a box of candidate operations. Pure. */
import { inputStates, nodeState, outputState } from '../../../domain/spaces/cells.ts';
import type { Candidate } from '../../store/cell-units.ts';

export const rowHeight = 15;
export const boxWidth = 104;
const boxPadding = 4;
const boxGap = 12;
/** Between columns, for lines to bend in. */
const gutter = 26;
/** Under the boxes, for the lines into the output. */
const busSpace = 16;
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
 * column the edges from the inputs stand outside and those from nodes inside: a later column has one box more, so lines
 * run over and under the columns before. Outputs of nodes run along the bottom.
 * @param candidates those to draw: all of a cell, or only live ones. Edges without any are left out.
 * @param nodes intermediate nodes of a cell.
 */
export function layoutCell(candidates: readonly Candidate[], nodes: number): CellLayout {
  const columns = Array.from({ length: nodes }, (_, node) =>
    stack(candidates.filter(({ to }) => to === nodeState(node))),
  );
  const tallest = Math.max(...columns.map(({ height }) => height), 3 * stateSize.height);
  const middle = margin + tallest / 2;
  const bus = margin + tallest + busSpace;
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
  const input = (state: number): StateShape => {
    const first = boxes.find(({ from, to }) => from === state && to === nodeState(0));
    const y = first
      ? first.y + first.height / 2
      : middle + (state === 0 ? -1 : 1) * stateSize.height;
    return { state, x: margin + stateSize.width / 2, y, ...stateSize };
  };
  const output = { state: outputState(nodes), x: x + stateSize.width / 2, y: middle, ...stateSize };
  const all = [...inputStates.map(input), ...states, output];
  return {
    width: x + stateSize.width + margin,
    height: bus + margin,
    states: all,
    boxes,
    lines: linesOf(all, boxes, bus),
  };
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
    .sort(([a], [b]) => order(a.from) - order(b.from))
    .map((rows) => {
      const [{ edge, from, to }] = rows;
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
  bus: number,
): LineShape[] {
  const lines: LineShape[] = [];
  for (const { from, to, x, y, width, height, rows } of boxes) {
    const strength = strengthOf(rows);
    const [source, target] = [states[from], states[to]];
    const left = source.x + source.width / 2;
    const at = y + height / 2;
    lines.push({
      strength,
      points: [
        { x: left, y: source.y },
        { x: left + gutter, y: at },
        { x, y: at },
      ],
    });
    lines.push({
      strength,
      points: [
        { x: x + width, y: at },
        { x: target.x - target.width / 2, y: target.y },
      ],
    });
  }
  const output = states[states.length - 1];
  states.slice(inputStates.length, -1).forEach(({ state, x, y, width, height }) => {
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
    lines.push({ strength: 1, points: state === states.length - 2 ? direct : around });
  });
  return lines;
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
