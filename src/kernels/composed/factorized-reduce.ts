/** The convolutions of a factorized reduce: half the size without losing a pixel (docs/algorithm.md, Forward). */
import * as tf from '@tensorflow/tfjs-core';
import { pointwise } from './pointwise.ts';
import { everySecondPixel } from './subsample.ts';

/**
 * Two 1x1 stride-2 convolutions, the second on the input shifted by one pixel, side by side: what is then gated and
 * normalized.
 * @param x rectified input, [batch, height, width, inputs].
 * @param weights [1, 1, inputs, filters_i] each; null: none of its filters survive.
 * @returns [batch, ceil(height / 2), ceil(width / 2), filters1 + filters2].
 */
export function factorizedReduce(
  x: tf.Tensor4D,
  weights: readonly [tf.Tensor4D | null, tf.Tensor4D | null],
): tf.Tensor4D {
  const halves = weights.flatMap((weight, phase) =>
    weight ? [pointwise(everySecondPixel(x, phase as 0 | 1), weight)] : [],
  );
  if (halves.length === 0) throw new RangeError('a factorized reduce without filters');
  return halves.length === 1 ? halves[0]! : tf.concat(halves, 3);
}
