import { row } from '../row.ts';

/** A tile of one weight matrix: up to `tile` x `tile` quads of inputs and outputs. */
export const productTileRow = row('ProductTile', {
  inputQuad: 'u32',
  inputQuads: 'u32',
  gradientQuad: 'u32',
  gradientQuads: 'u32',
  /** Strided only: 0 or 1, by how many pixels the input is shifted. */
  shift: 'u32',
  /** Norm slot of the first input quad; unused unless the input goes through a norm. */
  slot: 'u32',
  /** First vec4 of the tile in a chunk of filter gradients, and from one output quad to the next. */
  result: 'u32',
  resultStride: 'u32',
});
