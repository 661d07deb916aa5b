import { describe, expect, it } from 'vitest';
import { pointwise } from '../../composed/pointwise.ts';
import { everySecondPixel } from '../../composed/subsample.ts';
import { ceilDiv, pixelsOf, quadsOf } from '../quad.ts';
import { packMatrix, packSlots } from '../testing/convolution.ts';
import { forDrawn, planes } from '../testing/draw.ts';
import { packQuads, stridedPlane, unpackQuads } from '../testing/quads.ts';
import { runProgram, TestTables } from '../testing/run.ts';
import { difference, seen, tf, twin } from '../testing/twin.ts';
import { sequence } from '../wgsl.ts';
import { pointwiseTile } from './product.ts';
import { pointwiseForward } from './program.ts';
import type { PointwiseVariant } from './program.ts';
import { pointwiseRow } from './rows.ts';

interface Variant extends PointwiseVariant {
  readonly shift: 0 | 1;
  readonly outputs?: 1 | 2;
  readonly adjacent?: boolean;
}

describe('pointwise convolution', () => {
  it.each<Variant>([
    { activation: 'none', strided: false, shift: 0 },
    { activation: 'relu', strided: false, shift: 0, outputs: 2, adjacent: true },
    { activation: 'relu6', strided: false, shift: 0 },
    { activation: 'affine6', strided: false, shift: 0, outputs: 2 },
    { activation: 'relu', strided: true, shift: 0, outputs: 2, adjacent: true },
    { activation: 'relu', strided: true, shift: 1 },
  ])('$activation, strided $strided, shift $shift', async (c: Variant) => {
    const { shift, outputs: most = 1, adjacent = false, ...v } = c;
    const product = { outputs: most, adjacent };
    await forDrawn(planes, async ({ channels, ...inPlane }, draw) => {
      const outPlane = stridedPlane(inPlane, v.strided ? 2 : 1);
      const filters = 1 + draw.below(9);
      const [inQuads, outQuads] = [quadsOf(channels), quadsOf(filters)];
      const x = draw.normals(pixelsOf(inPlane) * channels);
      const matrix = draw.normals(channels * filters);
      const scale = draw.normals(channels);
      // Some beyond 6.
      const offset = draw.normals(channels).map((value) => value * 4);
      const tables = new TestTables();
      const table = tables.add(
        sequence(ceilDiv(outQuads, most)).map((i) =>
          pointwiseRow.pack({
            inputQuad: 0,
            inputQuads: inQuads,
            outputQuad: 1 + i * most,
            both: i * most + 1 < outQuads && most === 2,
            weights: i * most * inQuads * 4,
            shift,
            slot: 0,
          }),
        ),
      );
      const { outputs } = await runProgram(
        pointwiseForward(v, product),
        {
          inputs: packQuads(x, channels),
          weights: packMatrix(matrix, channels, filters),
          // One quad before the result, which must stay as it is.
          outputs: (outQuads + 1) * pixelsOf(outPlane) * 4,
          tables: tables.words,
          slots: packSlots(channels, { scale, shift: offset }),
        },
        {
          ...outPlane,
          inHeight: inPlane.height,
          inWidth: inPlane.width,
          table,
        },
        [ceilDiv(pixelsOf(outPlane), pointwiseTile(product)), ceilDiv(outQuads, most)],
      );
      const shape = [inPlane.batch, inPlane.height, inPlane.width, channels];
      const { y } = twin(
        [{ data: x, shape }],
        (input) => {
          const read = seen(v.activation, input, scale, offset) as tf.Tensor4D;
          const pixels = v.strided ? everySecondPixel(read, shift) : read;
          return pointwise(pixels, tf.tensor4d(matrix, [1, 1, channels, filters]));
        },
        new Float32Array(pixelsOf(outPlane) * filters),
      );
      const own = outputs!.subarray(pixelsOf(outPlane) * 4);
      expect(difference(unpackQuads(own, outPlane, filters), y)).toBeLessThan(1e-5);
      expect(Math.max(...outputs!.subarray(0, pixelsOf(outPlane) * 4))).toBe(0);
    });
  });
});
