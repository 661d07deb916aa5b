/** 3x3 pooling with a padding of 1 on every side (docs/algorithm.md, Forward). */
import * as tf from '@tensorflow/tfjs-core';

/** Less than any activation, so that padding never wins. */
const lowest = -1e9;

/**
 * Padded pixels never win. The gradient goes to the first of equal pixels in reading order, as PyTorch's does: pruned
 * filters are all zeros, where their gates' gradients hang on it.
 * @param x [batch, height, width, channels].
 */
export function maxPool(x: tf.Tensor4D, stride: number): tf.Tensor4D {
  if (tf.getBackend() === 'cpu') return tf.maxPool(x, 3, stride, 1);
  // The shaders of WebGL and WebGPU give it to the last: turned upside down, that is the first. Padded so that the
  // windows, counted from the other end, are the same ones.
  const after = [x.shape[1], x.shape[2]].map(
    (size) => Math.floor((size - 1) / stride) * stride + 2 - size,
  );
  const padded = tf.pad(
    x,
    [
      [0, 0],
      [1, after[0]!],
      [1, after[1]!],
      [0, 0],
    ],
    lowest,
  );
  return tf.reverse(tf.maxPool(tf.reverse(padded, [1, 2]), 3, stride, 'valid'), [1, 2]);
}

/** Padded pixels are not counted. @param x [batch, height, width, channels]. */
export function averagePool(x: tf.Tensor4D, stride: number): tf.Tensor4D {
  const [, height, width] = x.shape;
  // TF.js leaves padding out of the forward pass but divides by 9 in the gradient: pad by hand, then weigh the border.
  const padded = tf.avgPool(
    tf.pad(x, [
      [0, 0],
      [1, 1],
      [1, 1],
      [0, 0],
    ]),
    3,
    stride,
    'valid',
  );
  const rows = inside(height, stride);
  const columns = inside(width, stride);
  return tf.mul(
    padded,
    tf.tensor4d(
      rows.flatMap((r) => columns.map((c) => 9 / (r * c))),
      [1, rows.length, columns.length, 1],
    ),
  );
}

/** For each window along one axis: how many of its three pixels lie inside the image. */
function inside(size: number, stride: number): number[] {
  return Array.from(
    { length: Math.floor((size - 1) / stride) + 1 },
    (_, i) =>
      [-1, 0, 1].filter((offset) => i * stride + offset >= 0 && i * stride + offset < size).length,
  );
}
