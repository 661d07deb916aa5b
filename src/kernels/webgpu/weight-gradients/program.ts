/** Gradients of the weights and of their thresholds. */
import { committedFunction } from '../prologue/program.ts';
import type { Program } from '../runtime.ts';
import { stepFunctions } from '../straight-through.ts';
import { wgsl } from '../wgsl.ts';
import { gradientPlaceRow, segmentRow } from './rows.ts';

const threads = 64;

/**
 * Adds the chunks of each filter gradient, goes through the mask's straight-through step, sums the weight threshold's
 * gradient, and leaves each segment's share of the squared norm. Grid: [segments].
 */
export const weightGradients: Program = {
  label: 'weight gradients',
  bindings: [
    ['values', 'read', 'f32'],
    ['committed', 'read', 'u32'],
    ['chunks', 'read', 'f32'],
    ['gradients', 'read_write', 'f32'],
    ['norms', 'read_write', 'f32'],
    ['tables', 'read', 'u32'],
  ],
  params: ['table', 'placeTable', 'chunkCount', 'chunkStride'],
  workgroupSize: threads,
  code: wgsl`
    ${segmentRow.wgsl}
    ${gradientPlaceRow.wgsl}
    ${stepFunctions}
    ${committedFunction}
    struct Share {
      squares : f32,
      threshold : f32,
    }
    var<workgroup> shares : array<Share, ${threads}>;
    fn run(local : u32, group : vec3u) {
      let segment = readSegment(params.table, group.x);
      let threshold = segment.threshold;
      var share = Share(0.0, 0.0);
      for (var k = local; k < segment.count; k += ${threads}u) {
        let i = segment.parameter + k;
        let place = readGradientPlace(params.placeTable, i).place;
        var gradient = 0.0;
        if (place == NONE) {
          gradient = gradients[i];
        } else {
          for (var chunk = 0u; chunk < params.chunkCount; chunk++) {
            gradient += chunks[chunk * params.chunkStride + place];
          }
          if (threshold != NONE) {
            let weight = values[i];
            let alive = committedBit(i);
            let margin = abs(weight) - values[threshold];
            let slope = alive * stepSlope(margin);
            share.threshold -= gradient * weight * slope;
            gradient *= alive * hardStep(margin) + abs(weight) * slope;
          }
          gradients[i] = gradient;
        }
        share.squares += gradient * gradient;
      }
      shares[local] = share;
      workgroupBarrier();
      if (local == 0u) {
        var total = Share(0.0, 0.0);
        for (var i = 0u; i < ${threads}u; i++) {
          total.squares += shares[i].squares;
          total.threshold += shares[i].threshold;
        }
        norms[group.x] = total.squares;
        if (threshold != NONE) {
          gradients[threshold] = total.threshold;
        }
      }
    }
  `,
};
