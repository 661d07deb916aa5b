import { row } from '../row.ts';

/** A node of a cell, with its candidates that no commit removed. */
export const regularizedNodeRow = row('RegularizedNode', {
  cell: 'u32',
  /** Table of `regularizedCandidateRow`. */
  candidates: 'u32',
  count: 'u32',
});

/** A candidate operation; parameter indices, or none. */
export const regularizedCandidateRow = row('RegularizedCandidate', {
  alpha: 'u32',
  operationThreshold: 'u32',
  filterThreshold: 'u32',
  weightThreshold: 'u32',
  /** Millions of parameters. */
  millions: 'f32',
});

/** A threshold of no candidate. */
export const extraThresholdRow = row('ExtraThreshold', {
  parameter: 'u32',
});
