import { describe, expect, it } from 'vitest';
import { ceilDiv, pixelsOf, quadsOf } from '../quad.ts';
import { packStem } from '../testing/convolution.ts';
import { forDrawn, planes } from '../testing/draw.ts';
import { packQuads, stridedPlane, unpackQuads } from '../testing/quads.ts';
import { runProgram } from '../testing/run.ts';
import { difference, tf } from '../testing/twin.ts';
import { stemRows } from './column.ts';
import { stemForward } from './program.ts';

describe('the stem', () => {
  it.each([
    [1, 1],
    [3, 1],
    [3, 2],
    [4, 1],
  ] as const)('on images of %i channels, stride %i', async (inputs, stride) => {
    await forDrawn(planes, async ({ channels: filters, ...inPlane }, draw) => {
      const plane = stridedPlane(inPlane, stride);
      const x = draw.normals(pixelsOf(inPlane) * inputs);
      const filter = draw.normals(9 * inputs * filters);
      const quads = quadsOf(filters);
      const { outputs } = await runProgram(
        stemForward(inputs, stride),
        {
          images: packQuads(x, inputs),
          weights: packStem(filter, inputs, filters),
          outputs: quads * pixelsOf(plane) * 4,
        },
        { ...plane, inHeight: inPlane.height, inWidth: inPlane.width, weights: 0 },
        [ceilDiv(plane.batch * ceilDiv(plane.height, stemRows(stride)) * plane.width, 64), quads],
      );
      await tf.setBackend('cpu');
      const expected = tf.tidy(() =>
        tf
          .conv2d(
            tf.tensor4d(x, [inPlane.batch, inPlane.height, inPlane.width, inputs]),
            tf.tensor4d(filter, [3, 3, inputs, filters]),
            stride,
            1,
          )
          .dataSync(),
      );
      expect(difference(unpackQuads(outputs!, plane, filters), expected)).toBeLessThan(1e-5);
    });
  });
});
