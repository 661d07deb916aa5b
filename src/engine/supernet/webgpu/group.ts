/**
 * All candidate operations that leave one group of states (the two inputs of a cell, or one node), batched: each kind
 * of work is one dispatch for the whole group. Forward: depthwise, pointwise, statistics, depthwise, pointwise,
 * statistics, mix. Backward: the same way back.
 */
import type { CellPlan } from '../../../domain/spaces/plan.ts';
import type { Context } from './context.ts';
import { recordBackward } from './group-backward.ts';
import { recordConvolutions } from './group-forward.ts';
import { addItems, recordMix } from './group-mix.ts';
import { GroupPlan } from './group-plan.ts';
import type { GroupBuffers, Source } from './group-plan.ts';

export type { GroupBuffers, Source } from './group-plan.ts';

/** @param written nodes that hold something already; those that this group writes are added. */
export function recordGroup(
  context: Context,
  cell: CellPlan,
  sources: readonly Source[],
  buffers: GroupBuffers,
  written: Set<number>,
): void {
  const states = new Set(sources.map((s) => s.state));
  const candidates = cell.candidates.filter((k) => states.has(k.from));
  // Where no candidate leaves a node, its gradient holds all already: what the cell's readers gave. Inputs get zeros.
  if (candidates.length === 0 && buffers.inPlace) return;
  const group = new GroupPlan(context, cell, sources, buffers, candidates);
  context.part('forward');
  recordConvolutions(group);
  const mix = recordMix(group, written);
  addItems(group, mix);
  context.backward.push(() => recordBackward(group, mix));
}
