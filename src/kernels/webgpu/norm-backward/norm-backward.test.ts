import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchNorm, normEpsilon } from '../../composed/batch-norm.ts';
import { shareSize } from '../norm/shares.ts';
import { none, pixelsOf, quadsOf } from '../quad.ts';
import { packSlots, readSlots } from '../testing/convolution.ts';
import { forDrawn, planes } from '../testing/draw.ts';
import { packQuads, unpackQuads } from '../testing/quads.ts';
import { runProgram, TestTables } from '../testing/run.ts';
import { difference, tf, twin } from '../testing/twin.ts';
import { sequence } from '../wgsl.ts';
import { normBackward } from './program.ts';
import type { NormBackwardPart } from './program.ts';
import { normBackwardRow } from './rows.ts';

const drawn = fc.tuple(planes, fc.boolean(), fc.boolean());

/** Mean and biased variance of each channel. */
function moments(x: Float32Array, channels: number): [Float32Array, Float32Array] {
  const pixels = x.length / channels;
  const mean = new Float32Array(channels);
  const variance = new Float32Array(channels);
  x.forEach((value, i) => (mean[i % channels]! += value / pixels));
  x.forEach((value, i) => (variance[i % channels]! += (value - mean[i % channels]!) ** 2 / pixels));
  return [mean, variance];
}

describe('backward pass of norm and gate', () => {
  it.each([
    { threads: 16, chunks: 1, dropPath: false },
    { threads: 64, chunks: 1, dropPath: false },
    { threads: 16, chunks: 1, dropPath: true },
    { threads: 8, chunks: 3, dropPath: false },
    { threads: 8, chunks: 2, dropPath: true },
  ])('by $chunks times $threads invocations, drop-path $dropPath', async (how) => {
    const { threads, chunks, dropPath } = how;
    await forDrawn(drawn, async ([{ channels, ...plane }, gateBefore, aligned], draw) => {
      const pixels = pixelsOf(plane);
      const x = draw.normals(pixels * channels);
      const u = draw.normals(pixels * channels);
      const [gamma, beta] = [draw.normals(channels), draw.normals(channels)];
      const gate = draw.normals(channels).map((value) => 1 / (1 + Math.exp(-value)));
      const coefficient = 0.3 + draw.uniform();
      const factors = sequence(plane.batch).map(() => (dropPath ? draw.below(2) * 1.5 : 1));
      const [mean, variance] = moments(x, channels);
      const rstd = variance.map(
        (value, c) => 1 / Math.sqrt((gateBefore ? gate[c]! ** 2 : 1) * value + normEpsilon),
      );
      // The upstream gradient's channels in another order where they are gathered.
      const places = aligned ? sequence(channels) : draw.shuffled(sequence(channels));
      const moved = new Float32Array(u.length);
      u.forEach((value, i) => {
        moved[Math.floor(i / channels) * channels + places[i % channels]!] = value;
      });
      const tables = new TestTables();
      const table = tables.add(
        sequence(quadsOf(channels)).map((q) =>
          normBackwardRow.pack({
            inputQuad: q,
            slot: q,
            coefficient: 0,
            gateBefore,
            aligned: aligned ? q : none,
            lanes: sequence(4).map((l) => places[q * 4 + l] ?? none),
          }),
        ),
      );
      const quads = quadsOf(channels);
      const arrays = {
        inputs: packQuads(x, channels),
        upstream: packQuads(moved, channels),
        slots: packSlots(channels, { gamma, beta, gate, mean, rstd }),
        coefficients: Float32Array.from([coefficient, ...factors]),
        tables: tables.words,
      };
      const params = { pixels, table, factors: 1, batch: plane.batch, chunks };
      const of = (part: NormBackwardPart, shares: Record<string, Float32Array | number>) =>
        runProgram(normBackward(threads, dropPath, part), { ...arrays, ...shares }, params, [
          quads,
          chunks,
        ]);
      const { inputs, slots } =
        chunks === 1
          ? await of('whole', {})
          : await of('gradient', {
              shares: (await of('sums', { shares: shareSize * 4 * quads * chunks })).shares!,
            });
      const area = plane.height * plane.width;
      const upstream = u.map(
        (value, i) => value * coefficient * factors[Math.floor(i / channels / area)]!,
      );
      const { gradients } = twin(
        [
          { data: x, shape: [plane.batch, plane.height, plane.width, channels] },
          { data: gamma, shape: [channels] },
          { data: beta, shape: [channels] },
        ],
        (input, g, b) => {
          const gates = tf.tensor1d(gate);
          const normed = batchNorm(
            input as tf.Tensor4D,
            g as tf.Tensor1D,
            b as tf.Tensor1D,
            gateBefore ? gates : null,
          );
          return gateBefore ? normed : tf.mul(normed, gates);
        },
        upstream,
      );
      expect(difference(unpackQuads(inputs!, plane, channels), gradients[0]!)).toBeLessThan(1e-4);
      // The sums are those of the gradient before coefficient and gate.
      const after = (c: number): number => coefficient * (gateBefore ? 1 : gate[c]!);
      const dGamma = readSlots(slots!, 'sumNormalized', channels).map((s, c) => s * after(c));
      const dBeta = readSlots(slots!, 'sum', channels).map((s, c) => s * after(c));
      expect(difference(dGamma, gradients[1]!)).toBeLessThan(1e-4);
      expect(difference(dBeta, gradients[2]!)).toBeLessThan(1e-4);
    });
  });
});
