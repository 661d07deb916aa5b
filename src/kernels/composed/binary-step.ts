/** The straight-through binary step (docs/algorithm.md, Forward; arXiv 2310.15074, discretization function). */
import * as tf from '@tensorflow/tfjs-core';

/**
 * What stands for the derivative of the step at x: 2 - 4|x| for |x| <= 0.4, 0.4 for 0.4 < |x| <= 1, else 0. The first
 * two pieces are max(2 - 4|x|, 0.4), which saves a selection. Not differentiable itself.
 */
function stepDerivative(x: tf.Tensor): tf.Tensor {
  const distance = tf.abs(x);
  const inside = tf.sub(1, tf.step(tf.sub(distance, 1)));
  return tf.mul(tf.maximum(tf.sub(2, tf.mul(distance, 4)), 0.4), inside);
}

const step = tf.customGrad((...args) => {
  const [x, save] = args as [tf.Tensor, tf.GradSaveFunc];
  save([x]);
  return {
    value: tf.step(x),
    gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) => tf.mul(dy, stepDerivative(saved!)),
  };
});

/** 1 where x > 0, else 0; backwards the gradient passes as if through a triangle-shaped derivative. Any shape. */
export function binaryStep<T extends tf.Tensor>(x: T): T {
  return step(x) as T;
}
