import { row } from '../row.ts';

/** One quad that 1x1 convolutions read, or two that the same read and that lie side by side. */
export const productGradientRow = row('ProductGradient', {
  /** Table of `productReaderRow`. */
  readers: 'u32',
  count: 'u32',
  /** Quad of the values that were read, and its norm slot; unused where they are read as they are. */
  inputQuad: 'u32',
  slot: 'u32',
  /** Quad of the result. */
  resultQuad: 'u32',
  /** There is a second. */
  both: 'bool',
  /** Whether to add to the result. */
  add: 'bool',
});

/** A 1x1 convolution that reads a quad. */
export const productReaderRow = row('ProductReader', {
  gradientQuad: 'u32',
  gradientQuads: 'u32',
  /** First vec4 of the quad's transposed weights; the second quad's follow. */
  weights: 'u32',
});

/** One input quad of relu and a factorized reduce. */
export const reluGradientRow = row('ReluGradientRow', {
  /** Gradient quads of the first convolution. */
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
  /** Gradient quads of the second convolution. */
  secondQuad: 'u32',
  secondQuads: 'u32',
});
