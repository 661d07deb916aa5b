/** Both regularizers with their gradients (docs/algorithm.md, Loss), the clipping factor and the step's metrics. */
import { hyper } from '../hyper.ts';
import type { Program } from '../wgsl-program.ts';
import { stepFunctions } from '../straight-through.ts';
import { wgsl } from '../wgsl.ts';
import { metricFunctions } from './metrics.ts';
import { nodeShareFunctions } from './node-shares.ts';
import { extraThresholdRow, regularizedCandidateRow, regularizedNodeRow } from './rows.ts';

const threads = 64;

/**
 * One workgroup. Adds the regularizers' gradients, writes the metrics to entry `ring` of the ring, and the factor that clips
 * the weights' gradients behind the segments' squared norms. Grid: [1].
 */
export const regularizers: Program = {
  label: 'regularizers and metrics',
  bindings: [
    ['values', 'read', 'f32'],
    ['hyper', 'read', 'f32'],
    ['gradients', 'read_write', 'f32'],
    ['norms', 'read_write', 'f32'],
    ['losses', 'read', 'vec2f'],
    ['metrics', 'read_write', 'f32'],
    ['counts', 'read', 'f32'],
    ['tables', 'read', 'u32'],
  ],
  params: ['nodes', 'nodeTable', 'extra', 'extraTable', 'segments', 'batch'],
  workgroupSize: threads,
  code: wgsl`
    ${regularizedNodeRow.wgsl}
    ${regularizedCandidateRow.wgsl}
    ${extraThresholdRow.wgsl}
    ${stepFunctions}
    ${nodeShareFunctions}
    ${metricFunctions}
    struct Sums {
      crossEntropy : f32,
      size : f32,
      threshold : f32,
      squares : f32,
      correct : f32,
    }
    var<workgroup> shares : array<Sums, ${threads}>;
    /** exp(-t) of a threshold, whose gradient pushes it up. */
    fn pushThreshold(parameter : u32) -> f32 {
      if (parameter == NONE) {
        return 0.0;
      }
      let push = exp(-values[parameter]);
      gradients[parameter] -= ${hyper('lambda')} * push;
      return push;
    }
    /** Adds the gradients of one node; its share of both regularizers. */
    fn oneNode(node : RegularizedNode) -> Sums {
      let lambda = ${hyper('lambda')};
      let mu = ${hyper('mu')};
      var sums = Sums(0.0, 0.0, 0.0, 0.0, 0.0);
      for (var i = 0u; i < node.count; i++) {
        let candidate = readRegularizedCandidate(node.candidates, i);
        sums.threshold += pushThreshold(candidate.operationThreshold);
        sums.threshold += pushThreshold(candidate.filterThreshold);
        sums.threshold += pushThreshold(candidate.weightThreshold);
      }
      let cell = f32(node.cell);
      if (cell < ${hyper('sizeFirst')} || cell > ${hyper('sizeLast')} || node.count == 0u) {
        return sums;
      }
      let shares = nodeShares(node);
      let all = shares.all;
      var slopeOfAll = 0.0;
      for (var i = 0u; i < node.count; i++) {
        let candidate = readRegularizedCandidate(node.candidates, i);
        let importance = sigmoid(values[candidate.alpha]);
        if (survives(candidate, i, shares)) {
          let scale = 1.0 + mu * counts[candidate.parameters];
          let own = shares.count * importance;
          let whole = all + own;
          sums.size += scale * log(1.0 + own / all);
          slopeOfAll -= scale * own / (all * whole);
          gradients[candidate.alpha] += lambda * scale * shares.count / whole * importance * (1.0 - importance);
        }
      }
      for (var i = 0u; i < node.count; i++) {
        let alpha = readRegularizedCandidate(node.candidates, i).alpha;
        let importance = sigmoid(values[alpha]);
        // S sums over candidates under their threshold too, so theirs moves as well.
        gradients[alpha] += lambda * slopeOfAll * importance * (1.0 - importance);
      }
      return sums;
    }
    fn run(local : u32, group : vec3u) {
      var sums = Sums(0.0, 0.0, 0.0, 0.0, 0.0);
      for (var k = local; k < params.nodes; k += ${threads}u) {
        let share = oneNode(readRegularizedNode(params.nodeTable, k));
        sums.size += share.size;
        sums.threshold += share.threshold;
      }
      for (var k = local; k < params.extra; k += ${threads}u) {
        sums.threshold += pushThreshold(readExtraThreshold(params.extraTable, k).parameter);
      }
      for (var k = local; k < params.segments; k += ${threads}u) {
        sums.squares += norms[k];
      }
      for (var k = local; k < params.batch; k += ${threads}u) {
        sums.crossEntropy += losses[k].x;
        sums.correct += losses[k].y;
      }
      shares[local] = sums;
      workgroupBarrier();
      if (local == 0u) {
        var total = Sums(0.0, 0.0, 0.0, 0.0, 0.0);
        for (var i = 0u; i < ${threads}u; i++) {
          total.crossEntropy += shares[i].crossEntropy;
          total.size += shares[i].size;
          total.threshold += shares[i].threshold;
          total.squares += shares[i].squares;
          total.correct += shares[i].correct;
        }
        let norm = sqrt(total.squares);
        let record = u32(${hyper('ring')});
        metrics[crossEntropyAt(record)] = total.crossEntropy / f32(params.batch);
        metrics[sizeRegularizerAt(record)] = total.size;
        metrics[thresholdRegularizerAt(record)] = total.threshold;
        metrics[gradientNormAt(record)] = norm;
        metrics[correctAt(record)] = total.correct;
        let clipNorm = ${hyper('clipNorm')};
        norms[params.segments] = select(1.0, min(1.0, clipNorm / (norm + 1e-6)), clipNorm > 0.0);
      }
    }
  `,
};
