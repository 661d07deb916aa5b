import { row } from '../row.ts';

/** A candidate operation, a preprocess or the stem. Parameter indices, or none where it has no such parameter. */
export const unitRow = row('UnitRow', {
  alpha: 'u32',
  operationThreshold: 'u32',
  filterThreshold: 'u32',
  /** Index of its coefficient, or none. */
  coefficient: 'u32',
  /** Table of `blockRow`: its norms, the last of which leads to the node. */
  blocks: 'u32',
  blockCount: 'u32',
  /** Its filters are gated before the norm (factorized reduce). */
  gateBefore: 'bool',
  /** Shares of its coefficient's gradient that the mix left: first vec4 or none, lane, and how many. */
  partial: 'u32',
  partialLane: 'u32',
  partialCount: 'u32',
});

/** The norm of a block. */
export const blockRow = row('BlockRow', {
  /** First slot. */
  slot: 'u32',
  slots: 'u32',
});
