/** Where a run came from that was forked: its ancestors, and what was changed at each fork. Plain data. */
import * as v from 'valibot';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const scalar = v.union([v.pipe(v.number(), v.finite()), v.boolean()]);

/** `setting`: dotted path of a setting, or `lambda`, the weight of the regularizers at the fork. */
export const ForkChangeSchema = v.object({
  setting: v.pipe(v.string(), v.maxLength(60)),
  from: scalar,
  to: scalar,
});
export type ForkChange = v.InferOutput<typeof ForkChangeSchema>;

export const AncestorSchema = v.object({
  /** Id and name of the run at the time of the fork. */
  id: v.pipe(v.string(), v.maxLength(64)),
  name: v.pipe(v.string(), v.maxLength(120)),
  /** Training steps that both have in common. */
  step: count,
  /** What the fork does otherwise from there on; empty = nothing. */
  changes: v.pipe(v.array(ForkChangeSchema), v.maxLength(20)),
});
export type Ancestor = v.InferOutput<typeof AncestorSchema>;

/** The first ancestor first, the direct parent last. */
export const AncestrySchema = v.pipe(v.array(AncestorSchema), v.maxLength(1_000));
