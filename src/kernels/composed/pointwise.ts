/** 1x1 convolution as one matrix product. */
import * as tf from '@tensorflow/tfjs-core';

/**
 * @param x [batch, height, width, inputs].
 * @param weight [1, 1, inputs, filters].
 * @throws RangeError when the channels do not fit.
 */
export function pointwise(x: tf.Tensor4D, weight: tf.Tensor4D): tf.Tensor4D {
  const [batch, height, width, inputs] = x.shape;
  const [kh, kw, rows, filters] = weight.shape;
  if (kh !== 1 || kw !== 1 || rows !== inputs) {
    throw new RangeError(`a pointwise weight of shape [${weight.shape}] on ${inputs} channels`);
  }
  const product = tf.matMul(
    tf.reshape(x, [batch * height * width, inputs]),
    tf.reshape(weight, [inputs, filters]),
  );
  return tf.reshape(product, [batch, height, width, filters]);
}
