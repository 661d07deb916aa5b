import { beforeAll, expect, it } from 'vitest';
import { sampleRun } from '../engine/search/testing/sample-run.ts';
import { startSearch } from '../engine/search/search.ts';
import { FakeStepper } from '../engine/search/testing/fake-stepper.ts';
import { syntheticData } from '../engine/search/testing/setup.ts';
import type { SearchEvent } from '../domain/events/events.ts';
import { checkEvents } from './check-events.ts';
import { continuationProblem, continuedRun, offeredContinuation } from './continuation.ts';
import { emptySummary } from './records.ts';
import type { WholeRun } from './run-store.ts';
import { summarize } from './summary.ts';

let whole: WholeRun;
beforeAll(async () => {
  const { settings, events, checkpoints } = await sampleRun();
  const checkpoint = checkpoints.at(-1)!;
  whole = {
    run: {
      ...{ id: 'first', name: 'First', tags: ['kept'], created: 1, updated: 2, settings },
      ...{ status: 'finished', dataset: { name: 'synthetic', source: null }, backend: null },
      ...{ events: events.length, summary: summarize(emptySummary, events) },
      ...{ checkpointStep: checkpoint.steps, deleted: null, imported: false },
    },
    events,
    checkpoint: {
      ...{ runId: 'first', events: checkpoint.events, stageEnd: 0, step: checkpoint.steps },
      ...{ created: 2, checkpoint },
    },
  };
});

it('offers a smaller target if the first was met, else the first', () => {
  const { settings, summary } = whole.run;
  const { active } = summary.parameters!;
  expect(offeredContinuation(whole.run)).toEqual({
    targetParameters: Math.floor(active * 0.75),
    moreEpochs: settings.joint.maxEpochs - settings.joint.warmUpEpochs,
  });
  const unmet = { ...settings, targetParameters: 100 };
  expect(offeredContinuation({ ...whole.run, settings: unmet }).targetParameters).toBe(100);
  expect(continuationProblem(whole.run, offeredContinuation(whole.run))).toBeNull();
});

it.each([
  [{ targetParameters: 1e9, moreEpochs: 5 }, /^Target: enter less than/],
  [{ targetParameters: Number.NaN, moreEpochs: 5 }, /^Target: enter a whole number/],
  [{ targetParameters: 10, moreEpochs: 0 }, /^More epochs: enter a whole number/],
])('refuses %o', (wish, message) => {
  expect(continuationProblem(whole.run, wish)).toMatch(message);
  expect(() => continuedRun(whole, wish, { id: 'second', now: 3 })).toThrow(message);
});

it('makes a new run that reaches the new target, and keeps the old one', async () => {
  const before = structuredClone(whole);
  const wish = { targetParameters: 3_000, moreEpochs: 30 };
  const next = continuedRun(whole, wish, { id: 'second', now: 3 });
  expect(whole).toEqual(before);
  expect(next.run).toMatchObject({
    ...{ id: 'second', name: 'First, continued', status: 'running', created: 3 },
    ...{ events: next.events.length, checkpointStep: whole.run.checkpointStep },
  });
  expect(next.checkpoint!.runId).toBe('second');
  checkEvents(next.events, 'events');
  // What a worker does with it: see recording.ts.
  const changes = next.events
    .slice(next.checkpoint!.events)
    .flatMap((event) => (event.type === 'steered' ? [event.change] : []));
  const events: SearchEvent[] = [];
  const running = startSearch({
    settings: next.run.settings,
    data: syntheticData(next.run.settings),
    stepper: new FakeStepper({ startAt: next.checkpoint!.step }),
    emit: (event) => events.push(event),
    resumeFrom: next.checkpoint!.checkpoint,
  });
  for (const change of changes) running.steer(change);
  const architecture = await running.result;
  expect(architecture).toMatchObject({
    targetReached: true,
    settings: { targetParameters: 3_000 },
  });
  checkEvents([...next.events.slice(0, next.checkpoint!.events), ...events], 'events');
  const done = next.checkpoint!.checkpoint.stageEpochs;
  expect(architecture!.settings.joint.maxEpochs).toBe(done + 30);
});
