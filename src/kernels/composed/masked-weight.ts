/** The weight granularity: weights under their threshold are taken out of a convolution (docs/algorithm.md, Forward). */
import * as tf from '@tensorflow/tfjs-core';
import { binaryStep } from './binary-step.ts';

/**
 * w * committed * step(|w| - t).
 * @param weight any shape.
 * @param threshold one for all, or one an element.
 * @param committed 1 = alive, of the shape of `weight`; constant.
 * @throws RangeError when the shapes do not fit.
 */
export function maskedWeight<T extends tf.Tensor>(
  weight: T,
  threshold: tf.Tensor,
  committed: tf.Tensor,
): T {
  if (committed.size !== weight.size) {
    throw new RangeError(
      `a committed mask of shape [${committed.shape}] for weights of shape [${weight.shape}]`,
    );
  }
  if (threshold.size !== 1 && threshold.size !== weight.size) {
    throw new RangeError(
      `thresholds of shape [${threshold.shape}] for weights of shape [${weight.shape}]`,
    );
  }
  return tf.mul(weight, weightMask(weight, threshold, committed));
}

/** The mask alone: committed * step(|w| - t). */
export function weightMask<T extends tf.Tensor>(
  weight: T,
  threshold: tf.Tensor,
  committed: tf.Tensor,
): T {
  return tf.mul(committed, binaryStep(tf.sub(tf.abs(weight), threshold)));
}
