/** Batch norms with their gates: statistics, and the way back, which whoever reads a norm's result begins. */
import { normBackward as normBackwardProgram } from '../../../../kernels/webgpu/norm-backward/program.ts';
import type { NormBackwardPart } from '../../../../kernels/webgpu/norm-backward/program.ts';
import {
  batchStatistics,
  runningStatistics,
  statisticsShares,
} from '../../../../kernels/webgpu/norm-statistics/program.ts';
import { shareSize } from '../../../../kernels/webgpu/norm/shares.ts';
import { ceilDiv, pixelsOf } from '../../../../kernels/webgpu/quad.ts';
import type { BatchOf } from '../batches.ts';
import type { Part, Recorder } from '../recorder.ts';
import { slotOf } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { range } from '../tiles.ts';
import { normGradientOperations, statisticsOperations, WorkCounter } from '../work.ts';

/** Pixels per invocation where workgroups share the plane, at least. */
const ownLeast = 8;
/** Workgroups of all rows together that fill a card: with as many rows nothing is gained by sharing planes. */
const enoughWorkgroups = 256;

/** How many workgroups reduce a plane. More than one leave their sums in `normShares`. */
function chunksOf(recorder: Recorder, pixels: number, rows: number): number {
  const { norm, normLoop, normChunks } = recorder.options.sizes;
  if (pixels <= normLoop * norm) return 1;
  const chunks = Math.min(
    normChunks,
    ceilDiv(pixels, ownLeast * norm),
    Math.floor(enoughWorkgroups / rows),
  );
  if (chunks < 2) return 1;
  recorder.normShareCount = Math.max(recorder.normShareCount, shareSize * rows * chunks);
  return chunks;
}

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
  const chunks = chunksOf(recorder, pixels, rows.length);
  const work = new WorkCounter(recorder)
    .each(statisticsOperations, input, rows.length)
    .moves(input, rows.length);
  const record = (part: Part, updateRunning: 0 | 1): void => {
    recorder.part(part);
    if (chunks > 1)
      recorder.record(
        statisticsShares(sizes.norm),
        [recorder.buffer(input), recorder.normShares, tab],
        { pixels, table, chunks },
        [rows.length, chunks],
        work,
      );
    recorder.record(
      batchStatistics(sizes.norm, chunks > 1),
      [
        recorder.buffer(input),
        slotBuffer,
        values,
        tab,
        ...(chunks > 1 ? [recorder.normShares] : []),
      ],
      { pixels, table, slot, updateRunning, chunks },
      [rows.length],
      chunks > 1 ? new WorkCounter(recorder) : work,
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
  const pixels = pixelsOf(recorder.plane(inputs));
  const chunks = chunksOf(recorder, pixels, rows.length);
  const params = { pixels, table: tables.add(rows), chunks, ...dropPath };
  const record = (part: NormBackwardPart, moved: number): void =>
    recorder.record(
      normBackwardProgram(sizes.norm, candidates && factors !== null, part),
      [
        ...[recorder.buffer(inputs), recorder.buffer(upstream), slotBuffer, coefficients, tab],
        ...(part === 'whole' ? [] : [recorder.normShares]),
      ],
      params,
      [rows.length, chunks],
      new WorkCounter(recorder)
        .each(part === 'sums' ? 0 : normGradientOperations, inputs, rows.length)
        .moves(inputs, moved * rows.length)
        .moves(upstream, upstreamQuads),
    );
  if (chunks === 1) return record('whole', 2);
  record('sums', 1);
  record('gradient', 2);
}
