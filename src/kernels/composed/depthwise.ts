/** Depthwise convolution with the paddings of the released program, differentiable for dilations too. */
import * as tf from '@tensorflow/tfjs-core';
import { everySecondPixel } from './subsample.ts';

/**
 * Zero padding of (k - 1) / 2 * dilation on every side, also at stride 2 (unlike TensorFlow's 'same').
 *
 * TF.js has no gradient for dilation > 1 and no forward for stride and dilation together. Both reduce to plain
 * convolutions: at stride 1 the d x d interleaved sub-images do not mix, so each is convolved on its own (they become
 * images of the batch); at stride = dilation only one of the sub-images is read at all.
 * @param x [batch, height, width, channels].
 * @param filter [k, k, channels, 1], k odd.
 * @returns [batch, ceil(height / stride), ceil(width / stride), channels].
 * @throws RangeError for shapes that do not fit, or a stride that is neither 1 nor 2, or 2 with a dilation above 2.
 */
export function depthwise(
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  stride: number,
  dilation: number,
): tf.Tensor4D {
  const [k, k2, channels, multiplier] = filter.shape;
  if (k !== k2 || k % 2 === 0 || multiplier !== 1)
    throw new RangeError(`no depthwise filter: shape [${filter.shape}]`);
  if (channels !== x.shape[3])
    throw new RangeError(`a filter of ${channels} channels on ${x.shape[3]}`);
  if (stride !== 1 && stride !== 2) throw new RangeError(`stride ${stride}`);
  const plain = (input: tf.Tensor4D, step: number): tf.Tensor4D =>
    tf.depthwiseConv2d(input, filter, step, (k - 1) / 2);
  if (dilation === 1) return plain(x, stride);
  if (stride === 2) {
    if (dilation !== 2) throw new RangeError(`stride 2 with dilation ${dilation}`);
    return plain(everySecondPixel(x, 0), 1);
  }
  const [, height, width] = x.shape;
  const block = [dilation, dilation];
  const margins = [height, width].map((size) => [0, (dilation - (size % dilation)) % dilation]);
  const interleaved = plain(tf.spaceToBatchND(x, block, margins), 1);
  return tf.batchToSpaceND(interleaved, block, margins);
}
