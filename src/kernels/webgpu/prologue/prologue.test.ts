import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { filterGate } from '../../composed/filter-gate.ts';
import { maskedWeight } from '../../composed/masked-weight.ts';
import { ceilDiv, none } from '../quad.ts';
import { joined } from '../testing/arrays.ts';
import { readSlots } from '../testing/convolution.ts';
import { forDrawn } from '../testing/draw.ts';
import { runProgram, TestTables } from '../testing/run.ts';
import { difference, tf } from '../testing/twin.ts';
import { sequence } from '../wgsl.ts';
import { maskWords, prologue } from './program.ts';
import { candidateRow, laneRow, nodeRow, weightRow } from './rows.ts';

const shapes = fc.record({
  weights: fc.integer({ min: 1, max: 200 }),
  slots: fc.integer({ min: 1, max: 5 }),
  nodes: fc.integer({ min: 1, max: 4 }),
});
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

describe('masks, gates and coefficients', () => {
  it('agree with the composed ones', async () => {
    await forDrawn(
      shapes,
      async ({ weights, slots, nodes }, draw) => {
        const lanes = slots * 4;
        const perNode = 3;
        const candidates = nodes * perNode;
        const w = draw.normals(weights);
        const [gammas, betas, logits] = [
          draw.normals(lanes),
          draw.normals(lanes),
          draw.normals(lanes),
        ];
        const alphas = draw.normals(candidates);
        // All candidates of the first two nodes are under their thresholds: the best is kept, but for a shortcut.
        const margins = draw
          .normals(candidates)
          .map((m, i) => (i < 2 * perNode ? -Math.abs(m) : m));
        const keepsOne = (node: number): boolean => node !== 1;
        const operationThresholds = margins.map((m, i) => sigmoid(alphas[i]!) - m * 0.1);
        const [weightThreshold, filterThreshold] = [0.6, 0.45];
        const committed = sequence(weights).map(() => (draw.uniform() < 0.8 ? 1 : 0));
        const parts = [
          w,
          gammas,
          betas,
          logits,
          alphas,
          operationThresholds,
          [weightThreshold, filterThreshold],
        ];
        const at = parts.map((_, i) => parts.slice(0, i).reduce((n, part) => n + part.length, 0));
        const tables = new TestTables();
        // Spare places between the weights, and every third weight without a threshold.
        const masksWeight = (i: number): boolean => i % 3 !== 0;
        const weightTable = tables.add(
          sequence(weights).flatMap((i) => [
            weightRow.pack({ parameter: i, threshold: masksWeight(i) ? at[6]! : none }),
            weightRow.pack({ parameter: none, threshold: none }),
          ]),
        );
        const spare = (lane: number): boolean => lane % 4 === 3;
        const gated = (lane: number): boolean => lane % 4 !== 2;
        const laneTable = tables.add(
          sequence(lanes).map((l) =>
            laneRow.pack({
              gamma: spare(l) ? none : at[1]! + l,
              beta: at[2]! + l,
              gate: gated(l) ? at[3]! + l : none,
              threshold: l % 4 === 0 ? at[6]! + 1 : none,
            }),
          ),
        );
        const nodeTable = tables.add(
          sequence(nodes).map((n) => {
            const rows = sequence(perNode)
              .map((i) => n * perNode + i)
              .map((k) =>
                candidateRow.pack({
                  coefficient: k,
                  alpha: at[4]! + k,
                  threshold: at[5]! + k,
                }),
              );
            return nodeRow.pack({
              ...{ candidates: tables.add(rows), count: perNode, keepsOne: keepsOne(n) },
            });
          }),
        );
        const total = weights * 2 + lanes + nodes;
        const values = joined(parts);
        const result = await runProgram(
          prologue,
          {
            values,
            committed: maskWords([
              ...committed,
              ...new Array<number>(values.length - weights).fill(1),
            ]),
            masked: weights * 2,
            slots: slots * 40,
            coefficients: candidates,
            tables: tables.words,
          },
          {
            weights: weights * 2,
            weightTable,
            lanes,
            laneTable,
            nodes,
            nodeTable,
            // More than one row of workgroups.
            gridX: 2,
          },
          [2, ceilDiv(total, 128)],
        );
        await tf.setBackend('cpu');
        const [masked, gates] = tf.tidy(() => [
          maskedWeight(
            tf.tensor1d(w),
            tf.scalar(weightThreshold),
            tf.tensor1d(committed),
          ).dataSync(),
          filterGate(tf.tensor1d(logits), tf.scalar(filterThreshold), null).dataSync(),
        ]);
        const expected = sequence(weights).flatMap((i) => [
          masksWeight(i) ? masked![i]! : w[i]!,
          0,
        ]);
        expect(difference(result.masked!, expected)).toBe(0);
        const lane = (field: 'gamma' | 'beta' | 'gate'): Float32Array =>
          readSlots(result.slots!, field, lanes);
        const gate = (l: number): number => {
          if (!gated(l)) return 1;
          return l % 4 === 0 ? gates[l]! : sigmoid(logits[l]!);
        };
        expect(
          difference(
            lane('gamma'),
            gammas.map((g, l) => (spare(l) ? 0 : g)),
          ),
        ).toBe(0);
        expect(
          difference(
            lane('beta'),
            betas.map((b, l) => (spare(l) ? 0 : b)),
          ),
        ).toBe(0);
        expect(
          difference(
            lane('gate'),
            sequence(lanes).map((l) => (spare(l) ? 0 : gate(l))),
          ),
        ).toBeLessThan(1e-6);
        const coefficients = alphas.map((alpha, k) => {
          const node = Math.floor(k / perNode) * perNode;
          const members = margins.slice(node, node + perNode);
          const best =
            keepsOne(node / perNode) &&
            members.every((m) => m <= 0) &&
            margins[k] === Math.max(...members);
          return margins[k]! > 0 || best ? sigmoid(alpha) : 0;
        });
        expect(difference(result.coefficients!, coefficients)).toBeLessThan(1e-6);
      },
      6,
    );
  });
});
