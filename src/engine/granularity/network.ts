/** A super-net at one moment, as plain host data: what a commit, a count or a description of it starts from. */
import type { NetworkParameters, ParameterSpec } from '../../domain/graph/parameters.ts';
import type { NetworkPlan, UnitMasks } from '../../domain/spaces/plan.ts';

export interface Network {
  /** Physical structure that the masks left; `buildPlan(space, masks, ...)` gives it back. */
  readonly plan: NetworkPlan;
  /** Committed masks of operations and filters over all cells of the space, those not trained yet included. */
  readonly masks: UnitMasks;
  readonly parameters: NetworkParameters;
}

export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** The part of a packed array that one parameter takes (a view). */
export function slice<T extends Float32Array | Uint8Array>(packed: T, spec: ParameterSpec): T {
  return packed.subarray(spec.offset, spec.offset + spec.size) as T;
}

/** Ones in a mask. */
export function count(mask: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < mask.length; i++) sum += mask[i]!;
  return sum;
}
