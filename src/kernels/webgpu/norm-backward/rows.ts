import { gatherFields } from '../norm-apply/rows.ts';
import { row } from '../row.ts';

/** One normalized quad, and where its upstream gradient lies. */
export const normBackwardRow = row('NormBackwardRow', {
  /** Quad of the norm's input, which its gradient overwrites. */
  inputQuad: 'u32',
  slot: 'u32',
  /** Index of the operation's coefficient, or none. */
  coefficient: 'u32',
  /** Gated before the norm (factorized reduce), not after it. */
  gateBefore: 'bool',
  ...gatherFields,
});
