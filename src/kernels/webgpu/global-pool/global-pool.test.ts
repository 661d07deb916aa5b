import { expect, it } from 'vitest';
import { ceilDiv, pixelsOf, quadsOf } from '../quad.ts';
import { forDrawn, planes } from '../testing/draw.ts';
import { packQuads } from '../testing/quads.ts';
import { runProgram } from '../testing/run.ts';
import { difference, tf } from '../testing/twin.ts';
import { globalPool } from './program.ts';

it('averages each plane', async () => {
  await forDrawn(planes, async ({ channels, ...plane }, draw) => {
    const x = draw.normals(pixelsOf(plane) * channels);
    const quads = quadsOf(channels);
    const { pooled } = await runProgram(
      globalPool,
      { inputs: packQuads(x, channels), pooled: plane.batch * quads * 4 },
      { batch: plane.batch, quads, area: plane.height * plane.width },
      [ceilDiv(plane.batch * quads, 64)],
    );
    await tf.setBackend('cpu');
    const expected = tf.tidy(() =>
      tf
        .mean(tf.tensor4d(x, [plane.batch, plane.height, plane.width, channels]), [1, 2])
        .dataSync(),
    );
    const actual = Float32Array.from(
      expected,
      (_, i) => pooled![Math.floor(i / channels) * quads * 4 + (i % channels)]!,
    );
    expect(difference(actual, expected)).toBeLessThan(1e-5);
  });
});
