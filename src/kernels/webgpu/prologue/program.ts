/**
 * Turns parameters into what the step's programs read (masked weights in kernel order, gates, coefficients), so that a mask
 * costs one comparison a weight and not one a use.
 */
import type { Program } from '../wgsl-program.ts';
import { slotFunctions } from '../slots.ts';
import { stepFunctions } from '../straight-through.ts';
import { wgsl } from '../wgsl.ts';
import { candidateRow, laneRow, nodeRow, weightRow } from './rows.ts';

/** Committed weight masks as the programs read them: one bit a parameter, 1 = alive. */
export function maskWords(mask: ArrayLike<number>): Uint32Array {
  const words = new Uint32Array(Math.ceil(mask.length / 32));
  for (let i = 0; i < mask.length; i++) if (mask[i]) words[i >> 5]! |= 1 << (i & 31);
  return words;
}

/** Declares `committedBit`: a parameter's bit of `maskWords`, 0 or 1. */
export const committedFunction = wgsl`
  fn committedBit(parameter : u32) -> f32 {
    return f32((committed[parameter / 32u] >> (parameter % 32u)) & 1u);
  }
`;

/**
 * One invocation a weight, then one a slot lane (gamma, beta, gate), then one a node (coefficients, the last survivor kept).
 * Grid: [x, y] of 64 invocations, gridX = x.
 */
export const prologue: Program = {
  label: 'masks and gates',
  bindings: [
    ['values', 'read', 'f32'],
    ['committed', 'read', 'u32'],
    ['masked', 'read_write', 'f32'],
    ['slots', 'read_write', 'vec4f'],
    ['coefficients', 'read_write', 'f32'],
    ['tables', 'read', 'u32'],
  ],
  params: ['weights', 'weightTable', 'lanes', 'laneTable', 'nodes', 'nodeTable', 'gridX'],
  workgroupSize: 64,
  code: wgsl`
    ${weightRow.wgsl}
    ${laneRow.wgsl}
    ${nodeRow.wgsl}
    ${candidateRow.wgsl}
    ${slotFunctions}
    ${stepFunctions}
    ${committedFunction}
    fn maskWeight(index : u32) {
      let row = readWeightRow(params.weightTable, index);
      var value = 0.0;
      if (row.parameter != NONE) {
        value = values[row.parameter];
        if (row.threshold != NONE) {
          value *= committedBit(row.parameter) * hardStep(abs(value) - values[row.threshold]);
        }
      }
      masked[index] = value;
    }
    fn writeLane(index : u32) {
      let row = readLaneRow(params.laneTable, index);
      var gamma = 0.0;
      var beta = 0.0;
      var gate = 0.0;
      if (row.gamma != NONE) {
        gamma = values[row.gamma];
        beta = values[row.beta];
        gate = 1.0;
        if (row.gate != NONE) {
          gate = sigmoid(values[row.gate]);
        }
        if (row.threshold != NONE) {
          gate *= hardStep(gate - values[row.threshold]);
        }
      }
      let slot = index / 4u;
      let lane = index % 4u;
      slots[gammaOf(slot)][lane] = gamma;
      slots[betaOf(slot)][lane] = beta;
      slots[gateOf(slot)][lane] = gate;
    }
    fn writeCoefficients(index : u32) {
      let node = readNodeRow(params.nodeTable, index);
      var alive = false;
      var best = -1e30;
      var last = NONE;
      for (var i = 0u; i < node.count; i++) {
        let candidate = readCandidateRow(node.candidates, i);
        let importance = sigmoid(values[candidate.alpha]);
        var mask = 1.0;
        var margin = importance;
        if (candidate.threshold != NONE) {
          margin = importance - values[candidate.threshold];
          mask = hardStep(margin);
        }
        if (mask > 0.0) {
          alive = true;
        }
        if (margin > best) {
          best = margin;
          last = i;
        }
        coefficients[candidate.coefficient] = importance * mask;
      }
      if (!alive && node.keepsOne && last != NONE) {
        let candidate = readCandidateRow(node.candidates, last);
        coefficients[candidate.coefficient] = sigmoid(values[candidate.alpha]);
      }
    }
    fn run(local : u32, group : vec3u) {
      let i = (group.y * params.gridX + group.x) * 64u + local;
      let lanesEnd = params.weights + params.lanes;
      if (i < params.weights) {
        maskWeight(i);
      } else if (i < lanesEnd) {
        writeLane(i - params.weights);
      } else if (i < lanesEnd + params.nodes) {
        writeCoefficients(i - lanesEnd);
      }
    }
  `,
};
