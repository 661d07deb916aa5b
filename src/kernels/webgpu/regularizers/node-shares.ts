/** Who of a node survives, and the sum S of its importances: for the size regularizer and for the counts' gradients. */
import { wgsl } from '../wgsl.ts';

/** Needs the rows of nodes and candidates, and `stepFunctions`. */
export const nodeShareFunctions = wgsl`
  struct NodeShares {
    /** Sum of all importances. */
    all : f32,
    /** Number of survivors, at least one. */
    count : f32,
    /** Kept when no other survives, as in the prologue; none in a node without candidates or with a shortcut. */
    alone : u32,
  }
  fn nodeShares(node : RegularizedNode) -> NodeShares {
    var all = 0.0;
    var survivors = 0.0;
    var best = -1e30;
    var last = NONE;
    for (var i = 0u; i < node.count; i++) {
      let candidate = readRegularizedCandidate(node.candidates, i);
      let importance = sigmoid(values[candidate.alpha]);
      all += importance;
      var margin = importance;
      if (candidate.operationThreshold != NONE) {
        margin = importance - values[candidate.operationThreshold];
      }
      if (candidate.operationThreshold == NONE || margin > 0.0) {
        survivors += 1.0;
      }
      if (margin > best) {
        best = margin;
        last = i;
      }
    }
    return NodeShares(all, max(survivors, 1.0), select(NONE, last, survivors == 0.0 && node.keepsOne));
  }
  fn survives(candidate : RegularizedCandidate, index : u32, shares : NodeShares) -> bool {
    if (candidate.operationThreshold == NONE || index == shares.alone) {
      return true;
    }
    return sigmoid(values[candidate.alpha]) > values[candidate.operationThreshold];
  }
`;
