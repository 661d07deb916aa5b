/** Mean cross entropy of a batch. */
import * as tf from '@tensorflow/tfjs-core';

/**
 * @param logits [batch, classes].
 * @param oneHot labels, [batch, classes].
 * @returns scalar, in nats, mean over the batch.
 */
export function crossEntropy(logits: tf.Tensor2D, oneHot: tf.Tensor2D): tf.Scalar {
  const loss = tf.customGrad((...args) => {
    const [input, save] = args as [tf.Tensor2D, tf.GradSaveFunc];
    const logProbabilities = tf.logSoftmax(input);
    save([logProbabilities]);
    const batch = input.shape[0];
    return {
      value: tf.div(tf.neg(tf.sum(tf.mul(logProbabilities, oneHot))), batch),
      gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) =>
        tf.mul(tf.sub(tf.exp(saved!), oneHot), tf.div(dy, batch)),
    };
  });
  return loss(logits) as tf.Scalar;
}
