/**
 * The weight of the regularizers, adapted after every commit (docs/algorithm.md, Loss). Pure.
 *
 * It starts at 0 with step d = lambda0. Few units pruned: d grows by c0 squared and lambda by d. Many pruned: d falls
 * back to lambda0 and lambda shrinks by c0. In between both stay: the pressure is right. Lambda never exceeds the value
 * at which the weighted regularizers equal the cross entropy.
 *
 * One departure, for the joint stage alone: the paper's limit lets the task defend what is left, but the joint stage has
 * an order to fulfil, the user's target. While it is unmet and a round at the limit prunes little, the limit itself grows
 * by c0.
 */
import type { SearchSettings } from '../../domain/settings/schema.ts';

export interface LambdaState {
  readonly lambda: number;
  readonly step: number;
  /** Largest ratio of the weighted regularizers to the cross entropy. */
  readonly limit: number;
}

export interface Round {
  /** Share of all candidate operations of the trained cells that this round pruned. */
  readonly prunedShare: number;
  readonly crossEntropy: number;
  /** Both regularizers, not weighted. */
  readonly regularizers: number;
  /** The joint stage, its target unmet. */
  readonly insist: boolean;
}

export function initialLambda({
  lambda0,
}: Pick<SearchSettings['regularizer'], 'lambda0'>): LambdaState {
  return { lambda: 0, step: lambda0, limit: 1 };
}

export function adaptLambda(
  state: LambdaState,
  round: Round,
  settings: SearchSettings['regularizer'],
): LambdaState {
  const { lambda0, c0, fewPruned, manyPruned } = settings;
  if (round.prunedShare >= manyPruned)
    return { ...state, lambda: state.lambda / c0, step: lambda0 };
  if (round.prunedShare >= fewPruned) return state;
  const atLimit = (limit: number): number =>
    round.regularizers > 0 ? (limit * round.crossEntropy) / round.regularizers : Infinity;
  const capped = state.lambda > 0 && state.lambda >= atLimit(state.limit);
  const limit = capped && round.insist ? state.limit * c0 : state.limit;
  const step = capped ? state.step : state.step * c0 ** 2;
  return { lambda: Math.min(state.lambda + step, atLimit(limit)), step, limit };
}
