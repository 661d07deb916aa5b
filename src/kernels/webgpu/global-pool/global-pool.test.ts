import { expect, it } from 'vitest';
import { relu6 } from '../../composed/relu6.ts';
import { ceilDiv, pixelsOf, quadsOf } from '../quad.ts';
import { forDrawn, planes } from '../testing/draw.ts';
import { packQuads } from '../testing/quads.ts';
import { runProgram } from '../testing/run.ts';
import { difference, tf } from '../testing/twin.ts';
import { globalPool } from './program.ts';

it.each(['none', 'relu6'] as const)('averages each plane: %s', async (activation) => {
  await forDrawn(planes, async ({ channels, ...plane }, draw) => {
    const x = draw.normals(pixelsOf(plane) * channels).map((value) => value * 5);
    const quads = quadsOf(channels);
    const { pooled } = await runProgram(
      globalPool(activation),
      { inputs: packQuads(x, channels), pooled: plane.batch * quads * 4 },
      { batch: plane.batch, quads, area: plane.height * plane.width },
      [ceilDiv(plane.batch * quads, 64)],
    );
    await tf.setBackend('cpu');
    const expected = tf.tidy(() => {
      const input = tf.tensor4d(x, [plane.batch, plane.height, plane.width, channels]);
      return tf.mean(activation === 'relu6' ? relu6(input) : input, [1, 2]).dataSync();
    });
    const actual = Float32Array.from(
      expected,
      (_, i) => pooled![Math.floor(i / channels) * quads * 4 + (i % channels)]!,
    );
    expect(difference(actual, expected)).toBeLessThan(1e-5);
  });
});
