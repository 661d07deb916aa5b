/** The filter granularity: every output channel of a convolution has a gate (docs/algorithm.md, Forward). */
import * as tf from '@tensorflow/tfjs-core';
import { binaryStep } from './binary-step.ts';

/**
 * sigmoid(b) * committed * step(sigmoid(b) - t), a factor for each channel.
 * @param logits [filters].
 * @param threshold one for all filters or one each; null: gated without a threshold of its own, as a stride-2 skip is.
 * @param committed [filters], 1 = alive; null: all are.
 */
export function filterGate(
  logits: tf.Tensor1D,
  threshold: tf.Tensor | null,
  committed: tf.Tensor1D | null,
): tf.Tensor1D {
  if (threshold && threshold.size !== 1 && threshold.size !== logits.size) {
    throw new RangeError(`${threshold.size} thresholds for ${logits.size} filters`);
  }
  if (committed && committed.size !== logits.size) {
    throw new RangeError(`a committed mask of ${committed.size} for ${logits.size} filters`);
  }
  const importance = tf.sigmoid(logits);
  let gate = threshold ? tf.mul(importance, binaryStep(tf.sub(importance, threshold))) : importance;
  if (committed) gate = tf.mul(gate, committed);
  return gate as tf.Tensor1D;
}
