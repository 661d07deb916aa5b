import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sizeRegularizer, thresholdRegularizer } from '../../composed/regularizers.ts';
import { packHyper } from '../hyper.ts';
import { none } from '../quad.ts';
import { joined } from '../testing/arrays.ts';
import { forDrawn } from '../testing/draw.ts';
import { runProgram, TestTables } from '../testing/run.ts';
import { difference, tf, twin } from '../testing/twin.ts';
import { sequence } from '../wgsl.ts';
import { metricSize, readMetrics } from './metrics.ts';
import { regularizers } from './program.ts';
import { extraThresholdRow, regularizedCandidateRow, regularizedNodeRow } from './rows.ts';

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const shapes = fc.record({
  nodes: fc.integer({ min: 1, max: 70 }),
  perNode: fc.integer({ min: 1, max: 5 }),
  extra: fc.integer({ min: 0, max: 5 }),
  batch: fc.integer({ min: 1, max: 90 }),
});

it('give both losses, their gradients, the clipping factor and the metrics', async () => {
  await forDrawn(shapes, async ({ nodes, perNode, extra, batch }, draw) => {
    const units = nodes * perNode;
    const alphas = draw.normals(units);
    // Operation thresholds amid the importances; of the first four nodes all above: the best is kept, but for a shortcut.
    const keepsOne = (node: number): boolean => node !== 3;
    const thresholds = Float32Array.from(alphas, (alpha, i) =>
      i < 4 * perNode ? 1 : sigmoid(alpha) + 0.2 * (draw.uniform() - 0.5),
    );
    const filterThresholds = draw.normals(units);
    const extraThresholds = draw.normals(extra);
    const committed = sequence(units).map((i) => i % perNode === 0 || draw.uniform() < 0.8);
    const counts = Float32Array.from({ length: units }, () => draw.uniform());
    // Every second cell is left out of the size regularizer.
    const cellOf = (unit: number): number => Math.floor(unit / perNode) % 2;
    const [lambda, mu, clipNorm] = [0.3, 0.7, 2];
    const parts = [alphas, thresholds, filterThresholds, extraThresholds];
    const at = parts.map((_, i) => parts.slice(0, i).reduce((n, part) => n + part.length, 0));
    const tables = new TestTables();
    const nodeTable = tables.add(
      sequence(nodes).map((n) => {
        const rows = sequence(perNode)
          .map((i) => n * perNode + i)
          .filter((k) => committed[k])
          .map((k) =>
            regularizedCandidateRow.pack({
              alpha: at[0]! + k,
              operationThreshold: at[1]! + k,
              filterThreshold: at[2]! + k,
              weightThreshold: none,
              parameters: k,
            }),
          );
        return regularizedNodeRow.pack({
          cell: n % 2,
          candidates: tables.add(rows),
          count: rows.length,
          keepsOne: keepsOne(n),
        });
      }),
    );
    const extraTable = tables.add(
      sequence(extra).map((i) => extraThresholdRow.pack({ parameter: at[3]! + i })),
    );
    const squares = draw.normals(3).map(Math.abs);
    const losses = Float32Array.from({ length: batch * 2 }, (_, i) =>
      i % 2 ? draw.below(2) : draw.uniform(),
    );
    const values = joined(parts);
    const record = 2;
    const { gradients, metrics, norms } = await runProgram(
      regularizers,
      {
        values,
        hyper: packHyper({
          lambda,
          mu,
          momentum: 0,
          decay: 0,
          clipNorm,
          sizeFirst: 1,
          sizeLast: 1,
          ring: record,
          rateWeight: 0,
          rateAlpha: 0,
          rateGate: 0,
          rateThreshold: 0,
          rateFilterThreshold: 0,
          rateWeightThreshold: 0,
          modeWeight: 0,
          modeAlpha: 0,
          modeGate: 0,
          modeThreshold: 0,
          modeWeightThreshold: 0,
        }),
        gradients: values.length,
        norms: joined([squares, [0]]),
        losses,
        metrics: 4 * metricSize,
        counts,
        tables: tables.words,
      },
      { nodes, nodeTable, extra, extraTable, segments: 3, batch },
      [1],
    );
    const survives = sequence(units).map((k) => {
      if (!committed[k]) return 0;
      const node = Math.floor(k / perNode) * perNode;
      const margin = (i: number): number =>
        committed[i] ? sigmoid(alphas[i]!) - thresholds[i]! : -Infinity;
      const members = sequence(perNode).map((i) => margin(node + i));
      const alone =
        keepsOne(node / perNode) &&
        members.every((m) => m <= 0) &&
        margin(k) === Math.max(...members);
      return margin(k) > 0 || alone ? 1 : 0;
    });
    const metric = readMetrics(metrics!, record);
    const size = twin([{ data: alphas, shape: [1, units] }], (a) =>
      tf.mul(
        sizeRegularizer({
          importance: tf.sigmoid(a) as tf.Tensor2D,
          mask: tf.tensor2d(survives, [1, units]),
          committed: tf.tensor2d(committed.map(Number), [1, units]),
          membership: tf.oneHot(
            tf.tensor1d(
              sequence(units).map((k) => Math.floor(k / perNode)),
              'int32',
            ),
            nodes,
            1,
            0,
            'float32',
          ) as tf.Tensor2D,
          weight: tf.tensor2d(
            Array.from(counts, (count, k) => (cellOf(k) === 1 ? 1 + mu * count : 0)),
            [1, units],
          ),
        }),
        lambda,
      ),
    );
    const pushed = joined([thresholds, filterThresholds, extraThresholds]);
    const included = joined([
      committed.map(Number),
      committed.map(Number),
      new Array<number>(extra).fill(1),
    ]);
    const threshold = twin([{ data: pushed, shape: [pushed.length] }], (t) =>
      tf.mul(thresholdRegularizer(t as tf.Tensor1D, tf.tensor1d(included)), lambda),
    );
    const expected = joined([size.gradients[0]!, threshold.gradients[0]!]);
    expect(difference(gradients!, expected)).toBeLessThan(1e-5);
    expect(difference([metric.sizeRegularizer * lambda], size.y)).toBeLessThan(1e-5);
    expect(difference([metric.thresholdRegularizer * lambda], threshold.y)).toBeLessThan(1e-5);
    const norm = Math.sqrt(squares.reduce((n, value) => n + value, 0));
    expect(difference([metric.gradientNorm], [norm])).toBeLessThan(1e-6);
    expect(difference([norms![3]!], [Math.min(1, clipNorm / (norm + 1e-6))])).toBeLessThan(1e-6);
    const column = (first: number): number[] => sequence(batch).map((i) => losses[i * 2 + first]!);
    const total = (list: readonly number[]): number => list.reduce((n, value) => n + value, 0);
    expect(difference([metric.crossEntropy], [total(column(0)) / batch])).toBeLessThan(1e-5);
    expect(metric.correct).toBe(total(column(1)));
  });
});
