import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { depthwise } from '../../composed/depthwise.ts';
import { relu6 } from '../../composed/relu6.ts';
import { readsNorm } from '../activation.ts';
import { tilesAlong } from '../depthwise/window.ts';
import type { DepthwiseClass, DepthwiseVariant } from '../depthwise/window.ts';
import { ceilDiv, pixelsOf, quadsOf } from '../quad.ts';
import { packSlots, packTaps } from '../testing/convolution.ts';
import { forDrawn, planes } from '../testing/draw.ts';
import { packQuads, stridedPlane, unpackQuads } from '../testing/quads.ts';
import { runProgram, TestTables } from '../testing/run.ts';
import { difference, tf, twin } from '../testing/twin.ts';
import { sequence } from '../wgsl.ts';
import { depthwiseInputGradient } from './program.ts';
import { readerListRow, readerRow, readQuadRow } from './rows.ts';

const cases = [
  {
    ...{ name: '3x3 and 5x5 readers of relu', kernels: [3, 5], stride: 1 },
    ...{ rows: 4, columns: 2, activation: 'relu' },
  },
  { name: '7x7 behind a norm', kernels: [7], stride: 1, rows: 8, activation: 'affine' },
  {
    name: '3x3, 5x5 and 7x7 at stride 2',
    kernels: [3, 5, 7],
    stride: 2,
    rows: 4,
    activation: 'relu',
  },
  { name: '3x3 of ReLU6', kernels: [3], stride: 1, rows: 4, activation: 'relu6' },
  {
    name: '3x3, 5x5 and 7x7 at stride 2 behind a norm and ReLU6',
    kernels: [3, 5, 7],
    stride: 2,
    rows: 4,
    activation: 'affine6',
  },
] as const satisfies readonly (DepthwiseVariant & { name: string; kernels: readonly number[] })[];

/** Planes whose columns of outputs, two together, begin or end outside. */
const oddPlanes = [5, 9].map(
  (width): [Parameters<typeof pixelsOf>[0] & { channels: number }, number, boolean] => [
    { batch: 2, height: width, width, channels: 5 },
    2,
    false,
  ],
);

describe('input gradient of depthwise convolutions', () => {
  it.each(cases)('$name', async ({ kernels, ...v }) => {
    const shapes = fc.tuple(
      planes,
      fc.integer({ min: 1, max: v.stride === 1 ? 3 : 2 }),
      fc.boolean(),
    );
    await forDrawn(
      shapes,
      async ([shape, dilation, add], draw) => {
        const { channels, ...inPlane } = shape;
        const outPlane = stridedPlane(inPlane, v.stride);
        const quads = quadsOf(channels);
        const size = pixelsOf(outPlane) * channels;
        const x = draw.normals(pixelsOf(inPlane) * channels);
        const before = draw.normals(pixelsOf(inPlane) * channels);
        const readers = kernels.map((kernel) => ({
          kernel,
          filter: draw.normals(kernel * kernel * channels),
          upstream: draw.normals(size),
        }));
        const scale = draw.normals(channels);
        const shift = draw.normals(channels).map((value) => value * 4);
        const packed = readers.map(({ filter, kernel }) => packTaps(filter, kernel, channels));
        const firstTap = packed.map((_, i) =>
          packed.slice(0, i).reduce((n, { length }) => n + length / 4, 0),
        );
        const tables = new TestTables();
        const rows = sequence(quads).map((q) =>
          readQuadRow.pack({
            inputQuad: q,
            slot: q,
            dilation,
            outputQuad: q,
            lists: tables.add(
              readers.map(({ kernel }, i) => {
                const weights = firstTap[i]! + q * kernel * kernel;
                const row = readerRow.pack({ gradientQuad: i * quads + q, weights });
                return readerListRow.pack({ readers: tables.add([row]), count: 1 });
              }),
            ),
          }),
        );
        const table = tables.add(rows);
        const classes = kernels.map((kernel): DepthwiseClass => ({
          kernel,
          dilation: v.stride === 1 ? 1 : dilation,
        }));
        const columns = tilesAlong(inPlane.height, v.rows, v.stride === 1 ? dilation : 1);
        const { results } = await runProgram(
          depthwiseInputGradient(v, classes),
          {
            gradients: Float32Array.from(
              readers.flatMap(({ upstream }) => [...packQuads(upstream, channels)]),
            ),
            weights: Float32Array.from(packed.flatMap((taps) => [...taps])),
            inputs: packQuads(x, channels),
            results: packQuads(before, channels),
            tables: tables.words,
            slots: packSlots(channels, { scale, shift }),
          },
          {
            ...outPlane,
            inHeight: inPlane.height,
            inWidth: inPlane.width,
            table,
            add: add ? 1 : 0,
          },
          [ceilDiv(inPlane.batch * columns * inPlane.width, 64), quads],
        );
        // The gradient of what the convolutions read, before relu: after a norm's scale and shift.
        const read = Float32Array.from(x, (value, i) =>
          readsNorm(v.activation) ? value * scale[i % channels]! + shift[i % channels]! : value,
        );
        const through = /6$/.test(v.activation) ? relu6 : tf.relu;
        const expected = new Float32Array(x.length);
        for (const { kernel, filter, upstream } of readers) {
          const { gradients } = twin(
            [{ data: read, shape: [inPlane.batch, inPlane.height, inPlane.width, channels] }],
            (input) =>
              depthwise(
                through(input) as tf.Tensor4D,
                tf.tensor4d(filter, [kernel, kernel, channels, 1]),
                v.stride,
                dilation,
              ),
            upstream,
          );
          gradients[0]!.forEach((g, i) => (expected[i]! += g));
        }
        if (add) before.forEach((value, i) => (expected[i]! += value));
        expect(difference(unpackQuads(results!, inPlane, channels), expected)).toBeLessThan(1e-5);
      },
      4,
      v.stride === 1 ? oddPlanes : [],
    );
  });

  it('writes zeros where nothing reads', async () => {
    const v: DepthwiseVariant = { stride: 1, rows: 4, activation: 'relu' };
    const tables = new TestTables();
    const lists = tables.add([readerListRow.pack({ readers: 0, count: 0 })]);
    const table = tables.add([
      readQuadRow.pack({ inputQuad: 0, slot: 0, dilation: 1, outputQuad: 0, lists }),
    ]);
    const { results } = await runProgram(
      depthwiseInputGradient(v, [{ kernel: 3, dilation: 1 }]),
      {
        gradients: new Float32Array(36).fill(1),
        weights: new Float32Array(36).fill(1),
        inputs: new Float32Array(36).fill(1),
        results: new Float32Array(36).fill(7),
        tables: tables.words,
      },
      { batch: 1, height: 3, width: 3, inHeight: 3, inWidth: 3, table, add: 0 },
      [1, 1],
    );
    expect([...results!]).toEqual(new Array(36).fill(0));
  });
});
