import { describe, expect, it } from 'vitest';
import { ceilDiv, pixelsOf, quadsOf } from '../quad.ts';
import { added, joined } from '../testing/arrays.ts';
import { forDrawn } from '../testing/draw.ts';
import { composedMix, drawMix, mixShapes, nodeQuad, packDrawnMix } from '../testing/mix.ts';
import { packQuads, unpackQuads } from '../testing/quads.ts';
import { runProgram } from '../testing/run.ts';
import { difference, tf } from '../testing/twin.ts';
import { sequence } from '../wgsl.ts';
import { mixForward } from './program.ts';
import { mixRows } from './variant.ts';
import type { MixVariant } from './variant.ts';

describe('mixed operations', () => {
  it.each([
    { stride: 1, inPlace: false, dropPath: false, pools: true },
    { stride: 1, inPlace: true, dropPath: true, pools: true },
    { stride: 2, inPlace: false, dropPath: false, pools: true },
    { stride: 1, inPlace: false, dropPath: false, pools: false },
  ] as const satisfies readonly MixVariant[])(
    'stride $stride, in place $inPlace, drop-path $dropPath, pools $pools',
    async (v) => {
      await forDrawn(mixShapes, async (shape, draw) => {
        const mix = drawMix(v, shape, draw);
        const { outPlane, inPlane, channels } = mix;
        const packed = packDrawnMix(mix);
        const states = joined(mix.states.map((state) => packQuads(state, channels)));
        const before = joined(mix.before.map((node) => packQuads(node, channels)));
        const down = ceilDiv(outPlane.height, mixRows);
        const { nodes } = await runProgram(
          mixForward(v),
          {
            states,
            shares: packed.shares,
            nodes: v.inPlace ? joined([states, before]) : before,
            winners: mix.sources * quadsOf(channels) * pixelsOf(outPlane),
            slots: packed.slots,
            coefficients: joined([mix.coefficients, mix.factors]),
            tables: packed.tables.words,
          },
          {
            ...outPlane,
            inHeight: inPlane.height,
            inWidth: inPlane.width,
            sources: mix.sources,
            table: packed.table,
            slot: 0,
            factors: mix.candidates.length,
          },
          [ceilDiv(outPlane.batch * down * outPlane.width, 64), quadsOf(channels)],
        );
        await tf.setBackend('cpu');
        for (const target of sequence(mix.targets)) {
          const sum = tf.tidy(() => {
            const inputs = mix.states.map((state) =>
              tf.tensor4d(state, [inPlane.batch, inPlane.height, inPlane.width, channels]),
            );
            const factors = Array.from(mix.coefficients, (c) => tf.scalar(c));
            return composedMix(mix, v, target, inputs, factors).dataSync() as Float32Array;
          });
          const expected = mix.add[target] ? added(sum, mix.before[target]!) : sum;
          const size = quadsOf(channels) * pixelsOf(outPlane) * 4;
          const from = nodeQuad(mix, target) * pixelsOf(outPlane) * 4;
          const actual = unpackQuads(nodes!.slice(from, from + size), outPlane, channels);
          expect(difference(actual, expected), `node ${target}`).toBeLessThan(1e-5);
        }
      });
    },
  );
});
