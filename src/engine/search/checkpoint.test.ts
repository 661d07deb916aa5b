import { describe, expect, it } from 'vitest';
import { stageEndsOf } from './checkpoint-state.ts';
import type { Checkpoint } from './checkpoint-state.ts';
import type { Architecture } from '../../domain/architecture/schema.ts';
import type { SearchEvent } from '../../domain/events/events.ts';
import { SearchFailure } from './failure.ts';
import { startSearch } from './search.ts';
import { FakeStepper } from './testing/fake-stepper.ts';
import { smallSettings, syntheticData } from './testing/setup.ts';

const settings = smallSettings();
const untimed = (events: readonly SearchEvent[]): object[] =>
  events.map((event) => ({
    ...event,
    time: 0,
    msPerStep: 0,
    timeLeft: 0,
    timeLeftLeast: 0,
    peakMemoryBytes: 0,
  }));

async function search(
  resumeFrom?: Checkpoint,
  every = 5,
): Promise<{ events: SearchEvent[]; checkpoints: Checkpoint[]; architecture: unknown }> {
  const events: SearchEvent[] = [];
  const checkpoints: Checkpoint[] = [];
  const running = startSearch({
    settings,
    data: syntheticData(settings),
    stepper: new FakeStepper({ startAt: resumeFrom?.steps }),
    emit: (event) => events.push(event),
    onCheckpoint: (checkpoint) => checkpoints.push(structuredClone(checkpoint)),
    checkpointEvery: every,
    resumeFrom: resumeFrom && structuredClone(resumeFrom),
  });
  return { architecture: await running.result, events, checkpoints };
}

describe('a search that resumes from a checkpoint', () => {
  it('has the same result and events, from every kind of checkpoint', async () => {
    const whole = await search();
    const phases = new Set(
      whole.checkpoints.map(
        ({ progress }) =>
          `${progress?.phase ?? 'next stage'} ${progress?.step ? 'in an epoch' : 'between'}`,
      ),
    );
    expect([...phases].sort()).toEqual([
      'next stage between',
      'scoring in an epoch',
      'search between',
      'search in an epoch',
      'warm-up in an epoch',
    ]);
    const chosen = [...phases].map((phase) =>
      whole.checkpoints.findLast(
        ({ progress }) =>
          `${progress?.phase ?? 'next stage'} ${progress?.step ? 'in an epoch' : 'between'}` ===
          phase,
      )!,
    );
    for (const checkpoint of [...chosen, whole.checkpoints[0]]) {
      const rest = await search(checkpoint);
      expect(rest.architecture).toEqual(whole.architecture);
      // Its first events only say that it goes on; the reports of its steps depend on the phase told before.
      const told = [
        'step',
        'ratios',
        'pruned',
        'committed',
        'regrown',
        'evaluated',
        'stage-started',
        'stage-finished',
        'finished',
      ];
      const later = (events: readonly SearchEvent[]): SearchEvent[] =>
        events.filter(({ type }) => told.includes(type));
      expect(untimed(later(rest.events))).toEqual(
        untimed(later(whole.events.slice(checkpoint!.events))),
      );
    }
  }, 240_000);

  it('continues from the step at which it was stopped', async () => {
    const whole = await search();
    // In the middle of a report, and far from the checkpoints that are taken in any case.
    for (const at of [1, 50, 51]) {
      const checkpoints: Checkpoint[] = [];
      const steps = { done: 0 };
      const running = startSearch({
        settings,
        data: syntheticData(settings),
        stepper: new FakeStepper({
          onStep: () => {
            if (++steps.done === at) running.stop();
          },
        }),
        emit: () => {},
        onCheckpoint: (checkpoint) => checkpoints.push(structuredClone(checkpoint)),
        checkpointEvery: 10_000,
      });
      await running.result;
      expect(checkpoints.at(-1)?.steps).toBe(at);
      const rest = await search(checkpoints.at(-1));
      expect(rest.architecture).toEqual(whole.architecture);
      const commits = (events: readonly SearchEvent[]): object[] =>
        untimed(events.filter(({ type }) => type === 'committed' || type === 'regrown'));
      expect(commits(rest.events)).toEqual(commits(whole.events.filter(({ step }) => step >= at)));
    }
  });

  it('contains events, settings and time unchanged', async () => {
    const { checkpoints, events } = await search();
    for (const { events: count, settings: held } of checkpoints) {
      expect(events[count - 1]!.type).toBe('checkpoint');
      expect(held).toEqual(settings);
    }
  });

  it('rejects invalid checkpoints with the reason', async () => {
    const { checkpoints } = await search();
    const [checkpoint] = checkpoints;
    const damaged: [Partial<Checkpoint>, RegExp][] = [
      [{ version: 3 as 2 }, /version 3/],
      [{ stageEnds: [0, 7] }, /stages end at cells \[0, 7\]/],
      [
        {
          network: {
            ...checkpoint!.network,
            parameters: { ...checkpoint!.network.parameters, momentum: new Float32Array(3) },
          },
        },
        /momentum holds 3/,
      ],
      [{ stage: 99 }, /stage 99/],
    ];
    for (const [change, message] of damaged) {
      const failure = await search({ ...checkpoint!, ...change }).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(SearchFailure);
      expect((failure as SearchFailure).message).toMatch(message);
    }
  });
});

describe('a checkpoint of version 1', () => {
  it('resumes on its own super-net, which divided its cells by rounding', () => {
    const space = { ...smallSettings().space, cells: 8, stages: 3 };
    const old = { settings: { ...smallSettings(), space } } as Checkpoint;
    expect(stageEndsOf(old)).toEqual([2, 4, 7]);
    expect(stageEndsOf({ ...old, stageEnds: [1, 4, 7] })).toEqual([1, 4, 7]);
  });

  it('resumes to the end although its lambda has a limit and it has no epoch means', async () => {
    const { checkpoints } = await search();
    const { stageEnds: _, ...rest } = checkpoints[1]!;
    const progress = rest.progress && { ...rest.progress };
    delete progress?.epoch;
    const lambda = { ...rest.lambda, limit: 1 };
    const found = await search({ ...rest, version: 1, progress, lambda });
    expect((found.architecture as Architecture).cells).toHaveLength(settings.space.cells);
  });
});
