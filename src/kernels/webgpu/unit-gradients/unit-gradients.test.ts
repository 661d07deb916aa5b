import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchNorm, normEpsilon } from '../../composed/batch-norm.ts';
import { binaryStep } from '../../composed/binary-step.ts';
import { filterGate } from '../../composed/filter-gate.ts';
import { floatBits } from '../float-bits.ts';
import { laneRow } from '../prologue/rows.ts';
import { none, quadsOf } from '../quad.ts';
import { slotFieldIndex, slotSize } from '../slots.ts';
import { joined } from '../testing/arrays.ts';
import { packSlots } from '../testing/convolution.ts';
import { forDrawn } from '../testing/draw.ts';
import type { Draw } from '../testing/draw.ts';
import { runProgram, TestTables } from '../testing/run.ts';
import { difference, tf, twin } from '../testing/twin.ts';
import { sequence } from '../wgsl.ts';
import { unitGradients } from './program.ts';
import { blockRow, unitRow } from './rows.ts';

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

type Six = [number, number, number, number, number, number];

/** One block of `channels` filters and one unit; parameters: gamma, beta, gate, alpha, filter and operation threshold. */
async function run(
  channels: number,
  parameters: readonly Float32Array[],
  slots: Float32Array,
  unit: { coefficient: number; gateBefore: boolean; thresholds: boolean },
  partials: Float32Array | null,
): Promise<Float32Array> {
  const at = parameters.map((_, i) => parameters.slice(0, i).reduce((n, p) => n + p.length, 0));
  const [gamma, beta, gate, alpha, filterThreshold, operationThreshold] = at as Six;
  const tables = new TestTables();
  const lanes = sequence(quadsOf(channels) * 4).map((l) =>
    laneRow.pack(
      l < channels
        ? {
            gamma: gamma + l,
            beta: beta + l,
            gate: gate + l,
            threshold: unit.thresholds ? filterThreshold : none,
          }
        : { gamma: none, beta: none, gate: none, threshold: none },
    ),
  );
  const laneTable = tables.add(lanes);
  const blocks = tables.add([blockRow.pack({ slot: 0, slots: quadsOf(channels) })]);
  const table = tables.add([
    unitRow.pack({
      alpha,
      operationThreshold: unit.thresholds ? operationThreshold : none,
      filterThreshold: unit.thresholds ? filterThreshold : none,
      coefficient: 0,
      blocks,
      blockCount: partials ? 0 : 1,
      gateBefore: unit.gateBefore,
      partial: partials ? 0 : none,
      partialLane: 2,
      partialCount: partials ? partials.length / 4 : 0,
    }),
  ]);
  const values = joined(parameters);
  const { gradients } = await runProgram(
    unitGradients,
    {
      values,
      slots: scaledSums(slots),
      coefficients: Float32Array.of(unit.coefficient),
      partials: partials?.map((share) => share * 4) ?? 4,
      gradients: values.length,
      tables: tables.words,
    },
    { units: 1, table, laneTable, unscale: floatBits(1 / 4) },
    [1],
  );
  return gradients!;
}

/** As where activations' gradients are scaled by 4. */
const scaledSums = (slots: Float32Array): Float32Array =>
  slots.map((value, i) => (sumFields.includes((i >> 2) % slotSize) ? value * 4 : value));
const sumFields = (['sum', 'sumNormalized'] as const).map(slotFieldIndex);

const channelCounts = fc.integer({ min: 1, max: 9 });
const drawParameters = (channels: number, draw: Draw): Float32Array[] => [
  draw.normals(channels),
  draw.normals(channels),
  draw.normals(channels),
  draw.normals(1),
  Float32Array.of(0.45),
  Float32Array.of(0.4 + 0.2 * draw.uniform()),
];

describe('unit gradients', () => {
  it('of a convolution follow from its norm’s sums', async () => {
    await forDrawn(
      channelCounts,
      async (channels, draw) => {
        const parameters = drawParameters(channels, draw);
        const [gamma, beta, logits, alpha, filterThreshold, operationThreshold] = parameters;
        const [sum, sumNormalized] = [draw.normals(channels), draw.normals(channels)];
        const gate = logits!.map((b) => (sigmoid(b) > filterThreshold![0]! ? sigmoid(b) : 0));
        const importance = sigmoid(alpha![0]!);
        const survives = importance > operationThreshold![0]!;
        const gradients = await run(
          channels,
          parameters,
          packSlots(channels, { gamma, beta, gate, sum, sumNormalized }),
          { coefficient: survives ? importance : 0, gateBefore: false, thresholds: true },
          null,
        );
        const expected = twin(
          parameters.map((data) => ({ data, shape: [data.length] })),
          (g, b, logit, a, tFilter, tOperation) => {
            const output = tf.add(tf.mul(g, sumNormalized), tf.mul(b, sum));
            const gated = tf.mul(filterGate(logit as tf.Tensor1D, tFilter, null), output);
            const weight = tf.sigmoid(a);
            const mask = binaryStep(tf.sub(weight, tOperation));
            return tf.sum(tf.mul(tf.mul(weight, mask), tf.sum(gated)));
          },
        );
        expect(difference(gradients, joined(expected.gradients))).toBeLessThan(1e-5);
      },
      8,
    );
  });

  it('of a pool are those of the mix’s shares', async () => {
    await forDrawn(channelCounts, async (count, draw) => {
      const parameters = drawParameters(1, draw);
      const [, , , alpha, , threshold] = parameters;
      const partials = draw.normals(count * 4);
      const upstream = sequence(count).reduce((n, k) => n + partials[k * 4 + 2]!, 0);
      const importance = sigmoid(alpha![0]!);
      const coefficient = importance > threshold![0]! ? importance : 0;
      const unit = { coefficient, gateBefore: false, thresholds: true };
      const gradients = await run(1, parameters, new Float32Array(40), unit, partials);
      const expected = twin(
        [
          { data: alpha!, shape: [1] },
          { data: threshold!, shape: [1] },
        ],
        (a, t) => {
          const weight = tf.sigmoid(a);
          return tf.sum(tf.mul(tf.mul(weight, binaryStep(tf.sub(weight, t))), upstream));
        },
      );
      const actual = [gradients[3]!, gradients[5]!];
      expect(difference(actual, joined(expected.gradients))).toBeLessThan(1e-5);
    });
  });

  it('of a gate before its norm act through epsilon alone', async () => {
    await forDrawn(channelCounts, async (channels, draw) => {
      const parameters = drawParameters(channels, draw);
      const [gamma, beta, logits, alpha] = parameters;
      const pixels = 6;
      // So small that epsilon counts.
      const x = draw.normals(pixels * channels).map((value) => value * 0.01);
      const u = draw.normals(pixels * channels);
      const gate = logits!.map(sigmoid);
      const [sum, sumNormalized, rstd] = sequence(3).map(() => new Float32Array(channels));
      for (let c = 0; c < channels; c++) {
        const own = sequence(pixels).map((p) => x[p * channels + c]!);
        const mean = own.reduce((n, value) => n + value, 0) / pixels;
        const variance = own.reduce((n, value) => n + (value - mean) ** 2, 0) / pixels;
        rstd![c] = 1 / Math.sqrt(gate[c]! ** 2 * variance + normEpsilon);
        own.forEach((value, p) => {
          sum![c]! += u[p * channels + c]!;
          sumNormalized![c]! += u[p * channels + c]! * gate[c]! * (value! - mean) * rstd![c]!;
        });
      }
      const coefficient = sigmoid(alpha![0]!);
      const gradients = await run(
        channels,
        parameters,
        packSlots(channels, { gamma, beta, gate, rstd, sum, sumNormalized }),
        { coefficient, gateBefore: true, thresholds: false },
        null,
      );
      const expected = twin(
        parameters.slice(0, 4).map((data) => ({ data, shape: [data.length] })),
        (g, b, logit, a) => {
          const normed = batchNorm(
            tf.tensor4d(x, [1, 1, pixels, channels]),
            g as tf.Tensor1D,
            b as tf.Tensor1D,
            tf.sigmoid(logit) as tf.Tensor1D,
          );
          const products = tf.mul(normed, tf.tensor4d(u, [1, 1, pixels, channels]));
          return tf.sum(tf.mul(tf.sigmoid(a), tf.sum(products)));
        },
      );
      const actual = gradients.slice(0, channels * 3 + 1);
      expect(difference(actual, joined(expected.gradients))).toBeLessThan(1e-4);
    });
  });
});
