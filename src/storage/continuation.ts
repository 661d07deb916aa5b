/**
 * A run that is over, continued as a new run: from its last checkpoint, towards a smaller target or for more epochs of
 * the joint stage. The run itself stays as it is. Pure.
 */
import { forkedRun, sameAs } from './fork.ts';
import type { RunRecord } from './records.ts';
import type { WholeRun } from './run-store.ts';
import { stageCount } from '../domain/spaces/registry.ts';

export interface Continuation {
  readonly targetParameters: number;
  /** Epochs of the joint stage from the checkpoint on, at most. */
  readonly moreEpochs: number;
}

type Over = Pick<RunRecord, 'summary' | 'settings' | 'checkpointStep'>;

/** What to offer: the target that was not met, or three quarters of what is left; and a joint stage's length again. */
export function offeredContinuation({ summary, settings }: Over): Continuation {
  const { joint, targetParameters } = settings;
  const active = summary.parameters?.active ?? targetParameters;
  return {
    targetParameters:
      active > targetParameters ? targetParameters : Math.max(1, Math.floor(active * 0.75)),
    moreEpochs: Math.max(1, joint.maxEpochs - joint.warmUpEpochs),
  };
}

/** Why the run cannot be continued so; null = it can. The setting is named that has to change. */
export function continuationProblem(
  { summary, checkpointStep }: Over,
  { targetParameters, moreEpochs }: Continuation,
): string | null {
  if (checkpointStep === null)
    return 'This run has no checkpoint to continue from. Start a new search with the same settings.';
  const active = summary.parameters?.active ?? Infinity;
  if (!(Number.isInteger(targetParameters) && targetParameters >= 1))
    return 'Target: enter a whole number of parameters, 1 or more.';
  if (targetParameters >= active)
    return `Target: enter less than ${active.toLocaleString('en-US')}, the remaining parameters: pruned parameters are not restored.`;
  if (!(Number.isInteger(moreEpochs) && moreEpochs >= 1 && moreEpochs <= mostEpochs))
    return `More epochs: enter a whole number from 1 to ${mostEpochs.toLocaleString('en-US')}.`;
  return null;
}
const mostEpochs = 10_000;

/**
 * The new run: a fork of the last checkpoint, with the target and so many more epochs.
 * @throws Error with `continuationProblem`.
 */
export function continuedRun(
  whole: WholeRun,
  { targetParameters, moreEpochs }: Continuation,
  { id, now }: { id: string; now: number },
): WholeRun {
  const { run, events, checkpoint } = whole;
  const checkpointStep = checkpoint ? run.checkpointStep : null;
  const problem = continuationProblem({ ...run, checkpointStep }, { targetParameters, moreEpochs });
  if (problem !== null || !checkpoint) throw new Error(problem ?? 'there is no checkpoint');
  const { settings, stage, progress, stageEpochs } = checkpoint.checkpoint;
  const done = progress && stage === stageCount(settings.space) ? stageEpochs : 0;
  const jointEpochs = done + moreEpochs + (done === 0 ? settings.joint.warmUpEpochs : 0);
  return forkedRun(
    { run, events, checkpoint },
    { ...sameAs(checkpoint.checkpoint), targetParameters, jointEpochs },
    { id, now, name: `${run.name.slice(0, 100)}, continued` },
  );
}
