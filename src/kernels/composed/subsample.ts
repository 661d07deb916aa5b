/** Every second pixel of an image batch, with a gradient on every backend (strided slices have none in TF.js). */
import * as tf from '@tensorflow/tfjs-core';

/**
 * y[n, i, j] = x[n, 2i + phase, 2j + phase]; pixels beyond the edge of an odd-sized image read as zero.
 * @param x [batch, height, width, channels].
 * @returns [batch, ceil(height / 2), ceil(width / 2), channels].
 */
export function everySecondPixel(x: tf.Tensor4D, phase: 0 | 1): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const rows = Math.ceil(height / 2);
  const columns = Math.ceil(width / 2);
  const even =
    height % 2 || width % 2
      ? tf.pad(x, [
          [0, 0],
          [0, height % 2],
          [0, width % 2],
          [0, 0],
        ])
      : x;
  // A row of pixel pairs, then one of each pair: rank 4 throughout, which WebGL's padding (the slice's gradient) needs.
  const pairs = tf.reshape(even, [batch * rows, 2, columns, 2 * channels]);
  const picked = tf.slice(
    pairs,
    [0, phase, 0, phase * channels],
    [batch * rows, 1, columns, channels],
  );
  return tf.reshape(picked, [batch, rows, columns, channels]);
}
