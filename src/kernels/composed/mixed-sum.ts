/** A node of a cell: the sum of its candidates, each times its coefficient (ALGORITHM.md, Forward). */
import * as tf from '@tensorflow/tfjs-core';

/**
 * sum_o coefficients[o] * outputs[o].
 * @param outputs at least one, of one shape.
 * @param coefficients as many scalars.
 */
export function mixedSum(outputs: readonly tf.Tensor4D[], coefficients: readonly tf.Scalar[]): tf.Tensor4D {
  if (outputs.length === 0 || outputs.length !== coefficients.length) {
    throw new RangeError(`${outputs.length} outputs with ${coefficients.length} coefficients`);
  }
  const terms = outputs.map((output, o): tf.Tensor4D => tf.mul(output, coefficients[o]));
  return terms.length === 1 ? terms[0] : tf.addN(terms);
}
