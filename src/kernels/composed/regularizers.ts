/** The two regularizers of the search (docs/algorithm.md, Loss). */
import * as tf from '@tensorflow/tfjs-core';

export interface SizeRegularizerInput {
  /** sigmoid(alpha), [cells, units], units = edges x operations. */
  importance: tf.Tensor2D;
  /** 1 where the operation survives (committed and over its threshold), [cells, units]: constant. */
  mask: tf.Tensor2D;
  /** 1 where no commit removed the operation, [cells, units]: constant. */
  committed: tf.Tensor2D;
  /** 1 where a unit belongs to a node, [units, nodes]: constant. */
  membership: tf.Tensor2D;
  /** Factor of each summand: 1 + mu * parameters, or 0 in a cell left out. [cells, units]: differentiated. */
  weight: tf.Tensor2D;
}

/**
 * sum over surviving operations of weight * log(1 + n * sigmoid(alpha_o) / S), where S sums sigmoid(alpha) over the
 * destination node's candidates that no commit removed, those now under their threshold too, and n counts its
 * survivors. As in the released program S and the weight are differentiated, but neither n nor the mask: operation
 * thresholds get no gradient from here.
 */
export function sizeRegularizer({
  importance,
  mask,
  committed,
  membership,
  weight,
}: SizeRegularizerInput): tf.Scalar {
  const overNode = (x: tf.Tensor2D): tf.Tensor2D =>
    tf.matMul(tf.matMul(x, membership), membership, false, true);
  // A layer of a chain may have lost all of its candidates: nothing by one instead of by nothing.
  const empty = tf.sub(1, tf.step(overNode(committed)));
  const all = tf.add(overNode(tf.mul(importance, committed)), empty);
  const share = tf.div(tf.mul(overNode(mask), importance), all);
  return tf.sum(tf.mul(tf.mul(tf.log1p(share), mask), weight));
}

/** sum of included * exp(-t). @param included 1 = the threshold's unit is alive: constant, as long as `thresholds`. */
export function thresholdRegularizer(thresholds: tf.Tensor1D, included: tf.Tensor1D): tf.Scalar {
  if (thresholds.size !== included.size)
    throw new RangeError(`${included.size} flags for ${thresholds.size} thresholds`);
  return tf.sum(tf.mul(tf.exp(tf.neg(thresholds)), included));
}
