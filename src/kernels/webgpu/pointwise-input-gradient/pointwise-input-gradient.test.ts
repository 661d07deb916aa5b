import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { factorizedReduce } from '../../composed/factorized-reduce.ts';
import { pointwise } from '../../composed/pointwise.ts';
import { readsNorm } from '../activation.ts';
import { plainShape, pointwiseTile } from '../pointwise/product.ts';
import { ceilDiv, pixelsOf, quadsOf } from '../quad.ts';
import { added, joined } from '../testing/arrays.ts';
import { packMatrix, packSlots, transposed } from '../testing/convolution.ts';
import { forDrawn, planes } from '../testing/draw.ts';
import { packQuads, stridedPlane, unpackQuads } from '../testing/quads.ts';
import { runProgram, TestTables } from '../testing/run.ts';
import { difference, seen, tf, twin } from '../testing/twin.ts';
import { sequence } from '../wgsl.ts';
import { pointwiseInputGradient } from './program.ts';
import { productGradientRow, productReaderRow, reluGradientRow } from './rows.ts';

const drawn = fc.tuple(planes, fc.boolean());

describe('input gradient of pointwise convolutions', () => {
  it.each(['none', 'relu', 'relu6', 'affine6'] as const)(
    'of two readers: %s',
    async (activation) => {
      const outputs = activation === 'relu6' ? 1 : 2;
      const product = { outputs, adjacent: activation === 'relu' } as const;
      await forDrawn(drawn, async ([{ channels, ...plane }, add], draw) => {
        const quads = quadsOf(channels);
        const x = draw.normals(pixelsOf(plane) * channels).map((value) => value * 3);
        const before = draw.normals(x.length);
        const scale = draw.normals(channels);
        const shift = draw.normals(channels).map((value) => value * 3);
        const readers = sequence(2).map(() => {
          const filters = 1 + draw.below(7);
          return {
            filters,
            quads: quadsOf(filters),
            matrix: draw.normals(channels * filters),
            upstream: draw.normals(pixelsOf(plane) * filters),
          };
        });
        const packed = readers.map(({ matrix, filters }) =>
          packMatrix(transposed(matrix, channels, filters), filters, channels),
        );
        const [first] = readers;
        const tables = new TestTables();
        const table = tables.add(
          sequence(ceilDiv(quads, outputs)).map((i) => {
            const q = i * outputs;
            return productGradientRow.pack({
              ...{ inputQuad: q, slot: q, resultQuad: q, add },
              both: outputs === 2 && q + 1 < quads,
              readers: tables.add(
                readers.map((reader, k) =>
                  productReaderRow.pack({
                    gradientQuad: k * first!.quads,
                    gradientQuads: reader.quads,
                    weights: k * (packed[0]!.length / 4) + q * reader.quads * 4,
                  }),
                ),
              ),
              count: 2,
            });
          }),
        );
        const { results } = await runProgram(
          pointwiseInputGradient({ activation, strided: false }, product),
          {
            gradients: joined(readers.map(({ upstream, filters }) => packQuads(upstream, filters))),
            weights: joined(packed),
            inputs: packQuads(x, channels),
            results: packQuads(before, channels),
            tables: tables.words,
            slots: packSlots(channels, { scale, shift }),
          },
          { ...plane, inHeight: plane.height, inWidth: plane.width, table },
          [ceilDiv(pixelsOf(plane), pointwiseTile(product)), ceilDiv(quads, outputs)],
        );
        // The gradient of what the convolutions read, before the activation: after a norm's scale and shift.
        const read = Float32Array.from(x, (value, i) =>
          readsNorm(activation) ? value * scale[i % channels]! + shift[i % channels]! : value,
        );
        const through = activation === 'affine6' ? 'relu6' : activation;
        const shape = [plane.batch, plane.height, plane.width, channels];
        const shares = readers.map(
          ({ matrix, filters, upstream }) =>
            twin(
              [{ data: read, shape }],
              (input) =>
                pointwise(
                  seen(through, input, scale, shift) as tf.Tensor4D,
                  tf.tensor4d(matrix, [1, 1, channels, filters]),
                ),
              upstream,
            ).gradients[0]!,
        );
        const sum = added(shares[0]!, shares[1]!);
        const actual = unpackQuads(results!, plane, channels);
        expect(difference(actual, add ? added(sum, before) : sum)).toBeLessThan(1e-5);
      });
    },
  );

  it('of relu and a factorized reduce', async () => {
    await forDrawn(drawn, async ([{ channels, ...inPlane }, add], draw) => {
      const outPlane = stridedPlane(inPlane, 2);
      const inQuads = quadsOf(channels);
      const halves = sequence(2).map(() => {
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
        pointwiseInputGradient({ activation: 'relu', strided: true }),
        {
          gradients: joined(halves.map(({ upstream, filters }) => packQuads(upstream, filters))),
          weights,
          inputs: packQuads(x, channels),
          results: packQuads(before, channels),
          tables: tables.words,
        },
        { ...outPlane, inHeight: inPlane.height, inWidth: inPlane.width, table },
        [ceilDiv(pixelsOf(inPlane), pointwiseTile(plainShape)), inQuads],
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
          return factorizedReduce(read, [a!, b!]);
        },
        upstream,
      );
      const expected = add ? added(gradients[0]!, before) : gradients[0];
      expect(difference(unpackQuads(results!, inPlane, channels), expected!)).toBeLessThan(1e-5);
    });
  });
});
