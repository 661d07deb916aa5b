import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchNorm, batchNormRunning } from '../../composed/batch-norm.ts';
import { shareSize } from '../norm/shares.ts';
import { none, pixelsOf, quadsOf } from '../quad.ts';
import { packSlots, readSlots } from '../testing/convolution.ts';
import { forDrawn, planes } from '../testing/draw.ts';
import { packQuads } from '../testing/quads.ts';
import { runProgram, TestTables } from '../testing/run.ts';
import { difference, tf, twin } from '../testing/twin.ts';
import { sequence } from '../wgsl.ts';
import { batchStatistics, runningStatistics, statisticsShares } from './program.ts';
import { statisticsRow } from './rows.ts';

const drawn = fc.tuple(planes, fc.boolean());

/** Parameters: running means, then running variances. */
const rowsOf = (channels: number, gateBefore: boolean): number[][] =>
  sequence(quadsOf(channels)).map((q) => {
    const lanes = (first: number): number[] =>
      sequence(4).map((l) => (q * 4 + l < channels ? first + q * 4 + l : none));
    return statisticsRow.pack({
      inputQuad: q,
      gateBefore,
      means: lanes(0),
      variances: lanes(channels),
    });
  });

describe('batch norm: what readers apply', () => {
  it.each([
    { threads: 16, chunks: 1 },
    { threads: 64, chunks: 1 },
    { threads: 8, chunks: 3 },
  ])('from a batch, by $chunks times $threads invocations', async ({ threads, chunks }) => {
    await forDrawn(drawn, async ([{ channels, ...plane }, gateBefore], draw) => {
      const count = pixelsOf(plane);
      // A mean far from zero: sums of squares would cancel.
      const x = draw.normals(count * channels).map((value) => value + 50);
      const [gamma, beta] = [draw.normals(channels), draw.normals(channels)];
      const gate = draw.normals(channels).map((value) => 1 / (1 + Math.exp(-value)));
      const running = draw.normals(2 * channels);
      const tables = new TestTables();
      const table = tables.add(rowsOf(channels, gateBefore));
      const inputs = packQuads(x, channels);
      const quads = quadsOf(channels);
      const { shares } = await runProgram(
        statisticsShares(threads),
        { inputs, shares: shareSize * 4 * quads * chunks, tables: tables.words },
        { pixels: count, table, chunks },
        [quads, chunks],
      );
      const { slots, values } = await runProgram(
        batchStatistics(threads, chunks > 1),
        {
          inputs,
          slots: packSlots(channels, { gamma, beta, gate }),
          values: running,
          tables: tables.words,
          ...(chunks > 1 ? { shares: shares! } : {}),
        },
        { pixels: count, table, slot: 0, updateRunning: 1, chunks },
        [quads],
      );
      const scale = readSlots(slots!, 'scale', channels);
      const shift = readSlots(slots!, 'shift', channels);
      const actual = x.map((value, i) => value * scale[i % channels]! + shift[i % channels]!);
      const expectedRunning = running.slice();
      const { y } = twin(
        [{ data: x, shape: [plane.batch, plane.height, plane.width, channels] }],
        (input) => {
          const normed = batchNorm(
            input as tf.Tensor4D,
            tf.tensor1d(gamma),
            tf.tensor1d(beta),
            gateBefore ? tf.tensor1d(gate) : null,
            (mean, variance) => {
              const [m, v] = [mean.dataSync(), variance.dataSync()];
              for (let c = 0; c < channels; c++) {
                const unbiased = (v[c]! * count) / Math.max(count - 1, 1);
                expectedRunning[c] = running[c]! + 0.1 * (m[c]! - running[c]!);
                expectedRunning[channels + c] =
                  running[channels + c]! + 0.1 * (unbiased - running[channels + c]!);
              }
            },
          );
          return gateBefore ? normed : tf.mul(normed, tf.tensor1d(gate));
        },
        new Float32Array(x.length),
      );
      // 50 standard deviations from zero: of float32's seven digits two are gone.
      expect(difference(actual, y)).toBeLessThan(1e-3);
      expect(difference(values!, expectedRunning)).toBeLessThan(1e-4);
    });
  });

  it('from running averages, which do not change', async () => {
    await forDrawn(drawn, async ([{ channels, ...plane }, gateBefore], draw) => {
      const x = draw.normals(pixelsOf(plane) * channels);
      const [gamma, beta] = [draw.normals(channels), draw.normals(channels)];
      const gate = draw.normals(channels).map((value) => 1 / (1 + Math.exp(-value)));
      const mean = draw.normals(channels);
      const variance = draw.normals(channels).map((value) => value * value + 0.1);
      const tables = new TestTables();
      const table = tables.add(rowsOf(channels, gateBefore));
      const { slots } = await runProgram(
        runningStatistics,
        {
          slots: packSlots(channels, { gamma, beta, gate }),
          values: Float32Array.from([...mean, ...variance]),
          tables: tables.words,
        },
        { table, slot: 0 },
        [quadsOf(channels)],
      );
      const scale = readSlots(slots!, 'scale', channels);
      const shift = readSlots(slots!, 'shift', channels);
      const actual = x.map((value, i) => value * scale[i % channels]! + shift[i % channels]!);
      await tf.setBackend('cpu');
      const y = tf.tidy(() => {
        const input = tf.tensor4d(x, [plane.batch, plane.height, plane.width, channels]);
        const gated = gateBefore ? tf.mul(input, tf.tensor1d(gate)) : input;
        const normed = batchNormRunning(
          gated as tf.Tensor4D,
          tf.tensor1d(gamma),
          tf.tensor1d(beta),
          tf.tensor1d(mean),
          tf.tensor1d(variance),
        );
        return (gateBefore ? normed : tf.mul(normed, tf.tensor1d(gate))).dataSync();
      });
      expect(difference(actual, y)).toBeLessThan(1e-5);
    });
  });
});
