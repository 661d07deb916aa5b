import { describe, expect, it } from 'vitest';
import { ceilDiv, pixelsOf, quadsOf } from '../quad.ts';
import { packStem } from '../testing/convolution.ts';
import { forDrawn, planes } from '../testing/draw.ts';
import { packQuads, unpackQuads } from '../testing/quads.ts';
import { runProgram } from '../testing/run.ts';
import { difference, tf } from '../testing/twin.ts';
import { stemRows } from './column.ts';
import { stemForward } from './program.ts';

describe('the stem', () => {
  it.each([1, 3, 4])('on images of %i channels', async (inputs) => {
    await forDrawn(planes, async ({ channels: filters, ...plane }, draw) => {
      const x = draw.normals(pixelsOf(plane) * inputs);
      const filter = draw.normals(9 * inputs * filters);
      const quads = quadsOf(filters);
      const { outputs } = await runProgram(
        stemForward(inputs),
        {
          images: packQuads(x, inputs),
          weights: packStem(filter, inputs, filters),
          outputs: quads * pixelsOf(plane) * 4,
        },
        { ...plane, weights: 0 },
        [ceilDiv(plane.batch * ceilDiv(plane.height, stemRows) * plane.width, 64), quads],
      );
      await tf.setBackend('cpu');
      const expected = tf.tidy(() =>
        tf
          .conv2d(
            tf.tensor4d(x, [plane.batch, plane.height, plane.width, inputs]),
            tf.tensor4d(filter, [3, 3, inputs, filters]),
            1,
            1,
          )
          .dataSync(),
      );
      expect(difference(unpackQuads(outputs!, plane, filters), expected)).toBeLessThan(1e-5);
    });
  });
});
