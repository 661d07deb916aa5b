/** Batch norms with their gates: statistics, and the way back, which whoever reads a norm's result begins. */
import { normBackward as normBackwardProgram } from '../../../../kernels/webgpu/norm-backward/program.ts';
import {
  batchStatistics,
  runningStatistics,
} from '../../../../kernels/webgpu/norm-statistics/program.ts';
import { pixelsOf } from '../../../../kernels/webgpu/quad.ts';
import type { BatchOf } from '../batches.ts';
import type { Part, Recorder } from '../recorder.ts';
import { slotOf } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { range } from '../tiles.ts';
import { normGradientOperations, statisticsOperations, WorkCounter } from '../work.ts';

/** In the three ways that a replay may want. */
export function forward(recorder: Recorder, { input, norms }: BatchOf<'norm'>): void {
  const { tables, tab, slotBuffer } = recorder;
  const { slots, values, sizes } = recorder.options;
  const rows = norms.flatMap((norm) =>
    range(norm.raw.quads).map((q) =>
      slots.statisticsRow(slotOf(norm, q), norm.raw.quad + q, norm.node.gate?.before ?? false),
    ),
  );
  const table = tables.add(rows);
  const slot = slotOf(norms[0]!);
  const pixels = pixelsOf(recorder.plane(input));
  const record = (part: Part, updateRunning: 0 | 1): void => {
    recorder.part(part);
    recorder.record(
      batchStatistics(sizes.norm),
      [recorder.buffer(input), slotBuffer, values, tab],
      { pixels, table, slot, updateRunning },
      [rows.length],
      new WorkCounter(recorder)
        .each(statisticsOperations, input, rows.length)
        .moves(input, rows.length),
    );
  };
  record('batch statistics', 1);
  record('frozen batch statistics', 0);
  recorder.part('running statistics');
  recorder.record(
    runningStatistics,
    [slotBuffer, values, tab],
    { table, slot },
    [rows.length],
    new WorkCounter(recorder),
  );
  recorder.part('forward');
}

/**
 * Overwrites norms' inputs by their gradients.
 * @param rows packed `normBackwardRow`s.
 * @param upstreamQuads quads of the upstream gradient that they read, each once.
 * @param candidates they are of candidate operations, whose coefficients and drop-path factors count.
 */
export function normBackward(
  recorder: Recorder,
  inputs: Tensor,
  upstream: Tensor,
  rows: readonly (readonly number[])[],
  upstreamQuads: number,
  candidates = false,
): void {
  if (rows.length === 0) return;
  const { tables, tab, slotBuffer, dropPath } = recorder;
  const { sizes, coefficients, factors } = recorder.options;
  recorder.record(
    normBackwardProgram(sizes.norm, candidates && factors !== null),
    [recorder.buffer(inputs), recorder.buffer(upstream), slotBuffer, coefficients, tab],
    { pixels: pixelsOf(recorder.plane(inputs)), table: tables.add(rows), ...dropPath },
    [rows.length],
    new WorkCounter(recorder)
      .each(normGradientOperations, inputs, rows.length)
      .moves(inputs, 2 * rows.length)
      .moves(upstream, upstreamQuads),
  );
}
