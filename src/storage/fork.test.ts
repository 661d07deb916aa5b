import { beforeAll, describe, expect, it } from 'vitest';
import type { Architecture } from '../domain/architecture/schema.ts';
import type { SearchEvent } from '../domain/events/events.ts';
import { kindOf } from '../engine/search/checkpoint-state.ts';
import type { Checkpoint } from '../engine/search/checkpoint-state.ts';
import { sampleRun } from '../engine/search/testing/sample-run.ts';
import type { SampleRun } from '../engine/search/testing/sample-run.ts';
import { FakeStepper } from '../engine/search/testing/fake-stepper.ts';
import { syntheticData } from '../engine/search/testing/setup.ts';
import { startSearch } from '../engine/search/search.ts';
import { checkEvents } from './check-events.ts';
import { writeRun } from './files.ts';
import { changesIn, forkedRun, forkProblems, sameAs, withTarget } from './fork.ts';
import type { ForkPoint, ForkWish } from './fork.ts';
import { emptySummary } from './records.ts';
import { restore } from './restore.ts';
import type { WholeRun } from './run-store.ts';
import { summarize } from './summary.ts';

let sample: SampleRun;
let architecture: Architecture;
/** At the commit in the middle of the joint stage. */
let point: ForkPoint;

beforeAll(async () => {
  sample = await sampleRun((settings) => {
    settings.space.stages = 2;
    settings.stage.maxEpochs = 3;
  });
  const end = sample.events.at(-1)!;
  if (end.type !== 'finished') throw new Error(end.type);
  architecture = end.architecture;
  const { stages } = sample.settings.space;
  const commits = sample.checkpoints.filter(
    (one) => kindOf(one) === 'commit' && one.stage === stages,
  );
  point = pointAt(commits[Math.floor(commits.length / 2) - 1]!);
});

function pointAt(checkpoint: Checkpoint): ForkPoint {
  const { settings, events } = sample;
  return {
    run: {
      ...{ id: 'parent', name: 'Parent', tags: [], created: 1, updated: 2, settings },
      ...{ status: 'finished', dataset: { name: 'synthetic', source: null }, backend: null },
      ...{ events: events.length, summary: summarize(emptySummary, events) },
      ...{ checkpointStep: events.at(-1)!.step, deleted: null, imported: false },
    },
    events,
    checkpoint: {
      ...{ runId: 'parent', events: checkpoint.events, step: checkpoint.steps, created: 2 },
      ...{ stageEnd: checkpoint.progress === null ? 1 : 0, checkpoint },
    },
  };
}

const fork = (wish: ForkWish, at = point): WholeRun => forkedRun(at, wish, { id: 'fork', now: 3 });

/** As a worker does: from its checkpoint. @param stopAt a checkpoint, as if the tab was closed after it. */
async function resume(
  { checkpoint, events: before }: WholeRun,
  stopAt = Infinity,
): Promise<{ events: SearchEvent[]; checkpoints: Checkpoint[]; found: Architecture | null }> {
  const resumeFrom = checkpoint!.checkpoint;
  const events = before.slice(0, checkpoint!.events);
  const checkpoints: Checkpoint[] = [];
  const running = startSearch({
    settings: resumeFrom.settings,
    data: syntheticData({ ...resumeFrom.settings, seed: sample.settings.seed }),
    stepper: new FakeStepper({ startAt: resumeFrom.steps }),
    emit: (event) => events.push(event),
    onCheckpoint(one) {
      checkpoints.push(structuredClone(one));
      if (checkpoints.length > stopAt) running.stop();
    },
    resumeFrom: structuredClone(resumeFrom),
    checkpointEvery: 5,
  });
  return { events, checkpoints, found: await running.result };
}

/** What was found, and what happened, without clocks and without what a resumed search says of itself. */
const found = ({ ancestry: _, ...rest }: Architecture) => rest;
const spoken = (events: readonly SearchEvent[]) =>
  events
    .filter(({ type }) => !['resumed', 'phase', 'forked', 'finished'].includes(type))
    .map((event) => ({
      ...{ ...event, time: 0, msPerStep: 0, timeLeft: 0, timeLeftLeast: 0, peakMemoryBytes: 0 },
    }));

describe('a fork', () => {
  it('with the same settings and seed equals its parent from there on', async () => {
    const stageEnd = sample.checkpoints.find((one) => kindOf(one) === 'stage-end')!;
    for (const at of [point, pointAt(stageEnd)]) {
      const before = structuredClone(at);
      const run = fork(sameAs(at.checkpoint.checkpoint), at);
      const { events, found: own } = await resume(run);
      expect(found(own!)).toEqual(found(architecture));
      expect(spoken(events)).toEqual(spoken(sample.events));
      expect(at).toEqual(before);
    }
  });

  it('with another target differs only by what that changes', async () => {
    const at = point.checkpoint.checkpoint;
    const wish = withTarget(sameAs(at), at, 3_000);
    const run = fork(wish);
    const { events, found: own } = await resume(run);
    checkEvents(events, 'events');
    expect(own!.parameters.active).toBeLessThanOrEqual(3_000);
    expect(own!.settings).toEqual({
      ...architecture.settings,
      targetParameters: 3_000,
      joint: { ...architecture.settings.joint, maxEpochs: wish.jointEpochs },
    });
    // The room is that of a target that is steered.
    expect(wish.jointEpochs).toBe(39);
    // Alike up to the step after which the parent met its own target: its last commit removes no more than that takes.
    const last = spoken(sample.events).findLastIndex(({ type }) => type === 'step');
    expect(last).toBeGreaterThan(spoken(run.events).length);
    expect(spoken(events).slice(0, last + 1)).toEqual(spoken(sample.events).slice(0, last + 1));
    expect(events.length).toBeGreaterThan(sample.events.length);
  });

  it('with another seed, lambda or set of levels differs, on the same split', async () => {
    const same = sameAs(point.checkpoint.checkpoint);
    const levels = { ...same.granularities, weight: false };
    const run = fork({ ...same, seed: 77, lambda: same.lambda! + 0.01, granularities: levels });
    expect(run.checkpoint!.checkpoint.lineage!.splitSeed).toBe(sample.settings.seed);
    const { events, checkpoints, found: own } = await resume(run);
    checkEvents(events, 'events');
    const first = events.slice(run.events.length).find(({ type }) => type === 'step');
    expect(first).toMatchObject({ lambda: same.lambda! + 0.01 });
    expect(own!.settings).toMatchObject({ seed: 77, granularities: levels });
    // Later checkpoints know it too: the split holds after a reload.
    expect(checkpoints.at(-1)!.lineage).toEqual(run.checkpoint!.checkpoint.lineage);
    expect(own!.ancestry).toEqual(run.run.summary.ancestry);
    const weights = events
      .slice(run.events.length)
      .flatMap((event) => (event.type === 'pruned' ? event.weights : []));
    expect(weights).toEqual([]);
  });

  it('interrupted and resumed has the same result', async () => {
    const at = point.checkpoint.checkpoint;
    const run = fork({ ...withTarget(sameAs(at), at, 3_000), seed: 5 });
    const whole = await resume(run);
    // At once, before it has a checkpoint of its own; and at a later one.
    expect((await resume(run)).found).toEqual(whole.found);
    const cut = await resume(run, 2);
    const last = cut.checkpoints[1]!;
    const again = await resume({
      ...run,
      events: cut.events,
      checkpoint: { ...run.checkpoint!, events: last.events, checkpoint: last },
    });
    expect(again.found).toEqual(whole.found);
    expect(spoken(again.events)).toEqual(spoken(whole.events));
  });

  it('states its ancestry in record and file, through a fork of a fork', async () => {
    const at = point.checkpoint.checkpoint;
    const run = fork(withTarget(sameAs(at), at, 3_000));
    const ancestor = {
      ...{ id: 'parent', name: 'Parent', step: at.steps },
      changes: [
        { setting: 'targetParameters', from: 6_000, to: 3_000 },
        { setting: 'joint.maxEpochs', from: 20, to: 39 },
      ],
    };
    expect(run.run).toMatchObject({
      ...{ name: `Parent, fork at step ${at.steps}`, status: 'running', imported: false },
      summary: { ancestry: [ancestor], step: at.steps },
    });
    const child = forkedRun({ ...run, checkpoint: run.checkpoint! }, { ...sameAs(run.checkpoint!.checkpoint), seed: 9 }, { id: 'child', now: 4 }); // prettier-ignore
    expect(child.run.summary.ancestry).toEqual([
      ancestor,
      {
        ...{ id: 'fork', name: run.run.name, step: at.steps },
        changes: [{ setting: 'seed', from: sample.settings.seed, to: 9 }],
      },
    ]);
    expect(child.checkpoint!.checkpoint.lineage!.splitSeed).toBe(sample.settings.seed);
    const text = writeRun(child, { weights: true });
    const read = restore(text);
    if (read.kind !== 'run') throw new Error(read.kind);
    expect(read.run.run.summary.ancestry).toEqual(child.run.summary.ancestry);
    expect(read.run.checkpoint!.checkpoint.lineage).toEqual(child.checkpoint!.checkpoint.lineage);
    expect(writeRun(read.run, { weights: true })).toBe(text);
    // A file of version 2 knows no forks.
    const plain = writeRun({ ...point, checkpoint: null }, { weights: false });
    const older = restore(plain.replace('"version":3,"ancestry":[]', '"version":2'));
    if (older.kind !== 'run') throw new Error(older.kind);
    expect(older.run.events).toEqual(point.events);
    // One that contradicts its events is refused.
    expect(() => restore(text.replace('"id":"parent"', '"id":"other"'))).toThrow(/ancestry/);
  });
});

describe('forkProblems', () => {
  it.each<[string, Partial<ForkWish>, string, RegExp]>([
    [
      'a target that is met',
      { targetParameters: 1e6 },
      'targetParameters',
      /^Target size: enter less than [\d,]+, the/,
    ],
    [
      'no target',
      { targetParameters: Number.NaN },
      'targetParameters',
      /^Target size: enter a number/,
    ],
    ['a negative lambda', { lambda: -1 }, 'lambda', /^Lambda: enter a number, 0 or more/],
    ['no seed', { seed: 1.5 }, 'seed', /^Seed: must be a whole number/],
    [
      'no level',
      { granularities: { operation: false, filter: false, weight: false } },
      'granularities',
      /choose at least one level/,
    ],
    [
      'no epochs',
      { jointEpochs: 2 },
      'joint.maxEpochs',
      /^Max epochs of the joint stage: enter more than/,
    ],
  ])('names %s', (_, change, path, message) => {
    // prettier-ignore
    const wish = { ...sameAs(point.checkpoint.checkpoint), ...change };
    expect(forkProblems(point, wish).get(path)).toMatch(message);
    expect(() => fork(wish)).toThrow(message);
  });

  it('finds no problem and no change in the settings of the parent', () => {
    const same = sameAs(point.checkpoint.checkpoint);
    expect([...forkProblems(point, same)]).toEqual([]);
    expect(changesIn(point.checkpoint.checkpoint, same)).toEqual([]);
  });
});
