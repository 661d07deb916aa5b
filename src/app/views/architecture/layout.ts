/** Lays a cell out with dagre: its inputs left, its nodes, its output right; every edge as a box of candidate operations. Pure. */
import { Graph, layout } from '@dagrejs/dagre';
import type { Candidate } from '../../store/cell-units.ts';

export const rowHeight = 15;
export const boxWidth = 104;
const boxPadding = 4;
const stateSize = { width: 44, height: 26 };

export interface StateShape {
  /** 0, 1 = the cell's inputs, 2.. = nodes, then the output. */
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
 * @param candidates those to draw: all of a cell, or only live ones. Edges without any are left out.
 * @param nodes intermediate nodes of a cell.
 */
export function layoutCell(candidates: readonly Candidate[], nodes: number): CellLayout {
  const edges = new Map<number, Candidate[]>();
  for (const candidate of candidates) edges.set(candidate.edge, [...(edges.get(candidate.edge) ?? []), candidate]);
  const { width, height, states, boxes, lines } = geometry([...edges.values()], nodes);
  return {
    width,
    height,
    states,
    boxes: boxes.map(({ edge, ...place }) => ({ edge, ...place, rows: edges.get(edge)! })),
    lines: lines.map(({ points, edge }) => ({ points, strength: edge === null ? 1 : strengthOf(edges.get(edge)!) })),
  };
}

interface Geometry extends Pick<CellLayout, 'width' | 'height' | 'states'> {
  boxes: Omit<BoxShape, 'rows'>[];
  lines: { points: LineShape['points']; edge: number | null }[];
}

/** Importances move all the time; places depend on how many operations an edge has, and cost milliseconds. */
const known = new Map<string, Geometry>();
const mostKnown = 400;

function geometry(edges: readonly (readonly Candidate[])[], nodes: number): Geometry {
  const key = `${nodes} ${edges.map((rows) => `${rows[0].edge}:${rows.length}`).join(' ')}`;
  const cached = known.get(key);
  if (cached) return cached;
  if (known.size >= mostKnown) known.clear();
  const fresh = place(edges, nodes);
  known.set(key, fresh);
  return fresh;
}

function place(edges: readonly (readonly Candidate[])[], nodes: number): Geometry {
  const graph = new Graph();
  graph.setGraph({ rankdir: 'LR', nodesep: 10, ranksep: 20, edgesep: 8, marginx: 4, marginy: 4 });
  graph.setDefaultEdgeLabel(() => ({}));
  const output = nodes + 2;
  const state = (index: number): string => `state ${index}`;
  for (let index = 0; index <= output; index++) graph.setNode(state(index), { ...stateSize });
  for (const rows of edges) {
    const [{ edge, from, to }] = rows;
    const box = `edge ${edge}`;
    graph.setNode(box, { width: boxWidth, height: heightOf(rows) });
    graph.setEdge(state(from), box, { weight: 1 });
    graph.setEdge(box, state(to), { weight: 3 });
  }
  for (let index = 2; index < output; index++) graph.setEdge(state(index), state(output), { weight: 2 });
  layout(graph);
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  const at = (name: string): { x: number; y: number } => graph.node(name) as { x: number; y: number };
  // The field draws the older input above: where dagre has it below, the drawing is turned over.
  const over = at(state(0)).y > at(state(1)).y ? (y: number): number => height - y : (y: number): number => y;
  return {
    width,
    height,
    states: Array.from({ length: output + 1 }, (_, index) => ({ state: index, x: at(state(index)).x, y: over(at(state(index)).y), ...stateSize })),
    boxes: edges.map((rows) => {
      const [{ edge, from, to }] = rows;
      const { x, y } = at(`edge ${edge}`);
      const tall = heightOf(rows);
      return { edge, from, to, x: x - boxWidth / 2, y: over(y) - tall / 2, width: boxWidth, height: tall };
    }),
    lines: graph.edges().map(({ v, w }) => {
      const { points } = graph.edge(v, w) as { points: { x: number; y: number }[] };
      const box = [v, w].find((end) => end.startsWith('edge '));
      return { points: points.map(({ x, y }) => ({ x, y: over(y) })), edge: box ? Number(box.slice(5)) : null };
    }),
  };
}

const heightOf = (rows: readonly Candidate[]): number => rows.length * rowHeight + 2 * boxPadding;

function strengthOf(rows: readonly Candidate[]): number {
  return rows.reduce((most, { alive, importance }) => (alive ? Math.max(most, importance) : most), 0);
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
