import { expect, it } from 'vitest';
import { floatBits } from '../float-bits.ts';
import { ceilDiv, none, quadsOf } from '../quad.ts';
import { joined } from '../testing/arrays.ts';
import { forDrawn, planes } from '../testing/draw.ts';
import { packQuads, unpackQuads } from '../testing/quads.ts';
import { runProgram, TestTables } from '../testing/run.ts';
import { difference, tf, twin } from '../testing/twin.ts';
import { sequence } from '../wgsl.ts';
import { linear, linearFilterGradient, linearInputGradient } from './program.ts';
import { featureRow, laneFeatureRow } from './rows.ts';

it.each(['none', 'relu6'] as const)('computes logits and all gradients: %s', async (activation) => {
  await forDrawn(planes, async ({ channels: features, ...plane }, draw) => {
    const { batch } = plane;
    const classes = 1 + draw.below(10);
    // Some lanes belong to no feature.
    const quads = quadsOf(features + 3);
    const lanes = draw.shuffled(sequence(quads * 4)).slice(0, features);
    const area = plane.height * plane.width;
    const x = draw.normals(batch * features);
    const pooled = new Float32Array(batch * quads * 4);
    x.forEach((value, i) => {
      pooled[Math.floor(i / features) * quads * 4 + lanes[i % features]!] = value;
    });
    const read = draw.normals(batch * area * quads * 4).map((value) => value * 5);
    const lets = (value: number): boolean => activation === 'none' || (value > 0 && value < 6);
    const weight = draw.normals(features * classes);
    const bias = draw.normals(classes);
    const upstream = draw.normals(batch * classes);
    const tables = new TestTables();
    const table = tables.add(lanes.map((lane) => featureRow.pack({ lane })));
    const featureOf = sequence(quads * 4).map((lane) => {
      const feature = lanes.indexOf(lane);
      return laneFeatureRow.pack({ feature: feature < 0 ? none : feature });
    });
    const featureTable = tables.add(featureOf);
    const arrays = {
      pooled,
      values: joined([weight, bias]),
      logits: batch * classes,
      gradients: upstream,
      parameterGradients: weight.length + bias.length,
      inputs: packQuads(read, quads * 4),
      results: quads * batch * area * 4,
      tables: tables.words,
    };
    const params = {
      batch,
      classes,
      features,
      quads,
      area,
      lanes: quads * 4,
      weight: 0,
      bias: weight.length,
      table,
    };
    const { logits } = await runProgram(linear, arrays, params, [ceilDiv(batch * classes, 64)]);
    const { parameterGradients } = await runProgram(linearFilterGradient, arrays, params, [
      ceilDiv((features + 1) * classes, 64),
    ]);
    const { results } = await runProgram(
      linearInputGradient(activation),
      arrays,
      { ...params, table: featureTable, scale: floatBits(4) },
      [ceilDiv(batch * quads, 64)],
    );
    const expected = twin(
      [
        { data: x, shape: [batch, features] },
        { data: weight, shape: [features, classes] },
        { data: bias, shape: [classes] },
      ],
      (input, w, b) => tf.add(tf.matMul(input as tf.Tensor2D, w as tf.Tensor2D), b),
      upstream,
    );
    expect(difference(logits!, expected.y)).toBeLessThan(1e-5);
    expect(
      difference(parameterGradients!, joined([expected.gradients[1]!, expected.gradients[2]!])),
    ).toBeLessThan(1e-5);
    const perPixel = unpackQuads(results!, plane, quads * 4);
    const dx = Float32Array.from({ length: batch * area * quads * 4 }, (_, i) => {
      const [pixel, lane] = [Math.floor(i / (quads * 4)), i % (quads * 4)];
      const feature = lanes.indexOf(lane);
      const image = Math.floor(pixel / area);
      return feature < 0 || !lets(read[i]!)
        ? 0
        : (4 * expected.gradients[0]![image * features + feature]!) / area;
    });
    expect(difference(perPixel, dx)).toBeLessThan(1e-5);
  });
});
