/** The parameters of a network as plain data: what each array is called, where it lies, how it begins. */

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

/** How a fresh element is drawn: a constant, a normal (alpha), or uniform by fan-in. */
export type Initializer =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'normal'; readonly deviation: number }
  | { readonly kind: 'uniform'; readonly bound: number };

/** A candidate operation: its cell, and its index into the cell's vectors of importances and thresholds. */
export interface UnitRef {
  readonly cell: number;
  readonly unit: number;
}

/** Names of the vectors of a cell's importances and thresholds, an element a unit. */
export const unitVectors = (cell: number) =>
  ({
    alpha: `cells.${cell}.alpha`,
    operationThreshold: `cells.${cell}.operationThreshold`,
    filterThreshold: `cells.${cell}.filterThreshold`,
    weightThreshold: `cells.${cell}.weightThreshold`,
  }) as const;

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
  /** The candidate whose weight threshold masks it at the weight granularity; null: it is not masked. */
  readonly maskedBy: UnitRef | null;
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

/** All numbers of a network: packed as its table says. */
export interface NetworkParameters {
  values: Float32Array;
  /** SGD momentum buffers. */
  momentum: Float32Array;
  /** Committed weight masks (1 = alive); 1 for every element that the weight granularity does not touch. */
  weightMask: Uint8Array;
}
