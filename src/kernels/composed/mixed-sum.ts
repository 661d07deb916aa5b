/** A node of a cell, or a layer of a chain: the sum of its candidates, each times its coefficient (docs/algorithm.md, Forward). */
import * as tf from '@tensorflow/tfjs-core';

/** WebGPU's kernel binds each term as a storage buffer, of which 8 are sure: these, the sum so far, and the result. */
const atOnce = 6;

/**
 * sum_o coefficients[o] * outputs[o].
 * @param outputs at least one, of one shape.
 * @param coefficients as many scalars; null = 1, a shortcut.
 */
export function mixedSum(
  outputs: readonly tf.Tensor4D[],
  coefficients: readonly (tf.Scalar | null)[],
): tf.Tensor4D {
  if (outputs.length === 0 || outputs.length !== coefficients.length) {
    throw new RangeError(`${outputs.length} outputs with ${coefficients.length} coefficients`);
  }
  const terms = outputs.map((output, o): tf.Tensor4D => {
    const coefficient = coefficients[o];
    return coefficient ? tf.mul(output, coefficient) : output;
  });
  let sum = terms[0]!;
  for (let i = 1; i < terms.length; i += atOnce)
    sum = tf.addN([sum, ...terms.slice(i, i + atOnce)]);
  return sum;
}
