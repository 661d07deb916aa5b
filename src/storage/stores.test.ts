/** Over 250 lines: both stores meet the same cases. */
import 'fake-indexeddb/auto';
import { openDB } from 'idb';
import { beforeAll, describe, expect, it } from 'vitest';
import { kindOf } from '../engine/search/checkpoint-state.ts';
import { sampleRun } from '../engine/search/testing/sample-run.ts';
import type { SampleRun } from '../engine/search/testing/sample-run.ts';
import { databaseVersion, openDatabase } from './database.ts';
import { IndexedStore } from './indexed-store.ts';
import { MemoryStore } from './memory-store.ts';
import { openStore } from './open.ts';
import { emptySummary } from './records.ts';
import type { RunRecord, RunRecordV1 } from './records.ts';
import type { RunStore } from './run-store.ts';

let sample: SampleRun;
let names = 0;
beforeAll(async () => void (sample = await sampleRun()));

const record = (id: string, change: Partial<RunRecord> = {}): RunRecord => ({
  ...{
    id,
    name: `Run ${id}`,
    tags: [],
    created: 1,
    updated: 1,
    status: 'running',
    settings: sample.settings,
  },
  ...{
    dataset: { name: 'synthetic', source: null },
    backend: 'cpu',
    events: 0,
    summary: emptySummary,
    checkpointStep: null,
    deleted: null,
    imported: false,
  },
  ...change,
});
const checkpoint = (i: number, stageEnd: 0 | 1 = 0) => {
  const one = sample.checkpoints[i]!;
  return { events: one.events, stageEnd, step: one.steps, created: 1, checkpoint: one };
};

const kinds: Record<string, () => Promise<RunStore>> = {
  IndexedStore: async () => new IndexedStore(await openDatabase({}, `lab-${names++}`)),
  MemoryStore: () => Promise.resolve(new MemoryStore()),
};

describe.each(Object.keys(kinds))('%s', (kind) => {
  const open = async (...runs: RunRecord[]) => {
    const store = await kinds[kind]!();
    for (const run of runs) await store.add({ run, events: [], checkpoint: null });
    return store;
  };

  it('returns added runs, latest first', async () => {
    const store = await open(
      record('a', { created: 1 }),
      record('b', { created: 3 }),
      record('c', { created: 2 }),
    );
    expect((await store.list()).map(({ id }) => id)).toEqual(['b', 'c', 'a']);
    expect(await store.get('c')).toEqual(record('c', { created: 2 }));
    await expect(store.add({ run: record('a'), events: [], checkpoint: null })).rejects.toThrow();
  });

  it('appends events in batches, with the record\u2019s change', async () => {
    const store = await open(record('a'), record('ab'));
    const { events } = sample;
    for (let first = 0; first < events.length; first += 7) {
      const batch = events.slice(first, first + 7);
      await store.append('a', { first, events: batch, change: { events: first + batch.length } });
    }
    await store.append('ab', { first: 0, events: events.slice(0, 2), change: { events: 2 } });
    expect(await store.events('a')).toEqual(events);
    expect(await store.events('a', 10)).toEqual(events.slice(10));
    expect((await store.get('a'))!.events).toBe(events.length);
    expect((await store.architectures.list()).map(({ id }) => id)).toEqual(['a']);
    await expect(store.append('z', { first: 0, events, change: {} })).rejects.toThrow("no run 'z'");
  });

  it('writing a batch again changes nothing', async () => {
    const store = await open(record('a'));
    for (let i = 0; i < 2; i++)
      await store.append('a', {
        first: 0,
        events: sample.events.slice(0, 5),
        change: { events: 5 },
      });
    expect(await store.events('a')).toEqual(sample.events.slice(0, 5));
  });

  it('keeps the latest two checkpoints, every commit and every stage\u2019s end, and lists them', async () => {
    const store = await open(record('a'));
    const taken = sample.checkpoints.slice(0, 9);
    for (const [i, { progress }] of taken.entries())
      await store.append('a', {
        ...{ first: 0, events: [], change: {} },
        checkpoint: checkpoint(i, progress === null ? 1 : 0),
      });
    const wanted = taken.filter((one, i) => i >= taken.length - 2 || kindOf(one) !== 'interval');
    expect(wanted.length).toBeLessThan(taken.length);
    expect((await store.checkpoint('a'))!.checkpoint).toEqual(taken.at(-1));
    expect((await store.checkpoint('a', wanted[0]!.events))!.checkpoint).toEqual(wanted[0]);
    expect(await store.checkpoints('a')).toMatchObject(
      wanted.map((one) => ({ events: one.events, step: one.steps, kind: kindOf(one) })),
    );
    // A record of before there was a list.
    await store.update('a', { checkpoints: undefined });
    expect(await store.checkpoints('a')).toMatchObject(wanted.map(({ events }) => ({ events })));
    const left: number[] = [];
    for (let one = await store.checkpoint('a'); one; one = await store.checkpoint('a')) {
      left.unshift(one.events);
      await store.cut('a', one.events - 1, {});
    }
    expect(left).toEqual(wanted.map(({ events }) => events));
    expect(await store.checkpoints('a')).toEqual([]);
  });

  it('truncates to a checkpoint', async () => {
    const store = await open(record('a', { status: 'failed' }));
    const { events } = sample;
    await store.append('a', {
      first: 0,
      events: events.slice(0, 30),
      change: {},
      checkpoint: { ...checkpoint(0), events: 10 },
    });
    await store.append('a', {
      first: 30,
      events: events.slice(30),
      change: { events: events.length },
      checkpoint: { ...checkpoint(1), events: 40 },
    });
    await store.cut('a', 12, { status: 'running' });
    expect(await store.events('a')).toEqual(events.slice(0, 12));
    expect(await store.get('a')).toMatchObject({ events: 12, status: 'running' });
    expect((await store.checkpoint('a'))!.events).toBe(10);
    expect(await store.architectures.list()).toEqual([]);
  });

  it('removes a run with all its records, and nothing else', async () => {
    const store = await open(record('a'), record('aa'));
    for (const id of ['a', 'aa'])
      await store.append(id, {
        first: 0,
        events: sample.events,
        change: {},
        checkpoint: checkpoint(0),
      });
    await store.remove('a');
    expect(await store.get('a')).toBeUndefined();
    expect(await store.events('a')).toEqual([]);
    expect(await store.checkpoint('a')).toBeUndefined();
    expect(await store.events('aa')).toEqual(sample.events);
    expect((await store.architectures.list()).map(({ id }) => id)).toEqual(['aa']);
  });

  it('keeps a latency with its architecture while that is unchanged', async () => {
    const store = await open(record('a'));
    await store.append('a', { first: 0, events: sample.events, change: {} });
    // As stored before latencies could be: without the field.
    const before = (await store.architectures.list())[0]!;
    expect(before).not.toHaveProperty('latency');
    const latency = {
      images: 1,
      passes: 20,
      median: 1.5,
      percentile95: 2.5,
      adapter: 'An adapter',
      measured: 7,
    };
    await store.architectures.add({ ...before, id: 'file', runId: null });
    await store.architectures.update('a', { latency });
    await store.architectures.update('file', { latency: { ...latency, median: 9 } });
    await store.architectures.update('file', { latency });
    expect(await store.architectures.list()).toEqual([
      { ...before, latency },
      { ...before, id: 'file', runId: null, latency },
    ]);
    await expect(store.architectures.update('z', { latency })).rejects.toThrow(
      "no architecture 'z'",
    );
    // The run goes on, and finds its architecture anew.
    await store.cut('a', 5, {});
    await store.append('a', { first: 5, events: sample.events.slice(5), change: {} });
    expect((await store.architectures.list()).find(({ id }) => id === 'a')).toEqual(before);
  });

  it('deletes all but the latest checkpoint to free storage', async () => {
    const store = await open(record('a'));
    for (let i = 0; i < 3; i++)
      await store.append('a', { first: 0, events: [], change: {}, checkpoint: checkpoint(i) });
    expect(await store.thinCheckpoints('a')).toBe(true);
    expect(await store.thinCheckpoints('a')).toBe(false);
    expect((await store.checkpoint('a'))!.events).toBe(sample.checkpoints[2]!.events);
  });
});

describe('the upgrade', () => {
  it('from version 1 keeps every run, and derives missing fields from its events', async () => {
    const name = `lab-${names++}`;
    const { events, settings } = sample;
    const old = await openDB(name, 1, {
      upgrade(database) {
        database.createObjectStore('runs', { keyPath: 'id' });
        database.createObjectStore('events', { keyPath: ['runId', 'first'] });
      },
    });
    const run: RunRecordV1 = {
      id: 'a',
      name: 'First',
      created: 5,
      status: 'running',
      settings,
      dataset: 'fashion-mnist',
    };
    await old.put('runs', run);
    await old.put('runs', { ...run, id: 'b' });
    await old.put('events', { runId: 'a', first: 0, events: events.slice(0, 20) });
    await old.put('events', { runId: 'a', first: 20, events: events.slice(20) });
    await old.put('events', { runId: 'b', first: 0, events: events.slice(0, 20) });
    old.close();

    const { store, obstacle } = await openStore({}, name);
    expect(obstacle).toBeNull();
    const finished = events.at(-1)!;
    if (finished.type !== 'finished') throw new Error('the sample did not finish');
    expect(await store.get('a')).toEqual({
      ...{ id: 'a', name: 'First', tags: [], created: 5, updated: 5, status: 'finished', settings },
      ...{
        dataset: { name: 'fashion-mnist', source: null },
        backend: null,
        events: events.length,
        checkpointStep: null,
        deleted: null,
        imported: false,
      },
      summary: {
        ...{ step: finished.step, time: finished.time, stage: settings.space.stages },
        ...{
          parameters: finished.parameters,
          accuracy: finished.accuracy,
          images: events.findLast((event) => event.type === 'evaluated')?.images,
          targetReached: finished.targetReached,
        },
      },
    });
    expect(await store.get('b')).toMatchObject({ status: 'running', events: 20 });
    expect(await store.events('a')).toEqual(events);
    expect((await store.architectures.list()).map(({ architecture }) => architecture)).toEqual([
      finished.architecture,
    ]);
    store.close();
  });

  it('of a newer database is rejected with a message, and the lab continues in memory', async () => {
    const name = `lab-${names++}`;
    (await openDB(name, databaseVersion + 1)).close();
    const { store, obstacle } = await openStore({}, name);
    expect(store.kind).toBe('memory');
    expect(obstacle).toContain('newer version');
  });
});
