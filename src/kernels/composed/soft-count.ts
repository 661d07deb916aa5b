/** The soft count of parameters in the size regularizer (docs/algorithm.md, Loss; the released program's model_search.py). */
import * as tf from '@tensorflow/tfjs-core';
import type { Segments } from './segments.ts';

/**
 * m_c * log(1 + K g_c / G): how much a filter counts. g = sigmoid(gate logit), m its mask committed * step(g - t); G and
 * K are their sums over the filters of a block, differentiated. Of a block of equal gates, none pruned, log 2 each.
 * @param blocks of the filters; inside of every block a filter counts 0.
 */
export function gateShares(
  importance: tf.Tensor1D,
  mask: tf.Tensor1D,
  blocks: Segments,
): tf.Tensor1D {
  const overBlock = (x: tf.Tensor1D): tf.Tensor1D => blocks.spread(blocks.sum(x));
  // A filter of no block has no sum to divide by.
  const inside = blocks.spread(tf.ones([blocks.count]));
  const all = tf.add(overBlock(importance), tf.sub(1, inside));
  return tf.mul(mask, tf.log1p(tf.div(tf.mul(overBlock(mask), importance), all)));
}

export interface SoftCountInput {
  /** Masks of all weights, committed * step(|w| - t): differentiated. [weights]. */
  weightMask: tf.Tensor1D;
  /** `gateShares`. [filters]. */
  shares: tf.Tensor1D;
  /** Weights of each filter: they count with its share. */
  filterWeights: Segments;
  /** Filters of each candidate. */
  filters: Segments;
  /** Weights of each candidate that count in full. */
  wholeWeights: Segments;
}

/** What each candidate's weights count, [candidates]. */
export function softCount(input: SoftCountInput): tf.Tensor1D {
  const { weightMask, shares, filterWeights, filters, wholeWeights } = input;
  return tf.add(
    filters.sum(tf.mul(filterWeights.sum(weightMask), shares)),
    wholeWeights.sum(weightMask),
  );
}
