/** Small helpers of the recordings. */
import { productTileRow } from '../../../kernels/webgpu/pointwise-filter-gradient/rows.ts';

export const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** Rows of the pointwise filter gradient: tiles of up to `tile` x `tile` quads that cover one weight matrix. */
export function productTiles(
  xQuad: number,
  xQuads: number,
  gQuad: number,
  gQuads: number,
  shift: number,
  gradient: number,
  tile: number,
  slot = 0,
): number[][] {
  const rows: number[][] = [];
  for (let i = 0; i < xQuads; i += tile) {
    for (let o = 0; o < gQuads; o += tile) {
      rows.push(
        productTileRow.pack({
          inputQuad: xQuad + i,
          inputQuads: Math.min(tile, xQuads - i),
          gradientQuad: gQuad + o,
          gradientQuads: Math.min(tile, gQuads - o),
          shift,
          slot: slot + i,
          result: gradient + o * xQuads * 4 + i * 4,
          resultStride: xQuads * 4,
        }),
      );
    }
  }
  return rows;
}
