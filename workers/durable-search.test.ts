import { describe, expect, it } from 'vitest';
import type { Checkpoint } from '../src/engine/search/checkpoint-state.ts';
import type { SearchEvent } from '../src/domain/events/events.ts';
import { FakeStepper } from '../src/engine/search/testing/fake-stepper.ts';
import { sampleRun } from '../src/engine/search/testing/sample-run.ts';
import type { Steering } from '../src/domain/events/steering-schema.ts';
import { smallSettings, syntheticData } from '../src/engine/search/testing/setup.ts';
import { DurableSearch, mostLosses } from './durable-search.ts';

interface Setup {
  /** Whether this device is lost, at which of its steps. */
  lossAt: (device: number) => number | null;
  /** Whether opening this device fails. */
  refuses?: (device: number) => boolean;
  /** Called with every event, to steer. */
  onEvent?: (event: SearchEvent, durable: DurableSearch) => void;
}

/** Runs a search to its end; a loss comes from the device, as `device.lost` would. */
async function search({ lossAt, refuses = () => false, onEvent }: Setup) {
  const settings = smallSettings();
  const events: SearchEvent[] = [];
  let kept = 0;
  let devices = 0;
  const checkpoints: Checkpoint[] = [];
  await new Promise<void>((resolve, reject) => {
    const durable = new DurableSearch({
      search: { settings, data: syntheticData(settings), checkpointEvery: 5 },
      resumeFrom: null,
      createStepper(lost) {
        const device = devices++;
        if (refuses(device)) return Promise.reject(new Error('no adapter'));
        const startAt = checkpoints.at(-1)?.steps ?? 0;
        const at = lossAt(device);
        return Promise.resolve(
          new FakeStepper({
            startAt,
            onStep: (step) =>
              at !== null && step === startAt + at && queueMicrotask(() => lost('driver reset')),
          }),
        );
      },
      emit(event) {
        events.push(event);
        onEvent?.(event, durable);
      },
      onCheckpoint(checkpoint) {
        kept = events.length;
        checkpoints.push(checkpoint);
      },
      async rewind() {
        await Promise.resolve();
        events.length = kept;
      },
      onOver: resolve,
      retryDelays: [0, 0],
    });
    durable.start().catch(reject);
  });
  return { events, devices };
}

const architectureIn = (events: readonly SearchEvent[]) => {
  const last = events.at(-1)!;
  return last.type === 'finished' ? last.architecture : null;
};

describe('a search whose device is lost', () => {
  it('resumes from its last checkpoint, with the same result', async () => {
    const sample = await sampleRun();
    const { events, devices } = await search({ lossAt: (device) => (device < 5 ? 9 : null) });
    expect(devices).toBe(6);
    expect(events.filter(({ type }) => type === 'device-lost')).toHaveLength(5);
    expect(architectureIn(events)).toEqual(architectureIn(sample.events));
    const steps = (all: readonly SearchEvent[]) =>
      all.flatMap((event) => (event.type === 'step' ? [[event.step, event.crossEntropy]] : []));
    expect(steps(events).map(([step]) => step)).toEqual(steps(sample.events).map(([step]) => step));
  });

  it('repeats the changes made since its checkpoint', async () => {
    const changes: Steering[] = [
      { kind: 'set', setting: 'targetParameters', value: 1_000 },
      { kind: 'protect', cell: 0, edge: 0, operation: 'skip_connect' },
    ];
    const waiting = [...changes];
    const { events } = await search({
      lossAt: (device) => (device === 0 ? 9 : null),
      // The first after the first checkpoint, the second once the first is reported: both before the loss.
      onEvent(event, durable) {
        if (
          (event.type === 'checkpoint' && waiting.length === 2) ||
          (event.type === 'steered' && waiting.length === 1)
        )
          durable.steer(waiting.shift()!);
      },
    });
    const told = events.flatMap((event) =>
      event.type === 'steered' && !event.automatic ? [event] : [],
    );
    expect(waiting).toEqual([]);
    expect(told.map(({ change }) => change)).toEqual(changes);
    const last = events.at(-1)!;
    expect(last.type === 'finished' && last.architecture.settings.targetParameters).toBe(1_000);
    const loss = events.findIndex(({ type }) => type === 'device-lost');
    expect(events.findIndex(({ type }) => type === 'steered')).toBeGreaterThan(loss);
  });

  it('restarts if there is no checkpoint yet', async () => {
    const { events } = await search({ lossAt: (device) => (device === 0 ? 1 : null) });
    expect(events.slice(0, 2).map(({ type }) => type)).toEqual(['started', 'device-lost']);
    expect(events.filter(({ type }) => type === 'started')).toHaveLength(1);
    expect(architectureIn(events)).not.toBeNull();
  });

  it('ends with advice when it is lost three times with no checkpoint between', async () => {
    const { events, devices } = await search({ lossAt: () => 1 });
    expect(devices).toBe(mostLosses);
    expect(events.at(-1)).toMatchObject({ type: 'failed', code: 'device-lost' });
  });

  it('retries if no device is available at once, and ends if none is', async () => {
    const once = await search({
      lossAt: (device) => (device === 0 ? 9 : null),
      refuses: (device) => device === 1,
    });
    expect(architectureIn(once.events)).not.toBeNull();
    const never = await search({
      lossAt: (device) => (device === 0 ? 9 : null),
      refuses: (device) => device > 0,
    });
    expect(never.events.at(-1)).toMatchObject({
      type: 'failed',
      message: expect.stringContaining('no adapter') as string,
    });
  });
});
