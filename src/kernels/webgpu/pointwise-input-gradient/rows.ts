import { row } from '../row.ts';

/** One input quad of relu and a 1x1 convolution, or of a factorized reduce. */
export const reluGradientRow = row('ReluGradientRow', {
  /** Gradient quads of the (first) convolution. */
  gradientQuad: 'u32',
  gradientQuads: 'u32',
  /** First vec4 of the transposed weights; the second convolution's follow the first's. */
  weights: 'u32',
  /** Quad of the values that were read. */
  inputQuad: 'u32',
  /** Quad of the result. */
  resultQuad: 'u32',
  /** Whether to add to the result. */
  add: 'bool',
  /** Strided only: gradient quads of the second convolution. */
  secondQuad: 'u32',
  secondQuads: 'u32',
});
