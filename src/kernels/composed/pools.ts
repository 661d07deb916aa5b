/** 3x3 pooling with a padding of 1 on every side (ALGORITHM.md, Forward). */
import * as tf from '@tensorflow/tfjs-core';

/** Padded pixels never win. @param x [batch, height, width, channels]. */
export function maxPool(x: tf.Tensor4D, stride: number): tf.Tensor4D {
  return tf.maxPool(x, 3, stride, 1);
}

/** Padded pixels are not counted. @param x [batch, height, width, channels]. */
export function averagePool(x: tf.Tensor4D, stride: number): tf.Tensor4D {
  const [, height, width] = x.shape;
  // TF.js leaves padding out of the forward pass but divides by 9 in the gradient: pad by hand, then weigh the border.
  const padded = tf.avgPool(tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]]), 3, stride, 'valid');
  const rows = inside(height, stride);
  const columns = inside(width, stride);
  return tf.mul(padded, tf.tensor4d(rows.flatMap((r) => columns.map((c) => 9 / (r * c))), [1, rows.length, columns.length, 1]));
}

/** For each window along one axis: how many of its three pixels lie inside the image. */
function inside(size: number, stride: number): number[] {
  return Array.from({ length: Math.floor((size - 1) / stride) + 1 }, (_, i) =>
    [-1, 0, 1].filter((offset) => i * stride + offset >= 0 && i * stride + offset < size).length,
  );
}
