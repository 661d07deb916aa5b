import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { sampleRun } from '../engine/search/testing/sample-run.ts';
import type { SampleRun } from '../engine/search/testing/sample-run.ts';
import { MemoryStore } from './memory-store.ts';
import { emptySummary } from './records.ts';
import type { RunRecord } from './records.ts';
import { RunRecorder } from './recorder.ts';

let sample: SampleRun;
beforeAll(async () => void (sample = await sampleRun()));
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const noRoom = new DOMException('full', 'QuotaExceededError');

async function setUp() {
  const store = new MemoryStore();
  const run: RunRecord = {
    ...{
      id: 'a',
      name: 'A',
      tags: [],
      created: 1,
      updated: 1,
      status: 'running',
      settings: sample.settings,
      dataset: { name: 'synthetic', source: null },
    },
    ...{
      backend: 'cpu',
      events: 0,
      summary: emptySummary,
      checkpointStep: null,
      deleted: null,
      imported: false,
    },
  };
  await store.add({ run, events: [], checkpoint: null });
  const problems: (string | null)[] = [];
  const recorder = new RunRecorder({ store, run, onProblem: (problem) => problems.push(problem) });
  const append = vi.spyOn(store, 'append');
  return { store, recorder, problems, append };
}

describe('RunRecorder', () => {
  it('writes events in batches, once a second', async () => {
    const { store, recorder, append } = await setUp();
    const quiet = sample.events.filter(({ type }) => type === 'step').slice(0, 40);
    for (const event of quiet) {
      recorder.push(event);
      await vi.advanceTimersByTimeAsync(100);
    }
    await vi.advanceTimersByTimeAsync(1_000);
    expect(append.mock.calls.length).toBeLessThanOrEqual(5);
    expect(await store.events('a')).toEqual(quiet);
  });

  it('keeps a whole search: events, summary, status, checkpoints with the events before them', async () => {
    const { store, recorder } = await setUp();
    const { events, checkpoints } = sample;
    for (const [i, event] of events.entries()) {
      recorder.push(event);
      const taken = checkpoints.find((checkpoint) => checkpoint.events === i + 1);
      if (!taken) continue;
      recorder.checkpoint(taken);
      if (i % 3) await vi.advanceTimersByTimeAsync(0);
    }
    await recorder.flush();
    expect(await store.events('a')).toEqual(events);
    const last = checkpoints.at(-1)!;
    expect(await store.checkpoint('a')).toMatchObject({
      events: last.events,
      step: last.steps,
      checkpoint: last,
    });
    expect(await store.get('a')).toMatchObject({
      status: 'finished',
      events: events.length,
      checkpointStep: last.steps,
      summary: { step: events.at(-1)!.step },
    });
  });

  it('loses nothing without storage, reports it once, and reports recovery', async () => {
    const { store, recorder, problems, append } = await setUp();
    const { events, checkpoints } = sample;
    append.mockRejectedValue(noRoom);
    for (const event of events.slice(0, 50)) recorder.push(event);
    recorder.checkpoint(checkpoints[0]!);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(problems).toEqual(['the browser grants no more storage']);
    append.mockRestore();
    for (const event of events.slice(50)) recorder.push(event);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(problems).toEqual(['the browser grants no more storage', null]);
    expect(await store.events('a')).toEqual(events);
    expect((await store.checkpoint('a'))!.events).toBe(50);
  });

  it('deletes older checkpoints to free storage', async () => {
    const { store, recorder, problems, append } = await setUp();
    recorder.push(sample.events[0]!);
    for (const checkpoint of sample.checkpoints.slice(0, 2)) {
      recorder.checkpoint(checkpoint);
      await recorder.flush();
    }
    append.mockRejectedValueOnce(noRoom);
    recorder.checkpoint(sample.checkpoints[2]!);
    await recorder.flush();
    expect(problems).toEqual([]);
    expect((await store.checkpoint('a'))!.checkpoint).toEqual(sample.checkpoints[2]);
  });

  it('rewinds to a checkpoint, written or not', async () => {
    const { store, recorder } = await setUp();
    const { events } = sample;
    for (const event of events.slice(0, 20)) recorder.push(event);
    await recorder.flush();
    for (const event of events.slice(20, 30)) recorder.push(event);
    expect(await recorder.rewind(25)).toEqual(events.slice(0, 25));
    expect(recorder.count).toBe(25);
    expect(await recorder.rewind(10)).toEqual(events.slice(0, 10));
    for (const event of events.slice(10)) recorder.push(event);
    await recorder.flush();
    expect(await store.events('a')).toEqual(events);
  });
});
