import { row } from '../row.ts';

/** A pool that a norm follows: one quad of it. Other pools are computed while they are mixed. */
export const poolRow = row('Pool', {
  /** Quad of the state. */
  inputQuad: 'u32',
  /** Whether it takes the largest pixel; else their average. */
  maximum: 'bool',
});

/** One quad of a state, with the pools that read it. */
export const pooledQuadRow = row('PooledQuad', {
  /** Quad of the state's gradient. */
  resultQuad: 'u32',
  /** Whether to add to it. */
  add: 'bool',
  /** Table of `pooledReaderRow`. */
  readers: 'u32',
  count: 'u32',
});

export const pooledReaderRow = row('PooledReader', {
  /** Quad of the pool's gradient. */
  gradientQuad: 'u32',
  /** Quad of its winners; any where it averages. */
  winnerQuad: 'u32',
  maximum: 'bool',
});
