/**
 * The physical structure of a super-net after compaction, as plain data: the graph of what remains, where every
 * parameter lies, and which units - candidate operations, groups of filters - the parts of the graph belong to. Derived
 * from the space and the committed masks alone (`buildPlan`), so that a checkpoint need not hold it.
 */
import type { Graph, Node, NodeOf, Scope } from '../graph/graph.ts';
import type { ParameterTable } from '../graph/parameters.ts';
import type { Parts } from '../operations/emission.ts';
import type { CandidateOperation } from '../operations/registry.ts';
import type { CellShape, SpaceShape } from './shape.ts';

export interface CandidatePlan extends Parts {
  /** cells.C.edges.E.OPERATION */
  readonly name: string;
  readonly operation: CandidateOperation;
  readonly edge: number;
  readonly from: number;
  readonly to: number;
  /** Index into the cell's alpha and threshold vectors: edge * operations + operation. */
  readonly unit: number;
  readonly stride: number;
  readonly scope: Scope;
  /** Its result; the state itself where it is the identity. */
  readonly node: Node;
  /** Channels of the destination node it can write, original ids. */
  readonly outputs: readonly number[];
}

export interface PreprocessPlan {
  readonly name: string; // cells.C.preprocessS; parameters: .conv | .conv1 .conv2, .norm.*, .gate
  /** Input of the cell, from 0. */
  readonly slot: number;
  /** Cell whose output it reads; -1 = the stem. */
  readonly source: number;
  /** Channels of the source it reads: ids in the source's concatenation (node * channels + channel), or of the stem. */
  readonly inputs: readonly number[];
  readonly filters: readonly number[];
  /** Factorized reduce: number of original ids that come from conv1; null for a plain 1x1 convolution. */
  readonly split: number | null;
}

/** Filters with gates under one threshold. */
export interface FilterGroup {
  /** Its filter mask bears this name. */
  readonly name: string;
  /** Filters before any was pruned. */
  readonly width: number;
}

/** Gated filters of a cell that belong to no candidate: of a preprocess, of a chain's head. */
export interface GatedGroup {
  /** Parameter NAME.gate. */
  readonly name: string;
  readonly filters: readonly number[];
  /** Parameter and element of their threshold. */
  readonly threshold: { readonly name: string; readonly element: number };
  /** Its number among those of the cell. */
  readonly part: number;
}

export interface CellPlan {
  readonly shape: CellShape;
  readonly preprocess: readonly PreprocessPlan[];
  readonly gated: readonly GatedGroup[];
  readonly candidates: readonly CandidatePlan[];
  /** Every state: the preprocessed inputs, then the nodes. */
  readonly states: readonly Node[];
  /** Live channels (original ids) of every state. */
  readonly live: readonly (readonly number[])[];
  /** The nodes side by side. */
  readonly output: Node;
}

/** Global average pool and a linear layer; parameters: .weight, .bias. */
export interface HeadPlan {
  readonly name: string; // heads.S
  /** Channels it reads: ids in the cell's concatenation. */
  readonly inputs: readonly number[];
  /** Its logits. */
  readonly node: NodeOf<'linear'>;
}

export interface NetworkPlan {
  readonly space: SpaceShape;
  /** Last cell trained; the head stands on it. */
  readonly endCell: number;
  /** Stage whose head is used. */
  readonly stage: number;
  readonly cells: readonly CellPlan[];
  /** For each unit of a cell, pruned or not: the node it leads to, from 0. */
  readonly unitNodes: readonly number[];
  readonly head: HeadPlan;
  /** A second classifier on an earlier cell, which only trains along; null in a search and at inference. */
  readonly auxiliary: (HeadPlan & { readonly cell: number }) | null;
  readonly graph: Graph;
  readonly table: ParameterTable;
}

/** Committed masks of operations and filters, in original ids (1 = alive). */
export interface UnitMasks {
  /** Per cell: [edges x operations]. */
  operations: Uint8Array[];
  /** By block, factorized reduce or preprocess name: one flag a filter. */
  filters: Record<string, Uint8Array>;
}

/** The surviving units of a space, as a file states them. */
export interface FoundUnits {
  readonly masks: UnitMasks;
  /** Of surviving operations, by candidate. */
  readonly importances: ReadonlyMap<string, number>;
  /** Bitmaps of convolutions some of whose weights are masked, by parameter. */
  readonly weightMasks: ReadonlyMap<string, string>;
}
