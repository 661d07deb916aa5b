/** Lays a cell out: its inputs left, its nodes, its output right; every edge as a box of candidate operations. Pure. */
import type { OutlineGroup } from '../../../domain/graph/outline.ts';
import type { Candidate } from '../../store/cell-units.ts';
import { lanesOf } from './lanes.ts';
import type { BoxShape, CellLayout, LineShape, StateShape } from './shapes.ts';

export const rowHeight = 15;
export const boxWidth = 112;
const boxPadding = 4;
const boxGap = 12;
/** Between columns, for lines to bend in. */
const gutter = 26;
/** Under the boxes and lanes, for the lines into the output. */
const busSpace = 16;
/** Between the two inputs, at least. */
const inputGap = 14;
const margin = 4;
const stateSize = { width: 40, height: 26 };

/**
 * Columns: the inputs, then for every node the boxes of its incoming edges and the node itself, then the output. In a
 * column the edges from the inputs stand outside and those from nodes inside. A line that passes columns runs in a lane
 * that is free in all of them: between boxes, over or under them. Outputs of nodes run along the bottom.
 * @param candidates those to draw: all of a cell, or only live ones. Edges without any are left out.
 * @param outline the cell's states, and which of them its edges join.
 */
export function layoutCell(candidates: readonly Candidate[], outline: OutlineGroup): CellLayout {
  const inputs = outline.states.filter(({ role }) => role === 'input');
  const nodes = outline.states.filter(({ role }) => role === 'node');
  const outputs = outline.states.filter(({ role }) => role === 'output');
  const newest = inputs.at(-1)?.state;
  const columns = nodes.map(({ state }) =>
    stack(
      candidates.filter(({ to }) => to === state),
      newest,
    ),
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
    states.push({ ...nodes[node]!, x: x + stateSize.width / 2, y: middle, ...stateSize });
    x += stateSize.width + gutter;
  });
  for (const output of outputs) {
    states.push({ ...output, x: x + stateSize.width / 2, y: middle, ...stateSize });
    x += stateSize.width + gutter;
  }
  const all = [...placeInputs(inputs, boxes, nodes[0]?.state, middle), ...states];
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
      width: x - gutter + margin,
      height: bus + margin,
      states: all,
      boxes,
      lines: [...lines, ...shortcutLines(all, outline, bus), ...outputLines(all, outline, bus)],
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
function placeInputs(
  inputs: readonly Pick<StateShape, 'state' | 'role'>[],
  boxes: readonly BoxShape[],
  firstNode: number | undefined,
  middle: number,
): StateShape[] {
  const beside = inputs.map(({ state }) => {
    const first = boxes.find(({ from, to }) => from === state && to === firstNode);
    return first ? first.y + first.height / 2 : null;
  });
  const apart = stateSize.height + inputGap;
  const known = beside.findIndex((y) => y !== null);
  const anchor = known < 0 ? (inputs.length - 1) / 2 : known;
  let y = (beside[known] ?? middle) - anchor * apart;
  return inputs.map((input, i) => {
    if (i > 0) y = Math.max(beside[i] ?? y + apart, y + apart);
    return { ...input, x: margin + stateSize.width / 2, y, ...stateSize };
  });
}

/** Candidates of one edge have the same ends. */
function endsOf([candidate]: readonly Candidate[]): Pick<Candidate, 'edge' | 'from' | 'to'> {
  if (!candidate) throw new Error('an edge without candidates');
  return candidate;
}

/** Boxes of a node's edges, from the top: the older input, the nodes, the newer input. */
function stack(
  candidates: readonly Candidate[],
  newest: number | undefined,
): { boxes: Omit<BoxShape, 'x'>[]; height: number } {
  const edges = new Map<number, Candidate[]>();
  for (const candidate of candidates)
    edges.set(candidate.edge, [...(edges.get(candidate.edge) ?? []), candidate]);
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

/** Of every joined node into the output: the last one's straight, the others' along the bottom. */
function outputLines(
  states: readonly StateShape[],
  { joined }: OutlineGroup,
  bus: number,
): LineShape[] {
  const output = states.at(-1)!;
  return joined.map((joinedState) => {
    const { state, x, y, width, height } = states[joinedState]!;
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

/** Of inputs that are added as they are: under the boxes. */
function shortcutLines(
  states: readonly StateShape[],
  { edges }: OutlineGroup,
  bus: number,
): LineShape[] {
  return edges
    .filter(({ units }) => units.length === 0)
    .map(({ from, to }) => {
      const [source, target] = [states[from]!, states[to]!];
      return {
        strength: 1,
        points: [
          { x: source.x, y: source.y + source.height / 2 },
          { x: source.x + source.width / 2 + gutter, y: bus },
          { x: target.x - target.width / 2 - gutter, y: bus },
          { x: target.x, y: target.y + target.height / 2 },
        ],
      };
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
