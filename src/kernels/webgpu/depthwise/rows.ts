import { row } from '../row.ts';

/** One output quad of a depthwise convolution. */
export const depthwiseRow = row('DepthwiseRow', {
  inputQuad: 'u32',
  /** First vec4 of the quad's taps. */
  weights: 'u32',
  outputQuad: 'u32',
  /** Norm slot of the input quad; unused unless the input goes through a norm. */
  slot: 'u32',
  /** Pixels between taps. */
  dilation: 'i32',
  /** Pixels between the outputs of a column: `depthwiseStep`. */
  step: 'i32',
});
