/** What the mix and its way back cannot avoid. */
import { pixelsOf } from '../../../../kernels/webgpu/quad.ts';
import type { MixGroup } from '../batches.ts';
import type { Recorder } from '../recorder.ts';
import { poolGradientOperations, poolOperations, WorkCounter } from '../work.ts';

/** Every term is scaled and added; what comes from the states themselves is read once for all targets. */
export function mixWork(recorder: Recorder, group: MixGroup): WorkCounter {
  const { set, targets, terms } = group;
  const work = directWork(recorder, group, poolOperations, 2);
  for (const { share } of terms)
    if (share) work.multiplyAdds(1, set.tensor, share.raw.quads).readsPlace(share.raw);
  for (const { add } of targets) work.moves(set.tensor, set.quads * (add ? 2 : 1));
  return work;
}

/** Of the way back through what comes from the states: for the states, and for the coefficients. */
export function mixBackwardWork(
  recorder: Recorder,
  group: MixGroup,
  stateQuads: number,
  add: boolean,
): WorkCounter {
  const { set, states, terms } = group;
  const work = directWork(recorder, group, poolGradientOperations, 4);
  for (const target of new Set(terms.flatMap((term) => (term.direct ? [term.target] : []))))
    work.reads(set.gradient, group.targets[target]!.quad, set.quads);
  // What the convolutions left of the states' gradient is added.
  return work.each(1, states, stateQuads).moves(states, stateQuads * (add ? 3 : 2));
}

/** Of the terms without a norm; a source is pooled once for all targets. @param each operations of a term's value. */
function directWork(
  recorder: Recorder,
  { set, sources, states, terms }: MixGroup,
  pool: number,
  each: number,
): WorkCounter {
  const work = new WorkCounter(recorder);
  const pooled = new Set<string>();
  for (const { direct, source } of terms) {
    if (!direct) continue;
    work.each(each, set.tensor, set.quads).reads(states, sources[source]!.quad, set.quads);
    const key = `${direct} ${source}`;
    if (direct === 'identity' || pooled.has(key)) continue;
    pooled.add(key);
    work.each(pool, set.tensor, set.quads);
    // Which pixel won, a byte a value.
    if (direct === 'max') work.numbers(set.quads * pixelsOf(recorder.plane(set.tensor)));
  }
  return work;
}
