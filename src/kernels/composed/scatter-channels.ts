/** Writes a tensor's channels to chosen places of a wider one. */
import * as tf from '@tensorflow/tfjs-core';

/** The [channels, width] matrix that sends channel i to `places[i]`. */
export function placement(places: readonly number[], width: number): tf.Tensor2D {
  return tf.oneHot(tf.tensor1d([...places], 'int32'), width, 1, 0, 'float32') as tf.Tensor2D;
}

/** A product with a placement, so that it has a gradient on every backend. @param x [batch, height, width, channels]. */
export function scatterChannels(x: tf.Tensor4D, matrix: tf.Tensor2D): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const wide = tf.matMul(tf.reshape(x, [batch * height * width, channels]), matrix);
  return tf.reshape(wide, [batch, height, width, matrix.shape[1]]);
}
