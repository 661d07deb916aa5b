import { row } from '../row.ts';

/** One quad of the input, with all the convolutions of a pass that read it. */
export const readQuadRow = row('ReadQuad', {
  /** Quad of the values that were read. */
  inputQuad: 'u32',
  /** Its norm slot; unused unless the input goes through a norm. */
  slot: 'u32',
  /** Of all readers of the pass. */
  dilation: 'i32',
  /** Quad of the result. */
  outputQuad: 'u32',
  /** Table of one `readerListRow` a kernel class. */
  lists: 'u32',
});

/** The readers of one kernel class. */
export const readerListRow = row('ReaderList', {
  /** Table of `readerRow`. */
  readers: 'u32',
  count: 'u32',
});

/** A convolution that reads the quad. */
export const readerRow = row('Reader', {
  /** Quad of its output's gradient. */
  gradientQuad: 'u32',
  /** First vec4 of its taps. */
  weights: 'u32',
});
