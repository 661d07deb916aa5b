/**
 * A second search from a checkpoint of a run: a new run whose events up to there are its parent's, and that differs from
 * there on by a target, lambda, seed, set of levels or length of the joint stage. The parent stays as it is. Pure.
 */
import type { ForkChange } from '../domain/events/ancestry.ts';
import type { SearchEvent } from '../domain/events/events.ts';
import { epochSizes, findProblems } from '../domain/settings/problems.ts';
import { valueAt } from '../domain/settings/path.ts';
import type { SearchSettings } from '../domain/settings/schema.ts';
import { fieldOf } from '../domain/settings/fields.ts';
import { stageCount } from '../domain/spaces/registry.ts';
import { stageEndsOf } from '../engine/search/checkpoint-state.ts';
import type { Checkpoint } from '../engine/search/checkpoint-state.ts';
import { maxEpochs, planStages, roomForTarget } from '../engine/search/schedule.ts';
import { emptySummary } from './records.ts';
import type { WholeRun } from './run-store.ts';
import { ancestorOf, summarize } from './summary.ts';

export interface ForkWish {
  readonly targetParameters: number;
  /** Weight of the regularizers from the checkpoint on; null at a stage's end: the next stage begins at 0. */
  readonly lambda: number | null;
  readonly seed: number;
  readonly granularities: SearchSettings['granularities'];
  /** Epochs that the joint stage may take in all. */
  readonly jointEpochs: number;
}

/** A run up to one of its checkpoints. */
export type ForkPoint = Pick<WholeRun, 'run' | 'events'> & {
  readonly checkpoint: NonNullable<WholeRun['checkpoint']>;
};

/** What forking without a change is. */
export function sameAs({ settings, lambda, progress }: Checkpoint): ForkWish {
  const { targetParameters, seed, granularities, joint } = settings;
  return {
    ...{ targetParameters, seed, granularities, jointEpochs: joint.maxEpochs },
    lambda: progress === null ? null : lambda.lambda,
  };
}

/** With another target, and the room in the joint stage that a smaller one needs: as where the target is steered. */
export function withTarget(wish: ForkWish, checkpoint: Checkpoint, target: number): ForkWish {
  const { settings } = checkpoint;
  const possible = Number.isInteger(target) && target >= 1;
  const jointEpochs = possible
    ? roomForTarget(
        { joint: settings.joint, targetParameters: target },
        { before: settings.targetParameters, done: jointDone(checkpoint) },
      )
    : wish.jointEpochs;
  return { ...wish, targetParameters: target, jointEpochs };
}

const isJoint = ({ settings, stage }: Checkpoint): boolean => stage >= stageCount(settings.space);

/** Epochs of the joint stage before the checkpoint. */
const jointDone = (checkpoint: Checkpoint): number =>
  isJoint(checkpoint) && checkpoint.progress ? checkpoint.stageEpochs : 0;

function settingsOf({ settings }: Checkpoint, wish: ForkWish): SearchSettings {
  const { targetParameters, seed, granularities, jointEpochs } = wish;
  return {
    ...structuredClone(settings),
    ...{ targetParameters, seed, granularities: { ...granularities } },
    joint: { ...settings.joint, maxEpochs: jointEpochs },
  };
}

const changeable = [
  'targetParameters',
  'seed',
  'granularities.operation',
  'granularities.filter',
  'granularities.weight',
  'joint.maxEpochs',
] as const;

/** What differs from the parent from there on. */
export function changesIn(checkpoint: Checkpoint, wish: ForkWish): ForkChange[] {
  const to = settingsOf(checkpoint, wish);
  const at = (settings: SearchSettings, path: string) =>
    valueAt(settings, path) as number | boolean;
  const same = sameAs(checkpoint);
  return [
    ...changeable
      .filter((path) => at(to, path) !== at(checkpoint.settings, path))
      .map((path) => ({
        ...{ setting: path, from: at(checkpoint.settings, path), to: at(to, path) },
      })),
    ...(wish.lambda !== null && same.lambda !== null && wish.lambda !== same.lambda
      ? [{ setting: 'lambda', from: same.lambda, to: wish.lambda }]
      : []),
  ];
}

/** Why it cannot be forked so, by the path of the field (or `lambda`): sentences that name the field and the mend. */
export function forkProblems(
  { checkpoint: { checkpoint, events: count }, events }: ForkPoint,
  wish: ForkWish,
): ReadonlyMap<string, string> {
  const problems = new Map<string, string>();
  const say = (path: string, message: string): void => {
    if (!problems.has(path)) problems.set(path, `${fieldOf.get(path)?.label ?? path}: ${message}`);
  };
  for (const { path, message } of findProblems(settingsOf(checkpoint, wish), null))
    say(path, message);
  if (wish.lambda !== null && !(Number.isFinite(wish.lambda) && wish.lambda >= 0))
    problems.set('lambda', 'Lambda: enter a number, 0 or more.');
  if (!isJoint(checkpoint)) return problems;
  const active = committedParameters(events.slice(0, count));
  if (active !== null && wish.targetParameters >= active)
    say(
      'targetParameters',
      `enter less than ${active.toLocaleString('en-US')}, the remaining parameters at this checkpoint: pruned parameters are not restored.`,
    );
  const done = jointDone(checkpoint);
  if (wish.jointEpochs <= done)
    say('joint.maxEpochs', `enter more than ${done}, the epochs done at this checkpoint.`);
  return problems;
}

/** Active parameters of the committed network after these events; null before the first stage. */
function committedParameters(events: readonly SearchEvent[]): number | null {
  const last = events.findLast(({ type }) => type === 'committed' || type === 'stage-started');
  return last && 'parameters' in last && typeof last.parameters === 'object'
    ? last.parameters.active
    : null;
}

/**
 * The new run: its parent's events up to the checkpoint, then `forked`. Resuming it is all there is to do.
 * @throws Error with the first of `forkProblems`.
 */
export function forkedRun(
  point: ForkPoint,
  wish: ForkWish,
  { id, now, name }: { id: string; now: number; name?: string },
): WholeRun {
  const [problem] = forkProblems(point, wish).values();
  if (problem !== undefined) throw new Error(problem);
  const { run, checkpoint } = point;
  const before = checkpoint.checkpoint;
  const settings = settingsOf(before, wish);
  const forked: Extract<SearchEvent, { type: 'forked' }> = {
    ...{ type: 'forked', step: before.steps, time: before.time },
    stage: Math.min(before.stage, stageCount(before.settings.space)),
    parent: { id: run.id, name: run.name },
    changes: changesIn(before, wish),
    settings,
    maxSteps: mostSteps(point, settings),
  };
  const events = [...point.events.slice(0, checkpoint.events), forked];
  const lineage = {
    ancestry: [...(before.lineage?.ancestry ?? []), ancestorOf(forked)],
    splitSeed: before.lineage?.splitSeed ?? before.settings.seed,
  };
  const lambda = { ...before.lambda, lambda: wish.lambda ?? before.lambda.lambda };
  return {
    run: {
      ...run,
      ...{ id, created: now, updated: now, settings, events: events.length },
      name: name ?? `${run.name.slice(0, 90)}, fork at step ${before.steps}`,
      ...{ status: 'running', deleted: null, imported: false, checkpointStep: checkpoint.step },
      summary: summarize(emptySummary, events),
    },
    events,
    checkpoint: {
      ...checkpoint,
      ...{ runId: id, events: events.length, created: now },
      checkpoint: { ...before, settings, lambda, lineage, events: before.events + 1 },
    },
  };
}

/** Most steps of the whole search with other settings. */
function mostSteps({ checkpoint, events }: ForkPoint, settings: SearchSettings): number {
  const [started] = events;
  if (started?.type !== 'started') return 0;
  const { stepsPerEpoch } = epochSizes(settings, started.dataset.trainImages);
  const stageEnds = [...stageEndsOf(checkpoint.checkpoint)];
  return maxEpochs(planStages({ stageEnds }, settings)) * stepsPerEpoch;
}
