import { describe, expect, it } from 'vitest';
import { averagePool, maxPool } from '../../composed/pools.ts';
import { ceilDiv, pixelsOf, quadsOf } from '../quad.ts';
import { forDrawn, planes } from '../testing/draw.ts';
import { packQuads, stridedPlane, unpackQuads } from '../testing/quads.ts';
import { runProgram, TestTables } from '../testing/run.ts';
import { difference, tf } from '../testing/twin.ts';
import { sequence } from '../wgsl.ts';
import { poolForward } from './program.ts';
import { poolRow } from './rows.ts';

describe('pools whose results are stored, an average and a maximum of each quad', () => {
  it.each([1, 2] as const)('stride %i', async (stride) => {
    await forDrawn(planes, async ({ channels, ...plane }, draw) => {
      const out = stridedPlane(plane, stride);
      const quads = quadsOf(channels);
      const x = draw.normals(pixelsOf(plane) * channels);
      const tables = new TestTables();
      const table = tables.add(
        [false, true].flatMap((maximum) =>
          sequence(quads).map((inputQuad) => poolRow.pack({ inputQuad, maximum })),
        ),
      );
      const size = quads * pixelsOf(out);
      // One quad before them stays as it is.
      const { outputs, winners } = await runProgram(
        poolForward(stride),
        {
          inputs: packQuads(x, channels),
          outputs: (2 * size + pixelsOf(out)) * 4,
          winners: 2 * size,
          tables: tables.words,
        },
        {
          ...out,
          inHeight: plane.height,
          inWidth: plane.width,
          table,
          outputQuad: 1,
        },
        [ceilDiv(pixelsOf(out), 64), 2 * quads],
      );
      await tf.setBackend('cpu');
      const [average, maximum] = [averagePool, maxPool].map((pool) =>
        tf.tidy(() =>
          pool(
            tf.tensor4d(x, [plane.batch, plane.height, plane.width, channels]),
            stride,
          ).dataSync(),
        ),
      );
      const part = (first: number): Float32Array =>
        unpackQuads(outputs!.subarray((pixelsOf(out) + first) * 4), out, channels);
      expect(outputs!.subarray(0, pixelsOf(out) * 4).every((value) => value === 0)).toBe(true);
      expect(difference(part(0), average!)).toBeLessThan(1e-6);
      expect(difference(part(size), maximum!)).toBe(0);
      // A winner is the place in its window of the pixel that is the maximum.
      const bytes = new Uint8Array(winners!.buffer, winners!.byteOffset + size * 4, size * 4);
      for (let i = 0; i < maximum!.length; i++) {
        const [pixel, c] = [Math.floor(i / channels), i % channels];
        const winner = bytes[((c >> 2) * pixelsOf(out) + pixel) * 4 + (c & 3)];
        const image = Math.floor(pixel / (out.height * out.width));
        const [oy, ox] = [Math.floor(pixel / out.width) % out.height, pixel % out.width];
        const y = oy * stride - 1 + Math.floor(winner! / 3);
        const left = ox * stride - 1 + (winner! % 3);
        expect(x[((image * plane.height + y) * plane.width + left) * channels + c]).toBe(
          maximum![i],
        );
      }
    });
  });
});
