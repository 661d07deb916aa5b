import { describe, expect, it } from 'vitest';
import { averagePool, maxPool } from '../../composed/pools.ts';
import { poolForward } from '../pool/program.ts';
import { pooledQuadRow, pooledReaderRow, poolRow } from '../pool/rows.ts';
import { ceilDiv, pixelsOf, quadsOf } from '../quad.ts';
import { joined } from '../testing/arrays.ts';
import { forDrawn, planes } from '../testing/draw.ts';
import { packQuads, stridedPlane, unpackQuads } from '../testing/quads.ts';
import { runProgram, TestTables } from '../testing/run.ts';
import type { tf } from '../testing/twin.ts';
import { difference, twin } from '../testing/twin.ts';
import { sequence } from '../wgsl.ts';
import { poolInputGradient } from './program.ts';

describe('the way back through an average and a maximum of each quad', () => {
  it.each([
    { stride: 1, add: false },
    { stride: 2, add: false },
    { stride: 2, add: true },
  ] as const)('stride $stride, adding: $add', async ({ stride, add }) => {
    await forDrawn(planes, async ({ channels, ...plane }, draw) => {
      const out = stridedPlane(plane, stride);
      const quads = quadsOf(channels);
      const inputs = pixelsOf(plane) * channels;
      // Few values, so that some pixels of a window are equal: the first of them wins.
      const x = Float32Array.from({ length: inputs }, () => draw.below(4) - 1.5);
      const before = draw.normals(inputs);
      const upstream = [0, 1].map(() => draw.normals(pixelsOf(out) * channels));
      const planeParams = { ...out, inHeight: plane.height, inWidth: plane.width };
      const forward = new TestTables();
      const size = quads * pixelsOf(out);
      const { winners } = await runProgram(
        poolForward(stride),
        {
          inputs: packQuads(x, channels),
          outputs: size * 4,
          winners: size,
          tables: ((): Uint32Array => {
            const rows = sequence(quads).map((q) => poolRow.pack({ inputQuad: q, maximum: true }));
            forward.add(rows);
            return forward.words;
          })(),
        },
        { ...planeParams, table: 0, outputQuad: 0 },
        [ceilDiv(pixelsOf(out), 64), quads],
      );
      const tables = new TestTables();
      const rows = sequence(quads).map((q) => {
        const readers = [false, true].map((maximum) =>
          pooledReaderRow.pack({
            gradientQuad: maximum ? quads + q : q,
            winnerQuad: q,
            maximum,
          }),
        );
        return pooledQuadRow.pack({ resultQuad: q, add, readers: tables.add(readers), count: 2 });
      });
      const table = tables.add(rows);
      const { results } = await runProgram(
        poolInputGradient(stride),
        {
          gradients: joined(upstream.map((one) => packQuads(one, channels))),
          winners: new Uint32Array(winners!.buffer, winners!.byteOffset, size),
          results: packQuads(before, channels),
          tables: tables.words,
        },
        { ...planeParams, table },
        [ceilDiv(pixelsOf(plane), 64), quads],
      );
      const shape = [plane.batch, plane.height, plane.width, channels];
      const [average, maximum] = [averagePool, maxPool].map(
        (pool, k) =>
          twin([{ data: x, shape }], (input) => pool(input as tf.Tensor4D, stride), upstream[k])
            .gradients[0],
      );
      const expected = average!.map((value, i) => value + maximum![i]! + (add ? before[i]! : 0));
      expect(difference(unpackQuads(results!, plane, channels), expected)).toBeLessThan(1e-5);
    });
  });
});
