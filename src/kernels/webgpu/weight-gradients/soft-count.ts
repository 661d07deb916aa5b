/**
 * The soft count P of a candidate's parameters and what it adds to gradients (docs/algorithm.md, Loss). With the masks M
 * of weights and m of filters, A_c = weights whose mask is 1 in filter c's channels, g = sigmoid(gate logit):
 *
 *     P = sum of M over arrays that no filter weighs + sum over c of A_c m_c l_c,   l_c = log(1 + K g_c / G)
 *     dP/dm_c = A_c l_c + T,   dP/dg_c = A_c m_c K / (G + K g_c) - T K / G,   T = sum of A m g / (G + K g)
 *
 * G and K sum g and m over the filters of a block. A weight's mask counts with the m_c l_c of its filter.
 */
import { wgsl } from '../wgsl.ts';

/**
 * Declares `countSoftly`, to be called by a whole workgroup, and `shareOf`. Needs `total(local, vec2f)`, which sums over
 * the workgroup, and `weightAlive(parameter, threshold)`.
 */
export const softCountFunctions = wgsl`
  /** Gate of a filter: importance, mask, straight-through slope. */
  fn filterGate(parameter : u32, threshold : u32) -> vec3f {
    let alive = committedBit(parameter);
    if (threshold == NONE) {
      // The filter level is off: all are equal.
      return vec3f(0.5, alive, 0.0);
    }
    let importance = sigmoid(values[parameter]);
    let margin = importance - values[threshold];
    return vec3f(importance, alive * hardStep(margin), alive * stepSlope(margin));
  }
  /** Writes the block's shares and adds its gates' gradients, times weight; its share of P and of its threshold's gradient. */
  fn countBlock(local : u32, counted : CountedCandidate, b : u32, threshold : u32, weight : f32) -> vec2f {
    let block = readCountedBlock(counted.blocks, b);
    var sums = vec2f(0.0, 0.0);
    for (var c = local; c < block.filters; c += THREADS) {
      var alive = 0.0;
      for (var a = 0u; a < counted.arrayCount; a++) {
        let row = readCountedArray(counted.arrays, a);
        if (row.block == b) {
          for (var i = c; i < row.count; i += block.filters) {
            alive += weightAlive(row.parameter + i, threshold);
          }
        }
      }
      counts[block.weights + c] = alive;
      sums += filterGate(block.gate + c, counted.filterThreshold).xy;
    }
    sums = total(local, sums);
    let all = sums.x;
    let kept = sums.y;
    var shares = vec2f(0.0, 0.0);
    for (var c = local; c < block.filters; c += THREADS) {
      let gate = filterGate(block.gate + c, counted.filterThreshold);
      let share = gate.y * log(1.0 + kept * gate.x / all);
      counts[block.weights + block.filters + c] = share;
      let alive = counts[block.weights + c];
      shares += vec2f(alive * share, alive * gate.y * gate.x / (all + kept * gate.x));
    }
    shares = total(local, shares);
    var thresholdGradient = 0.0;
    if (counted.filterThreshold != NONE) {
      for (var c = local; c < block.filters; c += THREADS) {
        let gate = filterGate(block.gate + c, counted.filterThreshold);
        let alive = counts[block.weights + c];
        let whole = all + kept * gate.x;
        let throughMask = weight * (alive * log(whole / all) + shares.y) * gate.z;
        let throughShare = weight * (alive * gate.y * kept / whole - shares.y * kept / all);
        gradients[block.gate + c] += (throughMask + throughShare) * gate.x * (1.0 - gate.x);
        thresholdGradient -= throughMask;
      }
      thresholdGradient = total(local, vec2f(thresholdGradient, 0.0)).x;
    }
    return vec2f(shares.x, thresholdGradient);
  }
  /** Counts a candidate; the weight of its count in the loss. 0 where it is not in the regularizer. */
  fn countSoftly(local : u32, counted : CountedCandidate, threshold : u32, lambda : f32, mu : f32) -> f32 {
    let node = readRegularizedNode(counted.node, 0u);
    let shares = nodeShares(node);
    let candidate = readRegularizedCandidate(node.candidates, counted.index);
    if (!survives(candidate, counted.index, shares)) {
      return 0.0;
    }
    let own = shares.count * sigmoid(values[candidate.alpha]);
    let weight = lambda * mu * log(1.0 + own / shares.all);
    var whole = 0.0;
    for (var a = 0u; a < counted.arrayCount; a++) {
      let row = readCountedArray(counted.arrays, a);
      if (row.block == NONE) {
        for (var i = local; i < row.count; i += THREADS) {
          whole += weightAlive(row.parameter + i, threshold);
        }
      }
    }
    var sums = vec2f(total(local, vec2f(whole, 0.0)).x, 0.0);
    for (var b = 0u; b < counted.blockCount; b++) {
      sums += countBlock(local, counted, b, threshold, weight);
    }
    if (local == 0u) {
      counts[candidate.parameters] = sums.x;
      if (counted.filterThreshold != NONE) {
        gradients[counted.filterThreshold] += sums.y;
      }
    }
    return weight;
  }
  /** What a weight's mask counts with. */
  fn shareOf(parameter : u32, counted : CountedCandidate) -> f32 {
    for (var a = 0u; a < counted.arrayCount; a++) {
      let row = readCountedArray(counted.arrays, a);
      if (parameter >= row.parameter && parameter < row.parameter + row.count) {
        if (row.block == NONE) {
          return 1.0;
        }
        let block = readCountedBlock(counted.blocks, row.block);
        return counts[block.weights + block.filters + (parameter - row.parameter) % block.filters];
      }
    }
    return 0.0;
  }
`;
