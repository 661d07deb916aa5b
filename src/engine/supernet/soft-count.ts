/**
 * What the soft count of a candidate's parameters sums over, read off the plan (docs/algorithm.md, Loss). Both steppers
 * walk this.
 */
import { parameter } from '../../domain/graph/layout.ts';
import type { ParameterSpec } from '../../domain/graph/parameters.ts';
import { weightsOf } from '../../domain/operations/emission.ts';
import type { NetworkPlan } from '../../domain/spaces/plan.ts';

/** A masked array of weights. Its channels lie innermost. */
export interface CountedArray {
  readonly spec: ParameterSpec;
  /** The block whose filter gates weigh its channels; null: its weights count in full (the first depthwise). */
  readonly block: number | null;
}

export interface CountedCandidate {
  readonly cell: number;
  readonly unit: number;
  /** Index into the candidates of its cell. */
  readonly index: number;
  readonly arrays: readonly CountedArray[];
  /** Gate logits of each block. */
  readonly gates: readonly ParameterSpec[];
  /** Parameters that count whatever is pruned: of a factorized reduce its width squared, as the released program has it. */
  readonly constant: number;
}

/** Every candidate that is there. Identities and pools count nothing. */
export function countedCandidates({ cells, table }: NetworkPlan): CountedCandidate[] {
  return cells.flatMap(({ shape, candidates }) =>
    candidates.map(({ unit, blocks, reduce }, index) => ({
      ...{ cell: shape.index, unit, index },
      arrays: blocks.flatMap((one, block) =>
        weightsOf(one).map(([role, name]) => {
          // A depthwise convolution keeps its input's channels: filters of its own block that were expanded, of the block
          // before, or of no block.
          const inherits = role === 'depthwise' && !one.weights.expand;
          const of = inherits ? block - 1 : block;
          return { spec: parameter(table, name), block: of < 0 ? null : of };
        }),
      ),
      gates: blocks.map(({ name }) => parameter(table, `${name}.gate`)),
      constant: reduce ? shape.channels ** 2 : 0,
    })),
  );
}
