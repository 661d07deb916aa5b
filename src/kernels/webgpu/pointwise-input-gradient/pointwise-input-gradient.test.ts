import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { factorizedReduce } from '../../composed/factorized-reduce.ts';
import { pointwise } from '../../composed/pointwise.ts';
import { pointwiseTile } from '../pointwise/product.ts';
import { ceilDiv, pixelsOf, quadsOf } from '../quad.ts';
import { added, joined } from '../testing/arrays.ts';
import { packMatrix, transposed } from '../testing/convolution.ts';
import { forDrawn, planes } from '../testing/draw.ts';
import { packQuads, stridedPlane, unpackQuads } from '../testing/quads.ts';
import { runProgram, TestTables } from '../testing/run.ts';
import { difference, tf, twin } from '../testing/twin.ts';
import { sequence } from '../wgsl.ts';
import { pointwiseInputGradient } from './program.ts';
import { reluGradientRow } from './rows.ts';

const drawn = fc.tuple(planes, fc.boolean());

describe('input gradient of relu and pointwise convolution', () => {
  it.each([{ strided: false }, { strided: true }])('strided $strided', async ({ strided }) => {
    await forDrawn(drawn, async ([{ channels, ...inPlane }, add], draw) => {
      const outPlane = stridedPlane(inPlane, strided ? 2 : 1);
      const inQuads = quadsOf(channels);
      const halves = (strided ? [0, 1] : [0]).map(() => {
        const filters = 1 + draw.below(7);
        return {
          filters,
          quads: quadsOf(filters),
          matrix: draw.normals(channels * filters),
          upstream: draw.normals(pixelsOf(outPlane) * filters),
        };
      });
      const [first, second] = halves;
      const x = draw.normals(pixelsOf(inPlane) * channels);
      const before = draw.normals(x.length);
      // For each input quad the transposed weights of the first convolution, then of the second.
      const packed = halves.map(({ matrix, filters }) =>
        packMatrix(transposed(matrix, channels, filters), filters, channels),
      );
      const weights = joined(
        sequence(inQuads).flatMap((q) =>
          packed.map((all, k) => {
            const size = halves[k]!.quads * 16;
            return all.subarray(q * size, (q + 1) * size);
          }),
        ),
      );
      const total = halves.reduce((n, { quads }) => n + quads, 0);
      const tables = new TestTables();
      const table = tables.add(
        sequence(inQuads).map((q) =>
          reluGradientRow.pack({
            gradientQuad: 0,
            gradientQuads: first!.quads,
            weights: q * total * 4,
            inputQuad: q,
            resultQuad: q,
            add,
            secondQuad: first!.quads,
            secondQuads: second?.quads ?? 0,
          }),
        ),
      );
      const { results } = await runProgram(
        pointwiseInputGradient({ strided }),
        {
          gradients: joined(halves.map(({ upstream, filters }) => packQuads(upstream, filters))),
          weights,
          inputs: packQuads(x, channels),
          results: packQuads(before, channels),
          tables: tables.words,
        },
        { ...outPlane, inHeight: inPlane.height, inWidth: inPlane.width, table },
        [ceilDiv(pixelsOf(inPlane), pointwiseTile), inQuads],
      );
      const matrices = (): tf.Tensor4D[] =>
        halves.map(({ matrix, filters }) => tf.tensor4d(matrix, [1, 1, channels, filters]));
      const filters = halves.reduce((n, half) => n + half.filters, 0);
      const upstream = new Float32Array(pixelsOf(outPlane) * filters);
      let place = 0;
      for (const half of halves) {
        half.upstream.forEach((value, i) => {
          const pixel = Math.floor(i / half.filters);
          upstream[pixel * filters + place + (i % half.filters)] = value;
        });
        place += half.filters;
      }
      const { gradients } = twin(
        [{ data: x, shape: [inPlane.batch, inPlane.height, inPlane.width, channels] }],
        (input) => {
          const read = tf.relu(input) as tf.Tensor4D;
          const [a, b] = matrices();
          return strided ? factorizedReduce(read, [a!, b!]) : pointwise(read, a!);
        },
        upstream,
      );
      const expected = add ? added(gradients[0]!, before) : gradients[0];
      expect(difference(unpackQuads(results!, inPlane, channels), expected!)).toBeLessThan(1e-5);
    });
  });
});
