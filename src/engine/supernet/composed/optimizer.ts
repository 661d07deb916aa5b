/** Stochastic gradient descent with momentum as PyTorch does it, on packed groups (docs/algorithm.md, Stages, 4). */
import * as tf from '@tensorflow/tfjs-core';

export interface Momentum {
  readonly values: tf.Tensor1D;
  readonly momentum: tf.Tensor1D;
}

/** m = momentum * m + g; w -= rate * m. With `rate` null only the momentum gathers. @param rate of all, or one an element. */
export function descend(
  old: Momentum,
  gradient: tf.Tensor1D,
  momentum: number,
  rate: number | tf.Tensor1D | null,
): Momentum {
  const next = tf.add(tf.mul(old.momentum, momentum), gradient) as tf.Tensor1D;
  return {
    values: rate === null ? old.values : tf.sub(old.values, tf.mul(next, rate)),
    momentum: next,
  };
}

/**
 * Scales the gradient so that its norm is at most `limit`, then adds the weight decay, which is not clipped.
 * @param norm of `gradient`. @param limit 0 = no clipping.
 */
export function clipAndDecay(
  gradient: tf.Tensor1D,
  norm: tf.Scalar,
  values: tf.Tensor1D,
  { limit, decay }: { limit: number; decay: number },
): tf.Tensor1D {
  const clipped =
    limit > 0 ? tf.mul(gradient, tf.minimum(tf.div(limit, tf.add(norm, 1e-6)), 1)) : gradient;
  return tf.add(clipped, tf.mul(values, decay));
}
