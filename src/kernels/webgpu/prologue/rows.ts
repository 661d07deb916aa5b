import { row } from '../row.ts';

/** One weight in kernel order. */
export const weightRow = row('WeightRow', {
  /** Parameter index, or none for a spare lane. */
  parameter: 'u32',
  /** Parameter index of its threshold, or none. */
  threshold: 'u32',
});

/** One lane of a norm's slot, by parameter indices. */
export const laneRow = row('LaneRow', {
  /** None for a spare lane. */
  gamma: 'u32',
  beta: 'u32',
  /** Logit of the filter's gate, or none. */
  gate: 'u32',
  /** Filter threshold, or none. */
  threshold: 'u32',
});

/** One node of a cell. */
export const nodeRow = row('NodeRow', {
  /** Table of `candidateRow`. */
  candidates: 'u32',
  count: 'u32',
  /** Its last survivor is kept: it has no shortcut. */
  keepsOne: 'bool',
});

/** A candidate operation that was not pruned for good. */
export const candidateRow = row('CandidateRow', {
  /** Index of its coefficient. */
  coefficient: 'u32',
  /** Parameter index of its importance. */
  alpha: 'u32',
  /** Parameter index of the operation threshold, or none. */
  threshold: 'u32',
});
