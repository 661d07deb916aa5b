/**
 * Which of a run's checkpoints are kept: the latest two, to resume from; each stage's end; and of the commits as many as
 * fit the budget, so that there is something to fork from. Over the budget the older commits are thinned. Pure.
 */
import { kindOf } from '../engine/search/checkpoint-state.ts';
import type { CheckpointInfo, CheckpointRecord } from './records.ts';

/** Bytes that the kept checkpoints of one run may take. The latest two and the stages' ends are kept beyond it. */
export const checkpointBudget = 64 * 1024 * 1024;
/** Kept whatever they are. */
const latest = 2;

export function infoOf({
  events,
  stageEnd,
  step,
  checkpoint,
}: Pick<CheckpointRecord, 'events' | 'stageEnd' | 'step' | 'checkpoint'>): CheckpointInfo {
  const { values, momentum, weightMask } = checkpoint.network.parameters;
  const { operations, filters } = checkpoint.network.masks;
  const masks = [...operations, ...Object.values(filters)];
  return {
    ...{ events, stageEnd, step, stage: checkpoint.stage, kind: kindOf(checkpoint) },
    bytes: [values, momentum, weightMask, ...masks].reduce(
      (sum, { byteLength }) => sum + byteLength,
      0,
    ),
  };
}

export const isSame = (a: CheckpointInfo, b: CheckpointInfo): boolean =>
  a.events === b.events && a.stageEnd === b.stageEnd;

/** @returns what is kept of these, in the order they were taken, and what is not. */
export function keepWithin(
  checkpoints: readonly CheckpointInfo[],
  budget = checkpointBudget,
): { kept: CheckpointInfo[]; gone: CheckpointInfo[] } {
  const newest = new Set(checkpoints.slice(-latest));
  let kept = checkpoints.filter((one) => one.kind !== 'interval' || newest.has(one));
  const bytes = (): number => kept.reduce((sum, one) => sum + one.bytes, 0);
  while (bytes() > budget) {
    const thinned = thinnest(kept, newest);
    if (!thinned) break;
    kept = kept.filter((one) => one !== thinned);
  }
  return { kept, gone: checkpoints.filter((one) => !kept.includes(one)) };
}

/** Of the older half of the commits the one that leaves the smallest gap, the oldest of several. */
function thinnest(
  kept: readonly CheckpointInfo[],
  newest: ReadonlySet<CheckpointInfo>,
): CheckpointInfo | null {
  const commits = kept.filter((one) => one.kind === 'commit' && !newest.has(one));
  const gap = (one: CheckpointInfo): number => {
    const at = kept.indexOf(one);
    return (kept[at + 1]?.step ?? one.step) - (kept[at - 1]?.step ?? 0);
  };
  return commits
    .slice(0, Math.ceil(commits.length / 2))
    .reduce<CheckpointInfo | null>(
      (least, one) => (least && gap(least) <= gap(one) ? least : one),
      null,
    );
}
