import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { depthwise } from '../../composed/depthwise.ts';
import { depthwiseStep } from '../depthwise/window.ts';
import type { DepthwiseVariant } from '../depthwise/window.ts';
import { ceilDiv, pixelsOf, quadsOf } from '../quad.ts';
import { packSlots, unpackTaps } from '../testing/convolution.ts';
import { forDrawn, planes } from '../testing/draw.ts';
import { packQuads, stridedPlane } from '../testing/quads.ts';
import { runProgram, TestTables } from '../testing/run.ts';
import { addChunks, difference, seen, tf, twin } from '../testing/twin.ts';
import { sequence } from '../wgsl.ts';
import { depthwiseFilterGradient, filterColumns } from './program.ts';
import { tapsRow } from './rows.ts';

/** `taps`: sums that an invocation may hold, so that the last group of columns is full or not. */
const cases = [
  { kernel: 3, taps: 9, stride: 1, rows: 8, activation: 'affine' },
  { kernel: 5, taps: 10, stride: 1, rows: 4, activation: 'relu' },
  { kernel: 7, taps: 14, stride: 1, rows: 4, activation: 'affine' },
  { kernel: 3, taps: 3, stride: 2, rows: 4, activation: 'relu' },
  { kernel: 7, taps: 7, stride: 2, rows: 4, activation: 'none' },
  { kernel: 7, taps: 49, stride: 1, rows: 8, activation: 'affine6' },
  { kernel: 5, taps: 5, stride: 2, rows: 4, activation: 'affine6' },
] as const satisfies readonly (DepthwiseVariant & { kernel: number; taps: number })[];

const threads = 8;
const chunks = 3;

describe('filter gradient of depthwise convolutions', () => {
  it.each(cases)(
    '$kernel x $kernel, stride $stride, $activation',
    async ({ kernel, taps, ...v }) => {
      const columns = filterColumns(kernel, taps);
      const shapes = fc.tuple(planes, fc.integer({ min: 1, max: v.stride === 1 ? 3 : 2 }));
      await forDrawn(shapes, async ([shape, dilation], draw) => {
        const { channels, ...inPlane } = shape;
        const outPlane = stridedPlane(inPlane, v.stride);
        const quads = quadsOf(channels);
        const x = draw.normals(pixelsOf(inPlane) * channels);
        const upstream = draw.normals(pixelsOf(outPlane) * channels);
        const scale = draw.normals(channels);
        // Some beyond 6.
        const shift = draw.normals(channels).map((value) => value * 4);
        const tables = new TestTables();
        const rows = sequence(quads).flatMap((q) =>
          sequence(ceilDiv(kernel, columns)).map((i) =>
            tapsRow.pack({
              inputQuad: q,
              gradientQuad: q,
              result: q * kernel * kernel,
              slot: q,
              dilation,
              step: depthwiseStep(v.stride, dilation),
              column: i * columns,
            }),
          ),
        );
        const table = tables.add(rows);
        const chunkStride = quads * kernel * kernel;
        const { results } = await runProgram(
          depthwiseFilterGradient(
            v,
            { kernel, dilation: v.stride === 1 ? 1 : dilation },
            threads,
            columns,
          ),
          {
            inputs: packQuads(x, channels),
            gradients: packQuads(upstream, channels),
            results: chunks * chunkStride * 4,
            tables: tables.words,
            slots: packSlots(channels, { scale, shift }),
          },
          {
            ...outPlane,
            inHeight: inPlane.height,
            inWidth: inPlane.width,
            table,
            chunks,
            chunkStride,
          },
          [chunks, rows.length],
        );
        const { gradients } = twin(
          [
            {
              data: new Float32Array(kernel * kernel * channels),
              shape: [kernel, kernel, channels, 1],
            },
          ],
          (filter) => {
            const input = tf.tensor4d(x, [inPlane.batch, inPlane.height, inPlane.width, channels]);
            const read = seen(v.activation, input, scale, shift);
            return depthwise(read as tf.Tensor4D, filter as tf.Tensor4D, v.stride, dilation);
          },
          upstream,
        );
        const actual = unpackTaps(addChunks(results!, chunkStride * 4), kernel, channels);
        expect(difference(actual, gradients[0]!)).toBeLessThan(1e-5);
      });
    },
  );

  it('sums at least one column of taps, at most all', () => {
    expect([filterColumns(7, 9), filterColumns(3, 9), filterColumns(5, 3)]).toEqual([1, 3, 1]);
  });
});
