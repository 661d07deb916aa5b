import { describe, expect, it } from 'vitest';
import { mixForward } from '../mix/program.ts';
import { mixRows } from '../mix/variant.ts';
import type { MixVariant } from '../mix/variant.ts';
import { gatherRow } from '../norm-apply/rows.ts';
import { ceilDiv, none, pixelsOf, quadsOf } from '../quad.ts';
import { joined } from '../testing/arrays.ts';
import { forDrawn } from '../testing/draw.ts';
import { composedMix, drawMix, mixShapes, packDrawnMix } from '../testing/mix.ts';
import { packQuads, unpackQuads } from '../testing/quads.ts';
import { runProgram } from '../testing/run.ts';
import { difference, tf, twin } from '../testing/twin.ts';
import { sequence } from '../wgsl.ts';
import { mixBackward } from './program.ts';

const cases = [
  { stride: 1, inPlace: false, dropPath: false, pools: true, threads: 8 },
  { stride: 1, inPlace: true, dropPath: true, pools: true, threads: 64 },
  { stride: 2, inPlace: false, dropPath: true, pools: true, threads: 8 },
  { stride: 1, inPlace: false, dropPath: false, pools: false, threads: 8 },
] as const satisfies readonly (MixVariant & { threads: number })[];

describe('backward pass of mixed operations', () => {
  it.each(cases)(
    'stride $stride, in place $inPlace, drop-path $dropPath, pools $pools, by $threads',
    async ({ threads, ...v }) => {
      await forDrawn(mixShapes, async (shape, draw) => {
        const mix = drawMix(v, shape, draw);
        const { outPlane, inPlane, channels, sources, targets } = mix;
        const quads = quadsOf(channels);
        const packed = packDrawnMix(mix);
        const states = joined(mix.states.map((state) => packQuads(state, channels)));
        const pixels = pixelsOf(outPlane);
        const upstream = sequence(targets).map(() => draw.normals(pixels * channels));
        const gradients = joined(upstream.map((u) => packQuads(u, channels)));
        // What the convolutions gave to the states, its lanes in another order.
        const parts = mix.states.map(() => draw.normals(pixelsOf(inPlane) * channels));
        const places = draw.shuffled(sequence(channels));
        const moved = parts.map((part) => {
          const result = new Float32Array(part.length);
          part.forEach((value, i) => {
            result[Math.floor(i / channels) * channels + places[i % channels]!] = value;
          });
          return result;
        });
        const gather = packed.tables.add(
          sequence(sources * quads).map((row) => {
            const [source, q] = [Math.floor(row / quads), row % quads];
            const lanes = sequence(4).map((l) => {
              const place = places[q * 4 + l];
              return place === undefined ? none : source * quads * 4 + place;
            });
            return gatherRow.pack({ aligned: none, lanes });
          }),
        );
        const coefficients = joined([mix.coefficients, mix.factors]);
        const params = {
          ...outPlane,
          inHeight: inPlane.height,
          inWidth: inPlane.width,
          sources,
          table: packed.table,
          slot: 0,
          factors: mix.candidates.length,
        };
        const inPlaceNodes = joined([states, new Float32Array(targets * quads * pixels * 4)]);
        const { winners } = await runProgram(
          mixForward(v),
          {
            states,
            shares: packed.shares,
            nodes: v.inPlace ? inPlaceNodes : targets * quads * pixels * 4,
            winners: sources * quads * pixels,
            slots: packed.slots,
            coefficients,
            tables: packed.tables.words,
          },
          params,
          [ceilDiv(outPlane.batch * ceilDiv(outPlane.height, mixRows) * outPlane.width, 64), quads],
        );
        const down = ceilDiv(inPlane.height, mixRows);
        const gridX = ceilDiv(inPlane.batch * down * inPlane.width, 64);
        const stateSize = quads * pixelsOf(inPlane) * 4;
        const { results, partials } = await runProgram(
          mixBackward(v, threads),
          {
            gradients,
            states: v.inPlace ? inPlaceNodes : states,
            parts: joined(moved.map((part) => packQuads(part, channels))),
            winners: new Uint32Array(winners!.buffer),
            results: v.inPlace
              ? joined([new Float32Array(stateSize), gradients])
              : sources * stateSize,
            partials: sources * targets * quads * gridX * 4,
            coefficients,
            tables: packed.tables.words,
          },
          { ...params, partial: 0, gather, gridX, add: 0 },
          [gridX, quads, sources],
        );
        const shapeOf = [inPlane.batch, inPlane.height, inPlane.width, channels];
        const expected = twin(
          [
            ...mix.states.map((data) => ({ data, shape: shapeOf })),
            ...Array.from(mix.coefficients, (c) => ({ data: Float32Array.of(c), shape: [] })),
          ],
          (...tensors) => {
            const inputs = tensors.slice(0, sources) as tf.Tensor4D[];
            const factors = tensors.slice(sources);
            const sums = sequence(targets).map((t) =>
              tf.sum(
                tf.mul(
                  composedMix(mix, v, t, inputs, factors),
                  tf.tensor4d(upstream[t]!, [
                    outPlane.batch,
                    outPlane.height,
                    outPlane.width,
                    channels,
                  ]),
                ),
              ),
            );
            return tf.addN(sums);
          },
        );
        for (const s of sequence(sources)) {
          const own = results!.slice(s * stateSize, (s + 1) * stateSize);
          const sum = expected.gradients[s]!.map((g, i) => g + parts[s]![i]!);
          expect(difference(unpackQuads(own, inPlane, channels), sum)).toBeLessThan(1e-4);
        }
        mix.candidates.forEach((k, i) => {
          const lane = (['skip', 'average', 'maximum'] as string[]).indexOf(k.kind);
          if (lane < 0) return;
          const first = (k.source * targets + k.target) * quads * gridX;
          const sum = sequence(quads * gridX).reduce(
            (n, j) => n + partials![(first + j) * 4 + lane]!,
            0,
          );
          const [exact] = expected.gradients[sources + i]!;
          expect(difference([sum], [exact!]), `coefficient of ${k.kind}`).toBeLessThan(1e-4);
        });
      });
    },
  );
});
