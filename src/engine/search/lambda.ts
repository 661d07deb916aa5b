/**
 * The weight of the regularizers, adapted after every commit (ALGORITHM.md, Loss; the released program's
 * train_search.py, lines 523-539 and 897-913). Pure.
 *
 * It starts at 0 with step d = lambda0. Few units pruned: d grows by c0 squared and lambda by d. Many pruned: d falls
 * back to lambda0 and lambda shrinks by c0. In between both stay: the pressure is right.
 *
 * A cap withholds growth where the weighted size regularizer outweighs the task: cross entropy < ratio * lambda * size
 * regularizer. It looks at the size term alone, decides anew every round, and never lowers lambda.
 */
import type { SearchSettings } from '../../domain/settings/schema.ts';

export interface LambdaState {
  readonly lambda: number;
  readonly step: number;
}

export interface Round {
  /** Share of all candidate operations of the trained cells that this round pruned. */
  readonly prunedShare: number;
  /** Means over the epoch that ended with the commit; the size regularizer without its weight. */
  readonly crossEntropy: number;
  readonly sizeRegularizer: number;
  /** Of the weighted size regularizer in the cap: `stageCapRatio` or `jointCapRatio`. */
  readonly capRatio: number;
}

/** A stage withholds growth where the weighted size regularizer exceeds the cross entropy. */
export const stageCapRatio = 1;
/** The joint stage: where it exceeds twice the cross entropy. */
export const jointCapRatio = 0.5;
/** Lambda never grows beyond this. */
export const lambdaLimit = 100;

export function initialLambda({
  lambda0,
}: Pick<SearchSettings['regularizer'], 'lambda0'>): LambdaState {
  return { lambda: 0, step: lambda0 };
}

export function adaptLambda(
  state: LambdaState,
  round: Round,
  settings: SearchSettings['regularizer'],
): LambdaState {
  const { lambda0, c0, fewPruned, manyPruned } = settings;
  const { lambda, step } = state;
  if (round.prunedShare >= manyPruned) return { lambda: lambda / c0, step: lambda0 };
  if (round.prunedShare >= fewPruned) return state;
  const capped = round.crossEntropy < round.capRatio * lambda * round.sizeRegularizer;
  if (capped || lambda === lambdaLimit) return state;
  const next = step * c0 ** 2;
  return { lambda: Math.min(lambda + next, lambdaLimit), step: next };
}
