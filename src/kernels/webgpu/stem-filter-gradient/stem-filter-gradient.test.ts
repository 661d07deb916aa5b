import { describe, expect, it } from 'vitest';
import { pixelsOf, quadsOf } from '../quad.ts';
import { unpackStem } from '../testing/convolution.ts';
import { forDrawn, planes } from '../testing/draw.ts';
import { packQuads, stridedPlane } from '../testing/quads.ts';
import { runProgram } from '../testing/run.ts';
import { addChunks, difference, tf, twin } from '../testing/twin.ts';
import { stemFilterGradient } from './program.ts';

const chunks = 3;

describe('filter gradient of the stem', () => {
  it.each([
    [1, 1],
    [3, 1],
    [3, 2],
  ] as const)('on images of %i channels, stride %i', async (inputs, stride) => {
    await forDrawn(planes, async ({ channels: filters, ...inPlane }, draw) => {
      const plane = stridedPlane(inPlane, stride);
      const x = draw.normals(pixelsOf(inPlane) * inputs);
      const upstream = draw.normals(pixelsOf(plane) * filters);
      const quads = quadsOf(filters);
      const chunkStride = quads * 9 * inputs;
      const { results } = await runProgram(
        stemFilterGradient(inputs, stride, 8),
        {
          images: packQuads(x, inputs),
          gradients: packQuads(upstream, filters),
          results: chunks * chunkStride * 4,
        },
        {
          ...plane,
          ...{ inHeight: inPlane.height, inWidth: inPlane.width },
          ...{ result: 0, chunks, chunkStride },
        },
        [chunks, quads * 3],
      );
      const shape = [3, 3, inputs, filters];
      const { gradients } = twin(
        [{ data: new Float32Array(9 * inputs * filters), shape }],
        (filter) =>
          tf.conv2d(
            tf.tensor4d(x, [inPlane.batch, inPlane.height, inPlane.width, inputs]),
            filter as tf.Tensor4D,
            stride,
            1,
          ),
        upstream,
      );
      const actual = unpackStem(addChunks(results!, chunkStride * 4), inputs, filters);
      expect(difference(actual, gradients[0]!)).toBeLessThan(1e-5);
    });
  });
});
