/**
 * A cell in the convention of DARTS's figures (Liu et al. 2019, figures 4 and 5): states as nodes, every operation as an
 * edge with its name; states from left to right, the labels of a node's incoming edges in a column before it. Pure.
 */
import { inputStates, nodeState, outputState } from '../../../domain/spaces/cells.ts';
import type { CellShape } from '../../../domain/spaces/cells.ts';
import type { Candidate } from '../../store/cell-units.ts';

const nodeSize = { width: 58, height: 34 };
export const labelHeight = 18;
const labelGap = 5;
const labelWidth = 92;
const margin = 10;
/** Beside a label, for its edge to bend. */
const bend = 56;
/** Nodes stand alternately above and under the middle, so that edges between neighbours do not lie on each other. */
const stagger = 52;

export interface DartsNode {
  state: number;
  kind: 'input' | 'node' | 'output';
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface DartsEdge {
  candidate: Candidate;
  points: readonly { x: number; y: number }[];
  label: { x: number; y: number; width: number };
}

export interface DartsLayout {
  width: number;
  height: number;
  nodes: readonly DartsNode[];
  edges: readonly DartsEdge[];
  /** From nodes into the output, where they are concatenated. */
  outputs: readonly { state: number; points: readonly { x: number; y: number }[] }[];
}

/** @param candidates those to draw. @param count nodes of a cell. */
export function layoutDarts(candidates: readonly Candidate[], count: number): DartsLayout {
  const columns = Array.from({ length: count }, (_, node) =>
    candidates
      .filter(({ to }) => to === nodeState(node))
      .sort((a, b) => rank(a.from) - rank(b.from) || a.unit - b.unit),
  );
  const pitch = labelHeight + labelGap;
  const tallest = Math.max(5, ...columns.map(({ length }) => length)) * pitch;
  // Further out than the nodes: what passes a node does not run behind it.
  const inputSpread = Math.max(stagger + 44, tallest / 4);
  const middle = margin + Math.max(tallest / 2, inputSpread + nodeSize.height / 2);
  const nodes: DartsNode[] = inputStates.map((state, i) => ({
    ...{ state, kind: 'input' as const, ...nodeSize },
    x: margin + nodeSize.width / 2,
    y: middle + (i === 0 ? -1 : 1) * inputSpread,
  }));
  const labels: { candidate: Candidate; x: number; y: number }[] = [];
  let x = margin + nodeSize.width + bend;
  columns.forEach((column, node) => {
    const top = middle - ((column.length - 1) * pitch) / 2;
    column.forEach((candidate, i) =>
      labels.push({ candidate, x: x + labelWidth / 2, y: top + i * pitch }),
    );
    x += labelWidth + bend;
    const side = count === 1 ? 0 : node % 2 === 0 ? -1 : 1;
    nodes.push({
      ...{ state: nodeState(node), kind: 'node', ...nodeSize },
      ...{ x: x + nodeSize.width / 2, y: middle + side * stagger },
    });
    x += nodeSize.width + bend;
  });
  nodes.push({
    ...{ state: outputState(count), kind: 'output', ...nodeSize },
    ...{ x: x + nodeSize.width / 2, y: middle },
  });
  const bottom = Math.max(middle + tallest / 2, ...nodes.map(({ y, height }) => y + height / 2));
  const bus = bottom + 26;
  return {
    width: x + nodeSize.width + margin,
    height: bus + margin,
    nodes,
    edges: labels.map((label) => edgeOf(label, nodes)),
    outputs: outputsOf(nodes, bus),
  };
}

/** The older input's edges above, the newer input's under those from nodes. */
const rank = (from: number): number => (from === inputStates.at(-1) ? Infinity : from);

function edgeOf(
  { candidate, x, y }: { candidate: Candidate; x: number; y: number },
  nodes: readonly DartsNode[],
): DartsEdge {
  const [source, target] = [nodes[candidate.from]!, nodes[candidate.to]!];
  return {
    candidate,
    label: { x, y, width: labelWidth },
    points: [
      { x: source.x + source.width / 2, y: source.y },
      { x: x - labelWidth / 2, y },
      { x: x + labelWidth / 2, y },
      { x: target.x - target.width / 2, y: target.y },
    ],
  };
}

/** The last node's straight, the others' under everything. */
function outputsOf(nodes: readonly DartsNode[], bus: number): DartsLayout['outputs'] {
  const output = nodes.at(-1)!;
  const own = nodes.filter(({ kind }) => kind === 'node');
  const end = { x: output.x - output.width / 2, y: output.y };
  return own.map(({ state, x, y, width }, i) => {
    const start = { x: x + width / 2, y };
    return {
      state,
      points:
        i === own.length - 1
          ? [start, end]
          : [start, { x: start.x + bend, y: bus }, { x: end.x - bend, y: bus }, end],
    };
  });
}

/** Channels and pixels per side of the tensor at a state: what an image becomes there. */
export interface TensorShape {
  channels: number;
  size: number;
}

/**
 * @param cell index of the cell. @param stem channels of the stem. @param nodes of a cell: its output has the channels of
 *   all of them.
 * @returns of every state in order: both inputs, the nodes, the output.
 */
export function tensorShapes(
  shapes: readonly CellShape[],
  cell: number,
  stem: number,
  nodes: number,
  imageSize: number,
): TensorShape[] {
  const outputOf = (index: number): TensorShape => {
    const shape = shapes[index];
    return shape
      ? { channels: nodes * shape.channels, size: shape.size }
      : { channels: stem, size: imageSize };
  };
  const { channels, size } = shapes[cell]!;
  return [
    ...inputStates.map((_, i) => outputOf(cell - inputStates.length + i)),
    ...Array.from({ length: nodes }, () => ({ channels, size })),
    outputOf(cell),
  ];
}

/** Whether an edge or a node belongs to what is followed: a state, with all that enters and leaves it. */
export const touches = (
  { from, to }: Pick<Candidate, 'from' | 'to'>,
  state: number | null,
): boolean => state !== null && (from === state || to === state);

/** Operations whose name, symbol or place has all the words. */
export function finds(words: string, texts: readonly string[]): boolean {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const text = texts.join('\n').toLowerCase();
  return wanted.every((word) => text.includes(word));
}
