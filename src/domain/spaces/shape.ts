/**
 * What every search space has: cells one after another, each with units that are judged together. In a space that is a
 * chain, a layer is a cell of one edge.
 */
import { searchedForm } from '../architecture/schema.ts';
import type { NetworkForm } from '../architecture/schema.ts';
import type { CandidateOperation, OperationName } from '../operations/registry.ts';
import type { SpaceSettings } from './settings.ts';

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

/** A space over square images of one size, without what the data set adds. */
export interface Layout {
  readonly operations: readonly CandidateOperation[];
  /** Of every cell. */
  readonly edges: readonly Edge[];
  readonly cells: readonly CellShape[];
  /** Destinations of edges in a cell. */
  readonly nodes: number;
  /** Inputs of a cell that pass filters of their own. */
  readonly preprocesses: number;
  readonly stemChannels: number;
  /** Index of the last cell of each stage. */
  readonly stageEnds: readonly number[];
}

export interface SpaceShape<Settings extends SpaceSettings = SpaceSettings> extends Layout {
  readonly settings: Settings;
  readonly classes: number;
  readonly imageSize: number;
  readonly imageChannels: number;
  readonly form: NetworkForm;
  /** Of the network that comes out: a super-net's parameters are counted as that network has them. */
  readonly outcome: NetworkForm;
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

/** The images that a network is built for. */
export interface ImageShape {
  readonly size: number;
  readonly channels: number;
  readonly classes: number;
}

/** What a stored network states of its space. */
export interface Given {
  readonly stageEnds?: readonly number[];
  readonly form?: NetworkForm;
  readonly outcome?: NetworkForm;
}

/** First and last cell of each stage. */
export const stagesOf = ({ stageEnds }: Pick<Layout, 'stageEnds'>): [number, number][] =>
  stageEnds.map((end, stage) => [stage === 0 ? 0 : stageEnds[stage - 1]! + 1, end]);

/** All candidates of a cell, by unit. */
export const placesIn = ({ edges, operations }: Pick<Layout, 'edges' | 'operations'>): Place[] =>
  edges.flatMap(({ index, from, to }) =>
    operations.map(({ name }, o) => ({
      unit: index * operations.length + o,
      edge: index,
      from,
      to,
      operation: name,
    })),
  );

/** @param layout with the stage ends that hold. */
export const shapeOf = <Settings extends SpaceSettings>(
  settings: Settings,
  layout: Layout,
  image: ImageShape,
  { form = searchedForm, outcome = form }: Given,
): SpaceShape<Settings> => ({
  ...layout,
  settings,
  classes: image.classes,
  imageSize: image.size,
  imageChannels: image.channels,
  form,
  outcome,
});
