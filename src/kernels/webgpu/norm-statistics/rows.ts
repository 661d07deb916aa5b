import { row } from '../row.ts';

/** One quad that is normalized. */
export const statisticsRow = row('StatisticsRow', {
  inputQuad: 'u32',
  /** Gated before the norm (factorized reduce), not after it. */
  gateBefore: 'bool',
  /** Parameter index of each lane's running mean and variance, or none. */
  means: 'vec4u',
  variances: 'vec4u',
});
