/** The composed operations, as what kernels are compared with. */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import '../../composed/gradients.ts';
import { relu6 } from '../../composed/relu6.ts';
import { readsNorm } from '../activation.ts';
import type { Activation } from '../activation.ts';

// Else the CPU backend greets every user of Node with an advertisement.
tf.enableProdMode();

export { tf };

const values = (tensor: tf.Tensor): Float32Array => tensor.dataSync() as Float32Array;

export interface Twin {
  readonly y: Float32Array;
  /** Gradients of the inputs, in order. */
  readonly gradients: readonly Float32Array[];
}

export interface TwinInput {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/**
 * Value of `make` and the gradients of all its inputs.
 * @param upstream gradient of the result; where not given the result is a scalar.
 */
export function twin(
  inputs: readonly TwinInput[],
  make: (...tensors: tf.Tensor[]) => tf.Tensor,
  upstream?: Float32Array,
): Twin {
  void tf.setBackend('cpu');
  return tf.tidy(() => {
    const tensors = inputs.map(({ data, shape }) => tf.tensor(data, [...shape]));
    const y = make(...tensors);
    const dy = upstream && tf.tensor(upstream, y.shape);
    const gradients = tf.grads((...args) => make(...args) as tf.Scalar)(tensors, dy as tf.Scalar);
    return { y: values(y), gradients: gradients.map(values) };
  });
}

/** What a program that reads through `activation` sees of NHWC values; behind a norm, of one scale and shift a channel. */
export function seen(
  activation: Activation,
  input: tf.Tensor,
  scale: Float32Array,
  shift: Float32Array,
): tf.Tensor {
  const normed = readsNorm(activation) ? tf.add(tf.mul(input, scale), shift) : input;
  switch (activation) {
    case 'none':
      return normed;
    case 'relu':
    case 'affine':
      return tf.relu(normed);
    case 'relu6':
    case 'affine6':
      return relu6(normed);
  }
}

/** Largest difference, against the largest expected value or 1. Infinite where a value is not a number. */
export function difference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length)
    throw new RangeError(`${actual.length} values; ${expected.length} expected`);
  let largest = 1;
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    largest = Math.max(largest, Math.abs(expected[i]!));
    const error = Math.abs(actual[i]! - expected[i]!);
    worst = Number.isNaN(error) ? Infinity : Math.max(worst, error);
  }
  return worst / largest;
}

/** Adds up the chunks of partial sums, `size` values each. */
export function addChunks(chunks: Float32Array, size: number): Float32Array {
  return Float32Array.from({ length: size }, (_, i) => {
    let sum = 0;
    for (let at = i; at < chunks.length; at += size) sum += chunks[at]!;
    return sum;
  });
}
