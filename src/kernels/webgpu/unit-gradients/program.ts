/** Gradients of gamma, beta, gates, filter thresholds, importances and operation thresholds. */
import { epsilon } from '../norm/reduce.ts';
import { laneRow } from '../prologue/rows.ts';
import type { Program } from '../wgsl-program.ts';
import { slotFunctions } from '../slots.ts';
import { stepFunctions } from '../straight-through.ts';
import { wgsl } from '../wgsl.ts';
import { blockRow, unitRow } from './rows.ts';

/**
 * From the sums that the norms and mixes left, through the straight-through step. One invocation a unit. The sums are
 * multiplied by `unscale`, the bits of an f32: activations' gradients are scaled.
 * Grid: [units / 64].
 */
export const unitGradients: Program = {
  label: 'unit gradients',
  bindings: [
    ['values', 'read', 'f32'],
    ['slots', 'read', 'vec4f'],
    ['coefficients', 'read', 'f32'],
    ['partials', 'read', 'f32'],
    ['gradients', 'read_write', 'f32'],
    ['tables', 'read', 'u32'],
  ],
  params: ['units', 'table', 'laneTable', 'unscale'],
  workgroupSize: 64,
  code: wgsl`
    ${unitRow.wgsl}
    ${blockRow.wgsl}
    ${laneRow.wgsl}
    ${slotFunctions}
    ${stepFunctions}
    /** Shares of the filter threshold's and of the coefficient's gradient. */
    struct LaneSums {
      threshold : f32,
      coefficient : f32,
    }
    fn laneGradients(slot : u32, lane : u32, coefficient : f32, gateBefore : bool) -> LaneSums {
      var sums = LaneSums(0.0, 0.0);
      let row = readLaneRow(params.laneTable, slot * 4u + lane);
      if (row.gamma == NONE) {
        return sums;
      }
      let unscale = bitcast<f32>(params.unscale);
      let sum = slots[sumOf(slot)][lane] * unscale;
      let sumNormalized = slots[sumNormalizedOf(slot)][lane] * unscale;
      let gamma = slots[gammaOf(slot)][lane];
      let beta = slots[betaOf(slot)][lane];
      let gate = slots[gateOf(slot)][lane];
      let rstd = slots[rstdOf(slot)][lane];
      let gateAfter = select(gate, 1.0, gateBefore);
      gradients[row.gamma] = coefficient * gateAfter * sumNormalized;
      gradients[row.beta] = coefficient * gateAfter * sum;
      let output = gamma * sumNormalized + beta * sum;
      sums.coefficient = gateAfter * output;
      if (row.gate == NONE) {
        return sums;
      }
      // A gate before the norm only acts through epsilon: the norm divides it out.
      let throughNorm = gamma * sumNormalized * ${epsilon} * rstd * rstd / max(gate, 1e-12);
      let slopeOfGate = coefficient * select(output, throughNorm, gateBefore);
      let importance = sigmoid(values[row.gate]);
      var mask = 1.0;
      var slope = 0.0;
      if (row.threshold != NONE) {
        let margin = importance - values[row.threshold];
        mask = hardStep(margin);
        slope = stepSlope(margin);
        sums.threshold = -slopeOfGate * importance * slope;
      }
      gradients[row.gate] = slopeOfGate * (mask + importance * slope) * importance * (1.0 - importance);
      return sums;
    }
    fn run(local : u32, group : vec3u) {
      let index = group.x * 64u + local;
      if (index >= params.units) {
        return;
      }
      let unit = readUnitRow(params.table, index);
      var thresholdGradient = 0.0;
      var coefficientGradient = 0.0;
      for (var b = 0u; b < unit.blockCount; b++) {
        let block = readBlockRow(unit.blocks, b);
        let isLast = b + 1u == unit.blockCount;
        var coefficient = 1.0;
        if (isLast && unit.coefficient != NONE) {
          coefficient = coefficients[unit.coefficient];
        }
        for (var slot = block.slot; slot < block.slot + block.slots; slot++) {
          for (var lane = 0u; lane < 4u; lane++) {
            let sums = laneGradients(slot, lane, coefficient, unit.gateBefore);
            thresholdGradient += sums.threshold;
            if (isLast) {
              coefficientGradient += sums.coefficient;
            }
          }
        }
      }
      if (unit.filterThreshold != NONE) {
        gradients[unit.filterThreshold] = thresholdGradient;
      }
      if (unit.partial != NONE) {
        for (var k = 0u; k < unit.partialCount; k++) {
          coefficientGradient += partials[(unit.partial + k) * 4u + unit.partialLane] * bitcast<f32>(params.unscale);
        }
      }
      if (unit.alpha == NONE) {
        return;
      }
      let importance = sigmoid(values[unit.alpha]);
      var mask = 1.0;
      var slope = 0.0;
      if (unit.operationThreshold != NONE) {
        let margin = importance - values[unit.operationThreshold];
        mask = hardStep(margin);
        slope = stepSlope(margin);
        // A last survivor that its threshold would prune is kept: its value is 1, its slope stays.
        if (mask == 0.0 && coefficients[unit.coefficient] > 0.0) {
          mask = 1.0;
        }
        gradients[unit.operationThreshold] = -coefficientGradient * importance * slope;
      }
      gradients[unit.alpha] = coefficientGradient * (mask + importance * slope) * importance * (1.0 - importance);
    }
  `,
};
