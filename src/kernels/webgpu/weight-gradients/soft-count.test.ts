import fc from 'fast-check';
import { expect, it } from 'vitest';
import { binaryStep } from '../../composed/binary-step.ts';
import { weightMask } from '../../composed/masked-weight.ts';
import { sizeRegularizer } from '../../composed/regularizers.ts';
import { Segments } from '../../composed/segments.ts';
import { gateShares, softCount } from '../../composed/soft-count.ts';
import { packHyper } from '../hyper.ts';
import { maskWords } from '../prologue/program.ts';
import { floatBits } from '../float-bits.ts';
import { none } from '../quad.ts';
import {
  countedArrayRow,
  countedBlockRow,
  countedCandidateRow,
  regularizedCandidateRow,
  regularizedNodeRow,
} from '../regularizers/rows.ts';
import { joined } from '../testing/arrays.ts';
import { forDrawn } from '../testing/draw.ts';
import { runProgram, TestTables } from '../testing/run.ts';
import { difference, tf, twin } from '../testing/twin.ts';
import { sequence } from '../wgsl.ts';
import { weightGradients } from './program.ts';
import { gradientPlaceRow, segmentRow } from './rows.ts';

const shapes = fc.record({
  kernel: fc.constantFrom(3, 5),
  inputs: fc.integer({ min: 1, max: 9 }),
  /** One block or two. */
  filters: fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 2 }),
  others: fc.integer({ min: 0, max: 4 }),
  filterLevel: fc.boolean(),
  pruned: fc.boolean(),
});

it('counts a candidate’s parameters and moves gates, weights and both thresholds', async () => {
  await forDrawn(shapes, async (shape, draw) => {
    const { kernel, inputs, filters, others, filterLevel, pruned } = shape;
    const taps = kernel * kernel;
    // As laid out: each block's depthwise and pointwise array. The channels of each count with the filters of a block.
    const arrays = filters.flatMap((width, b) => {
      const before = b === 0 ? inputs : filters[b - 1];
      return [
        { size: taps * before!, block: b === 0 ? null : b - 1 },
        { size: before! * width, block: b },
      ];
    });
    const weights = arrays.reduce((n, { size }) => n + size, 0);
    const gates = filters.reduce((n, width) => n + width, 0);
    const candidates = 1 + others;
    const parts = {
      weight: draw.normals(weights).map((w) => w * 0.3),
      alpha: draw.normals(candidates),
      // Under its threshold a candidate is in no summand, unless it is the last of its node.
      operationThreshold: Float32Array.from({ length: candidates }, (_, i) =>
        pruned && i === 0 ? 1 : 0.3,
      ),
      gate: draw.normals(gates),
      filterThreshold: Float32Array.of(0.4),
      weightThreshold: Float32Array.of(0.15),
    };
    const at = Object.fromEntries(
      Object.keys(parts).map((name, i) => [
        name,
        Object.values(parts)
          .slice(0, i)
          .reduce((n, part) => n + part.length, 0),
      ]),
    ) as Record<keyof typeof parts, number>;
    const values = joined(Object.values(parts));
    const committed = sequence(values.length).map(() => (draw.uniform() < 0.9 ? 1 : 0));
    const offsets = arrays.map((_, i) => arrays.slice(0, i).reduce((n, { size }) => n + size, 0));
    const firstGates = filters.map((_, b) => filters.slice(0, b).reduce((n, w) => n + w, 0));

    const tables = new TestTables();
    const rows = sequence(candidates).map((i) =>
      regularizedCandidateRow.pack({
        alpha: at.alpha + i,
        operationThreshold: at.operationThreshold + i,
        filterThreshold: none,
        weightThreshold: none,
        parameters: i,
      }),
    );
    const node = tables.add([
      regularizedNodeRow.pack({
        cell: 1,
        candidates: tables.add(rows),
        count: candidates,
        keepsOne: true,
      }),
    ]);
    const counted = tables.add([
      countedCandidateRow.pack({
        node,
        index: 0,
        filterThreshold: filterLevel ? at.filterThreshold : none,
        blocks: tables.add(
          filters.map((width, b) =>
            countedBlockRow.pack({
              gate: at.gate + firstGates[b]!,
              filters: width,
              weights: candidates + 2 * firstGates[b]!,
            }),
          ),
        ),
        blockCount: filters.length,
        arrays: tables.add(
          arrays.map(({ size, block }, i) =>
            countedArrayRow.pack({ parameter: offsets[i]!, count: size, block: block ?? none }),
          ),
        ),
        arrayCount: arrays.length,
      }),
    ]);
    const table = tables.add([
      segmentRow.pack({ parameter: 0, count: weights, threshold: at.weightThreshold, counted }),
    ]);
    const placeTable = tables.add(
      sequence(weights).map((place) => gradientPlaceRow.pack({ place })),
    );
    const [lambda, mu] = [0.3, 0.02];
    const { gradients, counts, norms } = await runProgram(
      weightGradients,
      {
        values,
        committed: maskWords(committed),
        // The network's own gradient is zero.
        chunks: weights,
        gradients: values.length,
        norms: 1,
        hyper: packHyper({
          ...{ lambda, mu, momentum: 0, decay: 0, clipNorm: 0, sizeFirst: 1, sizeLast: 2, ring: 0 },
          ...{ rateWeight: 0, rateAlpha: 0, rateGate: 0, rateThreshold: 0 },
          ...{ rateFilterThreshold: 0, rateWeightThreshold: 0 },
          ...{ modeWeight: 0, modeAlpha: 0, modeGate: 0, modeThreshold: 0, modeWeightThreshold: 0 },
        }),
        counts: candidates + 2 * gates,
        tables: tables.words,
      },
      { table, placeTable, chunkCount: 1, chunkStride: weights, unscale: floatBits(1) },
      [1],
    );

    const importance = Array.from(parts.alpha, (a) => 1 / (1 + Math.exp(-a)));
    const margins = importance.map((s, i) => s - parts.operationThreshold[i]!);
    const best = margins.indexOf(Math.max(...margins));
    const survives = margins.map((m, i) =>
      Number(m > 0 || (i === best && margins.every((other) => other <= 0))),
    );
    const own = arrays.flatMap(({ size, block }) =>
      sequence(size).map((i) =>
        block === null ? null : firstGates[block]! + (i % filters[block]!),
      ),
    );
    const filterWeights = new Segments(
      Int32Array.from(own, (filter) => filter ?? gates),
      gates,
    );
    const wholeWeights = new Segments(
      Int32Array.from(own, (filter) => (filter === null ? 0 : candidates)),
      candidates,
    );
    const blocks = new Segments(
      Int32Array.from(filters.flatMap((width, b) => new Array<number>(width).fill(b))),
      filters.length,
    );
    const ofCandidate = new Segments(new Int32Array(gates), candidates);
    const committedGates = tf.tensor1d(committed.slice(at.gate, at.gate + gates));
    // All are equal: log(1 + K / filters).
    const levelOff = tf.tensor1d(
      filters.flatMap((width, b) => {
        const kept = committed.slice(at.gate + firstGates[b]!, at.gate + firstGates[b]! + width);
        const share = kept.reduce<number>((n, bit) => n + bit, 0) / width;
        return new Array<number>(width).fill(Math.log1p(share));
      }),
    );
    let count = 0;
    const expected = twin(
      [
        { data: parts.weight, shape: [weights] },
        { data: parts.gate, shape: [gates] },
        { data: parts.filterThreshold, shape: [1] },
        { data: parts.weightThreshold, shape: [1] },
      ],
      (w, b, filterT, weightT) => {
        const g = tf.sigmoid(b) as tf.Tensor1D;
        const soft = softCount({
          weightMask: weightMask(
            w as tf.Tensor1D,
            weightT,
            tf.tensor1d(committed.slice(0, weights)),
          ),
          shares: filterLevel
            ? gateShares(g, tf.mul(binaryStep(tf.sub(g, filterT)), committedGates), blocks)
            : tf.mul(committedGates, levelOff),
          filterWeights,
          filters: ofCandidate,
          wholeWeights,
        });
        count = soft.dataSync()[0]!;
        // So that the tape reaches every input.
        const nothing = tf.mul(tf.add(tf.sum(b), tf.sum(filterT)), 0);
        const size = tf.mul(
          sizeRegularizer({
            importance: tf.tensor2d(importance, [1, candidates]),
            mask: tf.tensor2d(survives, [1, candidates]),
            committed: tf.ones([1, candidates]),
            membership: tf.ones([candidates, 1]),
            weight: tf.reshape(tf.add(tf.mul(soft, mu), 1), [1, candidates]),
          }),
          lambda,
        );
        return tf.add(size, nothing);
      },
    );
    const [weight, gate, filterThreshold, weightThreshold] = expected.gradients;
    const untouched = new Float32Array(2 * candidates);
    expect(
      difference(
        gradients!,
        joined([weight!, untouched, gate!, filterThreshold!, weightThreshold!]),
      ),
    ).toBeLessThan(2e-5);
    if (survives[0]) expect(difference([counts![0]!], [count])).toBeLessThan(1e-5);
    else expect(Math.max(...gradients!.map(Math.abs))).toBe(0);
    expect(difference(norms!, [weight!.reduce((n, g) => n + g * g, 0)])).toBeLessThan(1e-4);
  });
});
