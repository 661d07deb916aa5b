/** Batch normalization over N, H, W (docs/algorithm.md, Forward): TF.js has no kernel that gives training statistics. */
import * as tf from '@tensorflow/tfjs-core';

export const normEpsilon = 1e-5;

/** Receives a batch's mean and biased variance, [channels] each, from inside the forward pass: keep what you need. */
export type MomentSink = (mean: tf.Tensor1D, variance: tf.Tensor1D) => void;

function check(x: tf.Tensor4D, vectors: readonly (tf.Tensor | null)[]): void {
  for (const vector of vectors) {
    if (vector && vector.size !== x.shape[3])
      throw new RangeError(`a norm over ${vector.size} channels on ${x.shape[3]}`);
  }
}

/**
 * gamma * (z - mean) / sqrt(variance + 1e-5) + beta, z = gate * x, with the batch's own mean and biased variance of z.
 *
 * The gate is inside since its gradient all but cancels: a norm hardly feels its input's scale. As a sum over pixels it
 * would lose four digits; here it is gamma * sum(dy * centred x) * 1e-5 / (gate^2 var(x) + 1e-5)^1.5, exact.
 * @param x [batch, height, width, channels]; gamma, beta: [channels].
 * @param gate [channels], applied before the norm; null = none.
 */
export function batchNorm(
  x: tf.Tensor4D,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  gate: tf.Tensor1D | null = null,
  sink?: MomentSink,
): tf.Tensor4D {
  check(x, [gamma, beta, gate]);
  const channels = x.shape[3];
  const count = x.size / channels;
  // One hand-written gradient: composed of differentiable operations, it would cost three times the kernels.
  const norm = tf.customGrad((...args) => {
    const [input, scale, shift, factor] = args as tf.Tensor[];
    const save = args.at(-1) as tf.GradSaveFunc;
    const flat = tf.reshape(input!, [count, channels]);
    const mean = tf.mean(flat, 0);
    const centred = tf.sub(flat, mean);
    let variance = tf.mean(tf.square(centred), 0);
    if (gate) variance = tf.mul(variance, tf.square(factor!));
    sink?.((gate ? tf.mul(mean, factor!) : mean) as tf.Tensor1D, variance as tf.Tensor1D);
    const inverse = tf.rsqrt(tf.add(variance, normEpsilon));
    const slope = gate ? tf.mul(inverse, factor!) : inverse;
    save([centred, scale!, inverse, slope]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
      const [offset, g, r, s] = saved;
      const d = tf.reshape(dy, [count, channels]);
      const dShift = tf.sum(d, 0);
      const product = tf.sum(tf.mul(d, offset!), 0);
      const straight = tf.mul(offset!, tf.div(tf.mul(product, tf.square(s!)), count));
      const dx = tf.mul(tf.sub(tf.sub(d, tf.div(dShift, count)), straight), tf.mul(g!, s!));
      const gradients = [tf.reshape(dx, dy.shape), tf.mul(product, s!), dShift];
      if (gate)
        gradients.push(tf.mul(tf.mul(tf.mul(g!, product), normEpsilon), tf.mul(tf.square(r!), r!)));
      return gradients;
    };
    return {
      value: tf.reshape(tf.add(tf.mul(centred, tf.mul(slope, scale!)), shift!), input!.shape),
      gradFunc,
    };
  });
  return (gate ? norm(x, gamma, beta, gate) : norm(x, gamma, beta)) as tf.Tensor4D;
}

/** The same with given statistics, as in evaluation. */
export function batchNormRunning(
  x: tf.Tensor4D,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  mean: tf.Tensor1D,
  variance: tf.Tensor1D,
): tf.Tensor4D {
  check(x, [gamma, beta, mean, variance]);
  return tf.batchNorm(x, mean, variance, beta, gamma, normEpsilon) as tf.Tensor4D;
}
