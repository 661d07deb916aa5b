/**
 * The cell search space as data (DARTS, arXiv 1806.09055): which cells, states, edges and candidate operations a
 * super-net has. A cell has two inputs, then its nodes; all of them are its states.
 */
import { operationTable } from '../operations/registry.ts';
import { searchedForm } from '../architecture/schema.ts';
import type { NetworkForm } from '../architecture/schema.ts';
import type { CandidateOperation, OperationName } from '../operations/registry.ts';
import type { SpaceSettings } from '../settings/schema.ts';
import type { ChainShape } from './mobile-table.ts';

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

/** Edge from state `from` to the node of state `to`. */
export interface Edge {
  readonly index: number;
  readonly from: number;
  readonly to: number;
}

export interface CellShape {
  readonly index: number;
  readonly stage: number;
  readonly reduction: boolean;
  /** Filters of every node. */
  readonly channels: number;
  /** Pixels a side of its output (nodes). */
  readonly size: number;
  /** Pixels a side of its preprocessed inputs (2 x size, or 2 x size - 1, in a reduction cell). */
  readonly inputSize: number;
  /** preprocess0 is a factorized reduce, since the cell before is a reduction. */
  readonly halvesFirstInput: boolean;
  /** Regrowth scores the cells of a group together: a cell alone, or the layers of a chain that share their channels. */
  readonly group: number;
  /** Its input is added to its candidates, so that it can lose them all (a layer of a chain). */
  readonly shortcut: boolean;
}

export interface SpaceShape {
  readonly settings: SpaceSettings;
  readonly classes: number;
  readonly imageSize: number;
  readonly imageChannels: number;
  readonly operations: readonly CandidateOperation[];
  readonly edges: readonly Edge[];
  readonly cells: readonly CellShape[];
  readonly stemChannels: number;
  /** Index of the last cell of each stage. */
  readonly stageEnds: readonly number[];
  readonly form: NetworkForm;
  /** Of the network that comes out: a super-net's parameters are counted as that network has them. */
  readonly outcome: NetworkForm;
  /** Its cells are the layers of a chain. Absent: cells of two inputs. */
  readonly chain?: ChainShape;
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

/** A candidate operation's place in its cell. */
export interface Place {
  /** edge * operations + operation: its index in the vectors of a cell's importances and thresholds. */
  readonly unit: number;
  readonly edge: number;
  readonly from: number;
  readonly to: number;
  readonly operation: OperationName;
}

/** All candidates of a cell, by unit. */
export function placesOf({
  nodes,
  operations,
}: {
  nodes: number;
  operations: readonly OperationName[];
}): Place[] {
  return cellEdges(nodes).flatMap(({ index, from, to }) =>
    operations.map((operation, o) => ({
      unit: index * operations.length + o,
      edge: index,
      from,
      to,
      operation,
    })),
  );
}

type Division = Pick<SpaceSettings, 'cells' | 'stages'>;

/** Index of the last cell of each stage: floor((s + 1) L / S) - 1 (docs/algorithm.md, Stages). */
export function stageEnds({ cells, stages }: Division): number[] {
  return Array.from({ length: stages }, (_, s) => Math.floor(((s + 1) * cells) / stages) - 1);
}

/** The same in searches whose checkpoints do not state it (version 1). */
export function roundedStageEnds({ cells, stages }: Division): number[] {
  return Array.from({ length: stages }, (_, s) => Math.round(((s + 1) * cells) / stages) - 1);
}

/** First and last cell of each stage. */
export function stageCells(space: Division): [number, number][] {
  const ends = stageEnds(space);
  return ends.map((end, stage) => [stage === 0 ? 0 : ends[stage - 1]! + 1, end]);
}

/** The cells over square images of `imageSize` pixels a side. @param ends last cell of each stage. */
export function cellShapes(
  settings: SpaceSettings,
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
 * @param given.stageEnds last cell of each stage, where a network states them.
 * @throws RangeError when there are fewer cells than stages.
 */
export function createSpace(
  settings: SpaceSettings,
  image: { size: number; channels: number; classes: number },
  given: { stageEnds?: readonly number[]; form?: NetworkForm; outcome?: NetworkForm } = {},
): SpaceShape {
  if (settings.cells < settings.stages) {
    throw new RangeError(
      `space.cells (${settings.cells}) must be at least space.stages (${settings.stages})`,
    );
  }
  const ends = given.stageEnds ?? stageEnds(settings);
  const form = given.form ?? searchedForm;
  return {
    settings,
    classes: image.classes,
    imageSize: image.size,
    imageChannels: image.channels,
    operations: settings.operations.map((name) => operationTable[name]),
    edges: cellEdges(settings.nodes),
    cells: cellShapes(settings, image.size, ends),
    stemChannels: settings.channels * settings.stemMultiplier,
    stageEnds: ends,
    form,
    outcome: given.outcome ?? form,
  };
}
