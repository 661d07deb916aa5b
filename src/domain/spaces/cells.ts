/**
 * The cell search space as data (DARTS, arXiv 1806.09055): which cells, states, edges and candidate operations a
 * super-net has. A cell has two inputs, then its nodes; all of them are its states.
 */
import { operationTable } from '../operations/registry.ts';
import type { CellSettings } from './cells-settings.ts';
import { shapeOf } from './shape.ts';
import type { CellShape, Edge, Given, ImageShape, Layout, SpaceShape } from './shape.ts';

export type { CellShape, Edge, Place, SpaceShape } from './shape.ts';

export type CellSpace = SpaceShape<CellSettings>;

/** Inputs of a cell: the outputs of the two cells before it. They are states 0 and 1; the nodes follow. */
export const cellInputs = 2;

export const inputStates: readonly number[] = Array.from({ length: cellInputs }, (_, i) => i);

export const isInput = (state: number): boolean => state < cellInputs;

/** States that are nodes. */
export const nodeStates = (nodes: number): number[] =>
  Array.from({ length: nodes }, (_, node) => nodeState(node));

/** The state of the n-th node, from 0, and the other way about. */
export const nodeState = (node: number): number => node + cellInputs;
export const nodeOf = (state: number): number => state - cellInputs;

/** Behind the nodes, where a drawing has the cell's output. */
export const outputState = (nodes: number): number => nodeState(nodes);

/** Stride of a candidate that leaves state `from`: only what reads a reduction cell's inputs halves the size. */
export const strideOf = ({ reduction }: Pick<CellShape, 'reduction'>, from: number): 1 | 2 =>
  reduction && isInput(from) ? 2 : 1;

/** Cells whose outputs cell `cell` reads; -1 = the stem. */
export const inputCells = (cell: number): number[] =>
  Array.from({ length: cellInputs }, (_, input) => Math.max(cell - cellInputs + input, -1));

/** A state inside a cell as people write it: c with subscript k-2, k-1, then node 1, node 2, ... */
export function stateName(state: number): string {
  return isInput(state)
    ? `c\u2096\u208b${String.fromCodePoint(0x2080 + cellInputs - state)}`
    : `node ${nodeOf(state) + 1}`;
}

/** Edges of a cell in DARTS order: to the first node from both inputs, to the second from inputs and first node, ... */
export function cellEdges(nodes: number): Edge[] {
  const edges: Edge[] = [];
  for (const to of nodeStates(nodes)) {
    for (let from = 0; from < to; from++) edges.push({ index: edges.length, from, to });
  }
  return edges;
}

/** The states that an edge joins; in this order they do not depend on the number of nodes. */
export function edgePlace(edge: number): { from: number; to: number } {
  let from = edge;
  let to = nodeState(0);
  while (from >= to) from -= to++;
  return { from, to };
}

type Division = Pick<CellSettings, 'cells' | 'stages'>;

/** Index of the last cell of each stage: floor((s + 1) L / S) - 1 (docs/algorithm.md, Stages). */
export function stageEnds({ cells, stages }: Division): number[] {
  return Array.from({ length: stages }, (_, s) => Math.floor(((s + 1) * cells) / stages) - 1);
}

/** The same in searches whose checkpoints do not state it (version 1). */
export function roundedStageEnds({ cells, stages }: Division): number[] {
  return Array.from({ length: stages }, (_, s) => Math.round(((s + 1) * cells) / stages) - 1);
}

/** The cells over square images of `imageSize` pixels per side. @param ends last cell of each stage. */
export function cellShapes(
  settings: CellSettings,
  imageSize: number,
  ends: readonly number[] = stageEnds(settings),
): CellShape[] {
  const cells: CellShape[] = [];
  let size = imageSize;
  for (let index = 0; index < settings.cells; index++) {
    const stage = ends.findIndex((end) => index <= end);
    const previous = cells.at(-1);
    const reduction = previous !== undefined && stage !== previous.stage;
    const inputSize = size;
    if (reduction) size = Math.ceil(size / 2);
    cells.push({
      index,
      stage,
      reduction,
      channels: settings.channels * 2 ** stage,
      size,
      inputSize,
      halvesFirstInput: previous?.reduction ?? false,
      group: index,
      shortcut: false,
    });
  }
  return cells;
}

/**
 * Lays out the cells of a super-net over square images.
 * @param ends last cell of each stage, where a network states them.
 */
export function layoutCells(
  settings: CellSettings,
  imageSize: number,
  ends: readonly number[] = stageEnds(settings),
): Layout {
  return {
    operations: settings.operations.map((name) => operationTable[name]),
    edges: cellEdges(settings.nodes),
    cells: cellShapes(settings, imageSize, ends),
    nodes: settings.nodes,
    preprocesses: cellInputs,
    stemChannels: settings.channels * settings.stemMultiplier,
    stageEnds: ends,
  };
}

/** @throws RangeError when there are fewer cells than stages. */
export function createSpace(
  settings: CellSettings,
  image: ImageShape,
  given: Given = {},
): CellSpace {
  if (settings.cells < settings.stages) {
    throw new RangeError(
      `space.cells (${settings.cells}) must be at least space.stages (${settings.stages})`,
    );
  }
  return shapeOf(settings, layoutCells(settings, image.size, given.stageEnds), image, given);
}
