/**
 * Batch norm with the filter gate fused, a workgroup a quad of channels: what readers apply, from the batch or from the
 * running averages. The result of a norm is never stored on its own: readers apply `scale` and `shift` of its slot.
 *
 * Gate after the norm: y = gate (gamma x^ + beta). Gate before it (factorized reduce): y = gamma (gate x)^ + beta.
 */
import { runningRate } from '../../running-rate.ts';
import { epsilon, reducePairFunction } from '../norm/reduce.ts';
import { ownPixels, sharesBinding, sharesSum, writeShare } from '../norm/shares.ts';
import type { Program } from '../wgsl-program.ts';
import { slotFunctions } from '../slots.ts';
import { wgsl } from '../wgsl.ts';
import { statisticsRow } from './rows.ts';

/** Adds up a plane's offsets from its first pixel, and their squares. */
const addPixels = (pixels: string): string => wgsl`
  let origin = inputs[plane];
  var sum = vec4f();
  var squares = vec4f();
  for (${pixels}) {
    let offset = inputs[plane + i] - origin;
    sum += offset;
    squares += offset * offset;
  }
`;

/**
 * Sums for `batchStatistics` with shares, by many workgroups: `shares` gets a pair of vec4 per row and chunk. Grid: [rows of
 * the table, chunks].
 * @param threads invocations of a workgroup.
 */
export const statisticsShares = (threads: number): Program => ({
  label: 'norm statistics shares',
  bindings: [
    ['inputs', 'read', 'activation'],
    sharesBinding('read_write'),
    ['tables', 'read', 'u32'],
  ],
  params: ['pixels', 'table', 'chunks'],
  workgroupSize: threads,
  code: wgsl`
    ${statisticsRow.wgsl}
    ${reducePairFunction(threads)}
    fn run(local : u32, group : vec3u) {
      let row = readStatisticsRow(params.table, group.x);
      let plane = row.inputQuad * params.pixels;
      ${addPixels(ownPixels(threads))}
      ${writeShare('sum', 'squares')}
    }
  `,
});

/**
 * Mean, rstd, scale and shift of slots [params.slot + row] from a batch (one pass; sums are taken relative to the first
 * pixel, so that a large mean cancels nothing), and PyTorch's running averages (factor 0.1, unbiased variance) of the
 * norm's input, where updateRunning = 1. Grid: [rows of the table].
 * @param threads invocations of a workgroup.
 * @param fromShares the sums are in `shares`, as `statisticsShares` left them.
 */
export const batchStatistics = (threads: number, fromShares = false): Program => ({
  label: 'norm statistics',
  bindings: [
    ['inputs', 'read', 'activation'],
    ['slots', 'read_write', 'vec4f'],
    ['values', 'read_write', 'f32'],
    ['tables', 'read', 'u32'],
    ...(fromShares ? [sharesBinding('read')] : []),
  ],
  params: ['pixels', 'table', 'slot', 'updateRunning', ...(fromShares ? ['chunks'] : [])],
  workgroupSize: threads,
  code: wgsl`
    ${statisticsRow.wgsl}
    ${slotFunctions}
    ${reducePairFunction(threads)}
    fn writeSlot(slot : u32, gateBefore : bool, mean : vec4f, variance : vec4f) {
      let gate = slots[gateOf(slot)];
      let gamma = slots[gammaOf(slot)];
      let rstd = inverseSqrt(select(variance, gate * gate * variance, gateBefore) + ${epsilon});
      let scale = gamma * gate * rstd;
      slots[meanOf(slot)] = mean;
      slots[rstdOf(slot)] = rstd;
      slots[scaleOf(slot)] = scale;
      slots[shiftOf(slot)] = select(gate, vec4f(1), gateBefore) * slots[betaOf(slot)] - mean * scale;
    }
    fn run(local : u32, group : vec3u) {
      let row = readStatisticsRow(params.table, group.x);
      let slot = params.slot + group.x;
      let plane = row.inputQuad * params.pixels;
      ${
        fromShares
          ? wgsl`
              let origin = inputs[plane];
              ${sharesSum(threads)}
            `
          : wgsl`
              ${addPixels(`var i = local; i < params.pixels; i += ${threads}u`)}
              let total = reducePair(local, sum, squares);
            `
      }
      let count = f32(params.pixels);
      let offset = total[0] / count;
      let mean = origin + offset;
      let variance = max(total[1] / count - offset * offset, vec4f());
      let gate = select(vec4f(1), slots[gateOf(slot)], row.gateBefore);
      if (params.updateRunning == 1u && local < 4u && row.means[local] != NONE) {
        let meanAt = row.means[local];
        let varianceAt = row.variances[local];
        values[meanAt] += ${runningRate} * ((gate * mean)[local] - values[meanAt]);
        let unbiased = (gate * gate * variance)[local] * count / max(count - 1.0, 1.0);
        values[varianceAt] += ${runningRate} * (unbiased - values[varianceAt]);
      }
      workgroupBarrier();
      if (local == 0u) {
        writeSlot(slot, row.gateBefore, mean, variance);
      }
    }
  `,
});

/** Scale and shift from the running averages, for evaluation. Grid: [rows of the table]. */
export const runningStatistics: Program = {
  label: 'norm from running averages',
  bindings: [
    ['slots', 'read_write', 'vec4f'],
    ['values', 'read', 'f32'],
    ['tables', 'read', 'u32'],
  ],
  params: ['table', 'slot'],
  workgroupSize: 4,
  code: wgsl`
    ${statisticsRow.wgsl}
    ${slotFunctions}
    fn run(local : u32, group : vec3u) {
      let row = readStatisticsRow(params.table, group.x);
      let slot = params.slot + group.x;
      let meanAt = row.means[local];
      if (meanAt == NONE) {
        return;
      }
      let rstd = inverseSqrt(values[row.variances[local]] + ${epsilon});
      let gate = slots[gateOf(slot)][local];
      let gamma = slots[gammaOf(slot)][local];
      // The running averages are those of the norm's input: gated already where the gate comes before.
      let after = select(gate, 1.0, row.gateBefore);
      slots[scaleOf(slot)][local] = gamma * gate * rstd;
      slots[shiftOf(slot)][local] = after * slots[betaOf(slot)][local] - values[meanAt] * gamma * rstd * after;
    }
  `,
};
