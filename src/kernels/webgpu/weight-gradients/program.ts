/** Gradients of the weights and of their thresholds; the soft count of parameters, with its gradients. */
import { hyper } from '../hyper.ts';
import { committedFunction } from '../prologue/program.ts';
import { nodeShareFunctions } from '../regularizers/node-shares.ts';
import {
  countedArrayRow,
  countedBlockRow,
  countedCandidateRow,
  regularizedCandidateRow,
  regularizedNodeRow,
} from '../regularizers/rows.ts';
import type { Program } from '../wgsl-program.ts';
import { stepFunctions } from '../straight-through.ts';
import { wgsl } from '../wgsl.ts';
import { gradientPlaceRow, segmentRow } from './rows.ts';
import { softCountFunctions } from './soft-count.ts';

const threads = 64;

/**
 * Adds the chunks of each filter gradient, times `unscale` (the bits of an f32: activations' gradients are scaled), and what the size regularizer's count gives; goes through the mask's
 * straight-through step, sums the weight threshold's gradient, and leaves each segment's share of the squared norm. `counts`
 * holds each candidate's parameters for the regularizers, and room for its filters' shares. Grid: [segments].
 */
export const weightGradients: Program = {
  label: 'weight gradients',
  bindings: [
    ['values', 'read', 'f32'],
    ['committed', 'read', 'u32'],
    ['chunks', 'read', 'f32'],
    ['gradients', 'read_write', 'f32'],
    ['norms', 'read_write', 'f32'],
    ['hyper', 'read', 'f32'],
    ['counts', 'read_write', 'f32'],
    ['tables', 'read', 'u32'],
  ],
  params: ['table', 'placeTable', 'chunkCount', 'chunkStride', 'unscale'],
  workgroupSize: threads,
  code: wgsl`
    const THREADS = ${threads}u;
    ${segmentRow.wgsl}
    ${gradientPlaceRow.wgsl}
    ${regularizedNodeRow.wgsl}
    ${regularizedCandidateRow.wgsl}
    ${countedCandidateRow.wgsl}
    ${countedBlockRow.wgsl}
    ${countedArrayRow.wgsl}
    ${stepFunctions}
    ${committedFunction}
    ${nodeShareFunctions}
    var<workgroup> shares : array<vec2f, THREADS>;
    /** Sum over the workgroup, which calls it as a whole. */
    fn total(local : u32, share : vec2f) -> vec2f {
      shares[local] = share;
      workgroupBarrier();
      if (local == 0u) {
        var sum = vec2f(0.0, 0.0);
        for (var i = 0u; i < THREADS; i++) {
          sum += shares[i];
        }
        shares[0] = sum;
      }
      workgroupBarrier();
      let sum = shares[0];
      workgroupBarrier();
      return sum;
    }
    fn weightAlive(parameter : u32, threshold : u32) -> f32 {
      if (threshold == NONE) {
        return committedBit(parameter);
      }
      return committedBit(parameter) * hardStep(abs(values[parameter]) - values[threshold]);
    }
    ${softCountFunctions}
    fn run(local : u32, group : vec3u) {
      let segment = readSegment(params.table, group.x);
      let threshold = segment.threshold;
      // Weight of the count in the loss.
      var weightOfCount = 0.0;
      let mu = ${hyper('mu')};
      if (segment.counted != NONE && mu > 0.0) {
        let cell = f32(readRegularizedNode(readCountedCandidate(segment.counted, 0u).node, 0u).cell);
        if (cell >= ${hyper('sizeFirst')} && cell <= ${hyper('sizeLast')}) {
          weightOfCount = countSoftly(local, readCountedCandidate(segment.counted, 0u), threshold, ${hyper('lambda')}, mu);
          storageBarrier();
        }
      }
      var sums = vec2f(0.0, 0.0);
      for (var k = local; k < segment.count; k += THREADS) {
        let i = segment.parameter + k;
        let place = readGradientPlace(params.placeTable, i).place;
        var gradient = 0.0;
        if (place == NONE) {
          gradient = gradients[i];
        } else {
          for (var chunk = 0u; chunk < params.chunkCount; chunk++) {
            gradient += chunks[chunk * params.chunkStride + place];
          }
          gradient *= bitcast<f32>(params.unscale);
          if (threshold != NONE) {
            let weight = values[i];
            let alive = committedBit(i);
            let margin = abs(weight) - values[threshold];
            let slope = alive * stepSlope(margin);
            sums.y -= gradient * weight * slope;
            gradient *= alive * hardStep(margin) + abs(weight) * slope;
            if (weightOfCount > 0.0) {
              let counted = readCountedCandidate(segment.counted, 0u);
              let throughCount = weightOfCount * shareOf(i, counted) * slope;
              sums.y -= throughCount;
              gradient += throughCount * sign(weight);
            }
          }
          gradients[i] = gradient;
        }
        sums.x += gradient * gradient;
      }
      sums = total(local, sums);
      if (local == 0u) {
        norms[group.x] = sums.x;
        if (threshold != NONE) {
          gradients[threshold] = sums.y;
        }
      }
    }
  `,
};
