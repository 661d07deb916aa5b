import { row } from '../row.ts';

/** One output quad of a 1x1 convolution, or two of one that lie side by side. */
export const pointwiseRow = row('PointwiseRow', {
  /** The input quads that are multiplied. */
  inputQuad: 'u32',
  inputQuads: 'u32',
  outputQuad: 'u32',
  /** There is a second: its weights follow those of the first. */
  both: 'bool',
  /** First vec4 of the weights, [input quad][input lane] over the output's lanes. */
  weights: 'u32',
  /** Strided only: 0 or 1, by how many pixels the input is shifted. */
  shift: 'u32',
  /** Norm slot of the first input quad; unused unless the input goes through a norm. */
  slot: 'u32',
});
