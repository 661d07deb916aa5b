/**
 * A run that is over, continued as a new run: from its last checkpoint, towards a smaller target or for more epochs of
 * the joint stage. The run itself stays as it is. Pure.
 */
import type { SearchEvent } from '../domain/events/events.ts';
import type { Steering } from '../domain/events/steering-schema.ts';
import { emptySummary } from './records.ts';
import type { RunRecord } from './records.ts';
import type { WholeRun } from './run-store.ts';
import { summarize } from './summary.ts';

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
    return 'This run has no checkpoint to continue from. Start it anew with the same settings.';
  const active = summary.parameters?.active ?? Infinity;
  if (!(Number.isInteger(targetParameters) && targetParameters >= 1))
    return 'Target: enter a whole number of parameters, 1 or more.';
  if (targetParameters >= active)
    return `Target: enter less than ${active.toLocaleString('en-US')}, the parameters that are left: what is pruned does not come back.`;
  if (!(Number.isInteger(moreEpochs) && moreEpochs >= 1 && moreEpochs <= mostEpochs))
    return `More epochs: enter a whole number from 1 to ${mostEpochs.toLocaleString('en-US')}.`;
  return null;
}
const mostEpochs = 10_000;

/** Changes that carry a search on from the checkpoint as wished, in order. */
export function changesOf(
  { checkpoint }: Pick<NonNullable<WholeRun['checkpoint']>, 'checkpoint'>,
  { targetParameters, moreEpochs }: Continuation,
): Steering[] {
  const { settings, stage, progress, stageEpochs } = checkpoint;
  const done = progress && stage === settings.space.stages ? stageEpochs : 0;
  const set = (setting: 'targetParameters' | 'joint.maxEpochs', value: number): Steering => ({
    kind: 'set',
    setting,
    value,
  });
  return [
    ...(targetParameters === settings.targetParameters
      ? []
      : [set('targetParameters', targetParameters)]),
    // After the target, which makes room of its own: what was asked for counts.
    set('joint.maxEpochs', done + moreEpochs + (done === 0 ? settings.joint.warmUpEpochs : 0)),
  ];
}

/**
 * The new run: events up to the checkpoint, and the changes after them, which a resumed search makes again.
 * @throws Error with `continuationProblem`.
 */
export function continuedRun(
  whole: WholeRun,
  wish: Continuation,
  { id, now }: { id: string; now: number },
): WholeRun {
  const { run, checkpoint } = whole;
  const checkpointStep = checkpoint ? run.checkpointStep : null;
  const problem = continuationProblem({ ...run, checkpointStep }, wish);
  if (problem !== null || !checkpoint) throw new Error(problem ?? 'there is no checkpoint');
  const { steps, time, stage } = checkpoint.checkpoint;
  const kept = whole.events.slice(0, checkpoint.events);
  const events: SearchEvent[] = [
    ...kept,
    ...changesOf(checkpoint, wish).map((change): SearchEvent => ({
      ...{ type: 'steered', step: steps, time, stage, change, refusal: null },
    })),
  ];
  return {
    run: {
      ...run,
      ...{ id, name: `${run.name.slice(0, 100)}, continued`, created: now, updated: now },
      ...{ status: 'running', deleted: null, imported: false },
      settings: checkpoint.checkpoint.settings,
      events: events.length,
      summary: summarize(emptySummary, events),
    },
    events,
    checkpoint: { ...checkpoint, runId: id },
  };
}
