/**
 * The physical structure of a super-net after compaction, as plain data: which candidate operations remain, which
 * filters each convolution keeps, and where every parameter lies in the packed arrays. Derived from the space and the
 * committed masks alone (`buildPlan`), so that a checkpoint need not hold it.
 */
import type { CellShape, SpaceShape } from '../../domain/spaces/cells.ts';
import type { CandidateOperation } from '../../domain/operations/registry.ts';

/** What an optimizer treats alike. `statistic`: running mean and variance, not trained. */
export const parameterGroups = [
  'weight',
  'alpha',
  'gate',
  'threshold',
  'weightThreshold',
  'statistic',
] as const;
export type ParameterGroup = (typeof parameterGroups)[number];

/** How a fresh element is drawn: He-normal by fan-in, a constant, or a small normal (alpha). */
export type Initializer =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'normal'; readonly deviation: number }
  | { readonly kind: 'uniform'; readonly bound: number };

/** One named array inside the packed parameters. */
export interface ParameterSpec {
  readonly name: string;
  readonly group: ParameterGroup;
  /** Position of its first element in the packed arrays. */
  readonly offset: number;
  readonly size: number;
  readonly shape: readonly number[];
  /** Original unit ids along each axis; null where an axis is never compacted. Compaction gathers by these. */
  readonly ids: readonly (readonly number[] | null)[];
  /** Whether the weight granularity masks it: index (cell, unit) of the weight threshold, else null. */
  readonly maskedBy: { readonly cell: number; readonly unit: number } | null;
  readonly initializer: Initializer;
}

/** Packed parameters: ordered by group, so that each group is one contiguous range. */
export interface ParameterTable {
  readonly specs: readonly ParameterSpec[];
  readonly byName: ReadonlyMap<string, ParameterSpec>;
  readonly size: number;
  readonly groups: Readonly<
    Record<ParameterGroup, { readonly offset: number; readonly size: number }>
  >;
}

/** Names of the parameters of one batch norm: `${norm}.gamma`, `.beta`, `.mean`, `.variance`. */
export type NormName = string;

/** Depthwise (relu before), pointwise, batch norm, filter gate. */
export interface BlockPlan {
  readonly name: string; // cells.C.edges.E.OP.blockB; parameters: .depthwise .pointwise .norm.* .gate
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Original ids of the input channels it reads, ascending. */
  readonly inputs: readonly number[];
  /** Original ids of its surviving filters, ascending. */
  readonly filters: readonly number[];
}

/** relu, two 1x1 stride-2 convolutions (second on the input shifted by one pixel), gate, batch norm. */
export interface FactorizedReducePlan {
  readonly name: string; // parameters: .conv1 .conv2 .norm.* .gate
  readonly inputs: readonly number[];
  /** Surviving filters by original id; those below `split` come from conv1. */
  readonly filters: readonly number[];
  readonly split: number;
}

export interface CandidatePlan {
  readonly operation: CandidateOperation;
  readonly edge: number;
  readonly from: number;
  readonly to: number;
  /** Index into the cell's alpha and threshold vectors: edge * operations + operation. */
  readonly unit: number;
  readonly stride: number;
  /** Convolution blocks in order (empty for skip and pools). */
  readonly blocks: readonly BlockPlan[];
  /** Stride-2 skip connection. */
  readonly reduce: FactorizedReducePlan | null;
  /** Batch norm behind a pool, where the network's form has one: `${candidate}.norm`. */
  readonly poolNorm: NormName | null;
  /** Channels of the destination node it can write, original ids. */
  readonly outputs: readonly number[];
}

export interface PreprocessPlan {
  readonly name: string; // cells.C.preprocessS; parameters: .conv | .conv1 .conv2, .norm.*, .gate
  readonly slot: 0 | 1;
  /** Cell whose output it reads; -1 = the stem. */
  readonly source: number;
  /** Channels of the source it reads: ids in the source's concatenation (node * channels + channel), or of the stem. */
  readonly inputs: readonly number[];
  readonly filters: readonly number[];
  /** Factorized reduce: number of original ids that come from conv1; null for a plain 1x1 convolution. */
  readonly split: number | null;
}

export interface CellPlan {
  readonly shape: CellShape;
  readonly preprocess: readonly [PreprocessPlan, PreprocessPlan];
  readonly candidates: readonly CandidatePlan[];
  /** Live channels (original ids) of every state: 0, 1 = preprocessed inputs, 2.. = nodes. */
  readonly live: readonly (readonly number[])[];
}

/** Global average pool and a linear layer; parameters: .weight, .bias. */
export interface HeadPlan {
  readonly name: string; // heads.S
  /** Channels it reads: ids in the cell's concatenation. */
  readonly inputs: readonly number[];
}

export interface NetworkPlan {
  readonly space: SpaceShape;
  /** Last cell trained; the head stands on it. */
  readonly endCell: number;
  /** Stage whose head is used. */
  readonly stage: number;
  readonly cells: readonly CellPlan[];
  readonly head: HeadPlan;
  /** A second classifier on an earlier cell, which only trains along; null in a search and at inference. */
  readonly auxiliary: (HeadPlan & { readonly cell: number }) | null;
  readonly table: ParameterTable;
}

/** Committed masks of operations and filters, in original ids (1 = alive). */
export interface UnitMasks {
  /** Per cell: [edges x operations]. */
  operations: Uint8Array[];
  /** By block, factorized reduce or preprocess name: one flag a filter. */
  filters: Record<string, Uint8Array>;
}

/** All numbers of a super-net: packed as `NetworkPlan.table` says. */
export interface NetworkParameters {
  values: Float32Array;
  /** SGD momentum buffers. */
  momentum: Float32Array;
  /** Committed weight masks (1 = alive); 1 for every element that the weight granularity does not touch. */
  weightMask: Uint8Array;
}
