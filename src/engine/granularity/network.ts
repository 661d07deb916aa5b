/** A super-net at one moment, as plain host data: what a commit, a count or a description of it starts from. */
import type { NetworkParameters, NetworkPlan, ParameterSpec, UnitMasks } from '../supernet/plan.ts';

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
  for (let i = 0; i < mask.length; i++) sum += mask[i];
  return sum;
}

/**
 * What a parameter belongs to: `stem`, `heads.S`, `cells.C.preprocessS`, or a candidate operation `cells.C.edges.E.OP`.
 * Vectors of a whole cell (`cells.C.alpha`) are their own owner.
 */
export function ownerOf(name: string): string {
  const parts = name.split('.');
  if (parts[0] === 'stem') return 'stem';
  if (parts[0] === 'heads') return parts.slice(0, 2).join('.');
  return parts.slice(0, parts[2] === 'edges' ? 5 : 3).join('.');
}
