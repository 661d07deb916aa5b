import { row } from '../row.ts';

/** Some columns of taps of one quad. */
export const tapsRow = row('TapsRow', {
  inputQuad: 'u32',
  gradientQuad: 'u32',
  /** First vec4 of the quad's taps in a chunk of filter gradients. */
  result: 'u32',
  /** Norm slot of the input quad; unused unless the input goes through a norm. */
  slot: 'u32',
  dilation: 'i32',
  step: 'i32',
  /** First column of taps. */
  column: 'i32',
});
