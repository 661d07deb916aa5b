import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { depthwise } from '../../composed/depthwise.ts';
import { ceilDiv, pixelsOf, quadsOf } from '../quad.ts';
import { packSlots, packTaps } from '../testing/convolution.ts';
import { forDrawn, planes } from '../testing/draw.ts';
import { packQuads, stridedPlane, unpackQuads } from '../testing/quads.ts';
import { runProgram, TestTables } from '../testing/run.ts';
import { difference, seen, twin } from '../testing/twin.ts';
import type { tf } from '../testing/twin.ts';
import { sequence } from '../wgsl.ts';
import { depthwiseForward } from './program.ts';
import { depthwiseRow } from './rows.ts';
import { depthwiseStep, tilesAlong } from './window.ts';
import type { DepthwiseVariant } from './window.ts';

const cases = [
  { kernel: 3, stride: 1, rows: 8, columns: 2, activation: 'affine' },
  { kernel: 5, stride: 1, rows: 4, activation: 'relu' },
  { kernel: 5, stride: 1, rows: 8, columns: 2, activation: 'relu' },
  { kernel: 7, stride: 1, rows: 4, activation: 'affine' },
  { kernel: 3, stride: 2, rows: 4, activation: 'relu' },
  { kernel: 5, stride: 2, rows: 4, activation: 'none' },
  { kernel: 7, stride: 2, rows: 4, activation: 'relu' },
  { kernel: 3, stride: 1, rows: 8, activation: 'relu6' },
  { kernel: 7, stride: 1, rows: 4, activation: 'affine6' },
  { kernel: 5, stride: 2, rows: 4, activation: 'affine6' },
] as const satisfies readonly (DepthwiseVariant & { kernel: number })[];

/** Planes whose columns of outputs, two together, begin or end outside. */
const oddPlanes = [5, 9].map(
  (width): [Parameters<typeof pixelsOf>[0] & { channels: number }, number] => [
    { batch: 2, height: width, width, channels: 5 },
    2,
  ],
);

describe('depthwise convolution', () => {
  it.each(cases)('$kernel x $kernel, stride $stride, $activation', async ({ kernel, ...v }) => {
    const shapes = fc.tuple(planes, fc.integer({ min: 1, max: v.stride === 1 ? 3 : 2 }));
    await forDrawn(
      shapes,
      async ([shape, dilation], draw) => {
        const { channels, ...inPlane } = shape;
        const outPlane = stridedPlane(inPlane, v.stride);
        const quads = quadsOf(channels);
        const x = draw.normals(pixelsOf(inPlane) * channels);
        const filter = draw.normals(kernel * kernel * channels);
        const scale = draw.normals(channels);
        // Some beyond 6.
        const shift = draw.normals(channels).map((value) => value * 4);
        const tables = new TestTables();
        const step = depthwiseStep(v.stride, dilation);
        const rows = sequence(quads).map((q) =>
          depthwiseRow.pack({
            inputQuad: q,
            weights: q * kernel * kernel,
            // In another order than they are read.
            outputQuad: quads - 1 - q,
            slot: q,
            dilation,
            step,
          }),
        );
        const table = tables.add(rows);
        const { outputs } = await runProgram(
          depthwiseForward(v, { kernel, dilation: v.stride === 1 ? 1 : dilation }),
          {
            inputs: packQuads(x, channels),
            weights: packTaps(filter, kernel, channels),
            outputs: quads * pixelsOf(outPlane) * 4,
            tables: tables.words,
            slots: packSlots(channels, { scale, shift }),
          },
          { ...outPlane, inHeight: inPlane.height, inWidth: inPlane.width, table },
          [
            ceilDiv(
              outPlane.batch * tilesAlong(outPlane.height, v.rows, step) * outPlane.width,
              64,
            ),
            quads,
          ],
        );
        const expected = twin(
          [
            { data: x, shape: [inPlane.batch, inPlane.height, inPlane.width, channels] },
            { data: filter, shape: [kernel, kernel, channels, 1] },
          ],
          (input, taps) => {
            const read = seen(v.activation, input, scale, shift);
            return depthwise(read as tf.Tensor4D, taps as tf.Tensor4D, v.stride, dilation);
          },
          new Float32Array(pixelsOf(outPlane) * channels),
        );
        const inOrder = sequence(quads).flatMap((q) => {
          const size = pixelsOf(outPlane) * 4;
          const from = (quads - 1 - q) * size;
          return [...outputs!.subarray(from, from + size)];
        });
        const actual = unpackQuads(Float32Array.from(inOrder), outPlane, channels);
        expect(difference(actual, expected.y)).toBeLessThan(1e-5);
      },
      4,
      v.stride === 1 ? oddPlanes : [],
    );
  });

  it('rejects what its programs would compute incorrectly', () => {
    const v: DepthwiseVariant = { stride: 2, rows: 4, activation: 'none' };
    expect(() => depthwiseForward(v, { kernel: 4, dilation: 1 })).toThrow(/kernel of 4x4/);
    expect(() => depthwiseForward(v, { kernel: 9, dilation: 1 })).toThrow(/3, 5, 7 are supported/);
    expect(() => depthwiseForward(v, { kernel: 3, dilation: 3 })).toThrow(/dilation 3 at stride 2/);
    expect(() => depthwiseForward({ ...v, rows: 3 }, { kernel: 3, dilation: 1 })).toThrow(/3 rows/);
  });
});
