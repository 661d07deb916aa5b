import { describe, expect, it } from 'vitest';
import { pointwise } from '../../composed/pointwise.ts';
import { everySecondPixel } from '../../composed/subsample.ts';
import { pixelsOf, quadsOf } from '../quad.ts';
import { packSlots, unpackMatrix } from '../testing/convolution.ts';
import { forDrawn, planes } from '../testing/draw.ts';
import { packQuads, stridedPlane } from '../testing/quads.ts';
import { runProgram, TestTables } from '../testing/run.ts';
import { addChunks, difference, seen, tf, twin } from '../testing/twin.ts';
import { pointwiseFilterGradient } from './program.ts';
import { productTileRow } from './rows.ts';

const threads = 8;
const chunks = 3;

describe('filter gradient of pointwise convolution', () => {
  it.each([
    { activation: 'none', strided: false, tile: 1, shift: 0 },
    { activation: 'none', strided: false, tile: 2, shift: 0 },
    { activation: 'affine6', strided: false, tile: 2, shift: 0 },
    { activation: 'relu', strided: true, tile: 2, shift: 1 },
  ] as const)('$activation, strided $strided, tile $tile', async ({ shift, ...v }) => {
    await forDrawn(planes, async ({ channels, ...inPlane }, draw) => {
      const outPlane = stridedPlane(inPlane, v.strided ? 2 : 1);
      const filters = 1 + draw.below(9);
      const [inQuads, outQuads] = [quadsOf(channels), quadsOf(filters)];
      const x = draw.normals(pixelsOf(inPlane) * channels);
      const upstream = draw.normals(pixelsOf(outPlane) * filters);
      const scale = draw.normals(channels);
      const offset = draw.normals(channels).map((value) => value * 4);
      const rows: number[][] = [];
      for (let i = 0; i < inQuads; i += v.tile) {
        for (let o = 0; o < outQuads; o += v.tile) {
          rows.push(
            productTileRow.pack({
              inputQuad: i,
              inputQuads: Math.min(v.tile, inQuads - i),
              gradientQuad: o,
              gradientQuads: Math.min(v.tile, outQuads - o),
              shift,
              slot: i,
              result: (o * inQuads + i) * 4,
              resultStride: inQuads * 4,
            }),
          );
        }
      }
      const tables = new TestTables();
      const table = tables.add(rows);
      const chunkStride = inQuads * outQuads * 4;
      const { results } = await runProgram(
        pointwiseFilterGradient(v, threads),
        {
          inputs: packQuads(x, channels),
          gradients: packQuads(upstream, filters),
          results: chunks * chunkStride * 4,
          tables: tables.words,
          slots: packSlots(channels, { scale, shift: offset }),
        },
        {
          ...outPlane,
          inHeight: inPlane.height,
          inWidth: inPlane.width,
          table,
          chunks,
          chunkStride,
        },
        [chunks, rows.length],
      );
      const { gradients } = twin(
        [{ data: new Float32Array(channels * filters), shape: [1, 1, channels, filters] }],
        (matrix) => {
          const input = tf.tensor4d(x, [inPlane.batch, inPlane.height, inPlane.width, channels]);
          const read = seen(v.activation, input, scale, offset) as tf.Tensor4D;
          const pixels = v.strided ? everySecondPixel(read, shift) : read;
          return pointwise(pixels, matrix as tf.Tensor4D);
        },
        upstream,
      );
      const actual = unpackMatrix(addChunks(results!, chunkStride * 4), channels, filters);
      expect(difference(actual, gradients[0]!)).toBeLessThan(1e-5);
    });
  });
});
