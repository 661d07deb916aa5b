import { row } from '../row.ts';

/** A node of a cell, with its candidates that no commit removed. */
export const regularizedNodeRow = row('RegularizedNode', {
  cell: 'u32',
  /** Table of `regularizedCandidateRow`. */
  candidates: 'u32',
  count: 'u32',
  /** Its last survivor is kept: it has no shortcut. */
  keepsOne: 'bool',
});

/** A candidate operation; parameter indices, or none. */
export const regularizedCandidateRow = row('RegularizedCandidate', {
  alpha: 'u32',
  operationThreshold: 'u32',
  filterThreshold: 'u32',
  weightThreshold: 'u32',
  /** Element of `counts` that holds its parameters. */
  parameters: 'u32',
});

/** A threshold of no candidate. */
export const extraThresholdRow = row('ExtraThreshold', {
  parameter: 'u32',
});

/** A candidate whose parameters are counted softly. */
export const countedCandidateRow = row('CountedCandidate', {
  /** `regularizedNodeRow` of its node, as a table of one, and its place among the node's candidates. */
  node: 'u32',
  index: 'u32',
  /** Parameter index of the filter threshold; none where the filter level is off. */
  filterThreshold: 'u32',
  /** Table of `countedBlockRow`. */
  blocks: 'u32',
  blockCount: 'u32',
  /** Table of `countedArrayRow`. */
  arrays: 'u32',
  arrayCount: 'u32',
});

/** The filters of a block, whose shares weigh the channels of arrays. */
export const countedBlockRow = row('CountedBlock', {
  /** Parameter index of the first gate's logit. */
  gate: 'u32',
  filters: 'u32',
  /** Element of `counts` for the first filter's weights; its share lies `filters` elements on. */
  weights: 'u32',
});

/** A masked array of weights, channels innermost. */
export const countedArrayRow = row('CountedArray', {
  /** Its first parameter. */
  parameter: 'u32',
  count: 'u32',
  /** Index of the block whose filters weigh its channels, or none: its weights count in full. */
  block: 'u32',
});
