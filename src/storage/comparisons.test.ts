/** Over 250 lines: all cases share one made comparison. */
import 'fake-indexeddb/auto';
import { openDB } from 'idb';
import { beforeAll, describe, expect, it } from 'vitest';
import { comparisonSettings } from '../engine/baselines/preset.ts';
import { emptyComparison } from '../engine/baselines/plan.ts';
import { sampleRun } from '../engine/search/testing/sample-run.ts';
import type { SampleRun } from '../engine/search/testing/sample-run.ts';
import { asFound, MemoryComparisons, openComparisons } from './comparisons.ts';
import type { ComparisonStore } from './comparisons.ts';
import { openStore } from './open.ts';
import { emptySummary } from './records.ts';
import { architectureIn } from './run-store.ts';
import type { ComparisonRecord, RunRecord, TrainingRecord } from './records.ts';
import { Collection } from './collection.ts';
import type { Binned } from './collection.ts';
import { fingerprint, TrainingStore } from './trainings.ts';
import type { TrainingSummary } from './trainings.ts';

let names = 0;
const fresh = (): string => `comparisons-${names++}`;
let sample: SampleRun;
beforeAll(async () => void (sample = await sampleRun()));

const record = (id: string, change: Partial<ComparisonRecord> = {}): ComparisonRecord => ({
  ...{
    id,
    name: `Comparison ${id}`,
    created: 1,
    updated: 1,
    failures: [],
    source: null,
    deleted: null,
    imported: false,
  },
  comparison: emptyComparison({
    dataset: 'fashion-mnist',
    backend: 'cpu',
    settings: comparisonSettings,
    training: { epochs: 1, trainImages: 0, testImages: 0 },
    methods: ['mgas'],
    targets: [500],
    seeds: [1],
  }),
  ...change,
});

const kinds: Record<string, () => Promise<ComparisonStore>> = {
  IndexedDB: async () => (await openComparisons({}, fresh())).store,
  memory: () => Promise.resolve(new MemoryComparisons()),
};

describe.each(Object.keys(kinds))('comparisons in %s', (kind) => {
  it('survive a round trip, latest first', async () => {
    const store = await kinds[kind]!();
    for (const one of [
      record('a', { created: 1 }),
      record('b', { created: 3 }),
      record('c', { created: 2 }),
    ])
      await store.add(one);
    expect((await store.list()).map(({ id }) => id)).toEqual(['b', 'c', 'a']);
    expect(await store.get('c')).toEqual(record('c', { created: 2 }));
    await expect(store.add(record('a'))).rejects.toThrow();
  });

  it('change only the given fields, and can be deleted permanently', async () => {
    const store = await kinds[kind]!();
    await store.add(record('a'));
    await Promise.all([store.update('a', { name: 'Renamed' }), store.update('a', { updated: 9 })]);
    expect(await store.get('a')).toEqual(record('a', { name: 'Renamed', updated: 9 }));
    await store.remove('a');
    expect(await store.list()).toEqual([]);
    await expect(store.update('a', { name: 'x' })).rejects.toThrow("no comparison 'a'");
  });

  it('keep the architectures of their runs until deleted', async () => {
    const store = await kinds[kind]!();
    const architecture = architectureIn(sample.events)!;
    const [one, other] = [
      { method: 'mgas', target: 500, seed: 1 },
      { method: 'random', target: 500, seed: 2 },
    ] as const;
    for (const id of ['a', 'ab']) await store.add(record(id));
    await store.update('a', { updated: 2 }, [asFound(one, architecture)]);
    await store.update('a', {}, [
      asFound(one, { ...architecture, steps: 9 }),
      asFound(other, architecture),
    ]);
    await store.update('ab', {}, [asFound(other, architecture)]);
    expect(await store.foundRuns('a')).toEqual([one, other]);
    expect(await store.architecture('a', one)).toEqual({ ...architecture, steps: 9 });
    expect(await store.architecture('a', { ...one, seed: 2 })).toBeUndefined();
    await store.remove('a');
    expect(await store.foundRuns('a')).toEqual([]);
    expect(await store.foundRuns('ab')).toEqual([other]);
    await expect(store.update('a', {}, [asFound(one, architecture)])).rejects.toThrow(
      "no comparison 'a'",
    );
    expect(await store.foundRuns('a')).toEqual([]);
  });
});

const training = (
  architecture: string,
  state: TrainingRecord['state'],
  updated: number,
): TrainingRecord => ({
  ...{
    architecture,
    state,
    subject: architectureIn(sample.events)!,
    updated,
    source: { kind: 'stored', id: 'x' },
    backend: 'cpu',
    events: [],
    checkpoint: null,
    trained: null,
    worst: [],
  },
});

describe('trainings', () => {
  it('are kept by architecture: the latest unfinished one until its end, and the latest finished one', async () => {
    const store = await TrainingStore.open(fresh());
    for (const one of [
      training('a', 'finished', 1),
      training('a', 'unfinished', 2),
      training('a', 'unfinished', 3),
      training('ab', 'unfinished', 4),
    ])
      await store.save(one);
    expect(await store.of('a')).toEqual({
      unfinished: training('a', 'unfinished', 3),
      finished: training('a', 'finished', 1),
    });
    await store.save(training('a', 'finished', 5));
    expect(await store.of('a')).toEqual({
      unfinished: null,
      finished: training('a', 'finished', 5),
    });
    expect((await store.of('ab')).unfinished?.updated).toBe(4);
    expect(
      (await store.list()).map(({ architecture, state, updated }) => [
        architecture,
        state,
        updated,
      ]),
    ).toEqual([
      ['a', 'finished', 5],
      ['ab', 'unfinished', 4],
    ]);
    await store.remove('unfinished ab');
    expect(await store.of('ab')).toEqual({ unfinished: null, finished: null });
  });

  it('can be deleted and restored, also older records', async () => {
    const store = await TrainingStore.open(fresh());
    const binned: (Binned | null)[] = [];
    const trainings = new Collection<TrainingSummary>({
      stores: () => Promise.resolve([store]),
      onChange: () => Promise.resolve(),
      onBinned: (one) => binned.push(one),
    });
    await store.save(training('a', 'unfinished', 1));
    const [one] = await trainings.list();
    expect(one).not.toHaveProperty('deleted');
    await trainings.bin(one!);
    expect(await trainings.list()).toEqual([]);
    expect((await store.of('a')).unfinished).toBeNull();
    await trainings.restore();
    expect((await store.of('a')).unfinished).toMatchObject(training('a', 'unfinished', 1));
    expect(binned).toEqual([{ id: one!.id, name: one!.name }, null]);
    // A training that starts again takes the place of what is in the bin.
    await trainings.bin(one!);
    await store.save(training('a', 'unfinished', 2));
    expect((await store.of('a')).unfinished?.updated).toBe(2);
  });

  it('are found by the architecture, not by its origin', () => {
    const architecture = architectureIn(sample.events)!;
    expect(fingerprint(structuredClone(architecture))).toBe(fingerprint(architecture));
    expect(fingerprint({ ...architecture, steps: architecture.steps + 1 })).not.toBe(
      fingerprint(architecture),
    );
  });
});

describe('the upgrade to version 4', () => {
  it('from version 3 leaves comparisons as they were, and has room for what they find', async () => {
    const name = fresh();
    const old = await openDB(name, 3, {
      upgrade(database) {
        database.createObjectStore('runs', { keyPath: 'id' }).createIndex('created', 'created');
        for (const store of ['comparisons', 'architectures'])
          database.createObjectStore(store, { keyPath: 'id' });
        database.createObjectStore('events', { keyPath: ['runId', 'first'] });
        database.createObjectStore('checkpoints', { keyPath: ['runId', 'events', 'stageEnd'] });
        database.createObjectStore('trainings', { keyPath: ['architecture', 'state'] });
      },
    });
    await old.put('comparisons', record('a'));
    old.close();
    const { store, obstacle } = await openComparisons({}, name);
    expect(obstacle).toBeNull();
    expect(await store.list()).toEqual([record('a')]);
    expect(await store.foundRuns('a')).toEqual([]);
    await store.update('a', {}, [
      asFound({ method: 'mgas', target: 500, seed: 1 }, architectureIn(sample.events)!),
    ]);
    expect(await store.foundRuns('a')).toHaveLength(1);
    store.close();
  });
});

describe('the upgrade to version 3', () => {
  it('from version 2 leaves runs, events, checkpoints and architectures as they were', async () => {
    const name = fresh();
    const old = await openDB(name, 2, {
      upgrade(database) {
        database.createObjectStore('runs', { keyPath: 'id' }).createIndex('created', 'created');
        database.createObjectStore('events', { keyPath: ['runId', 'first'] });
        database.createObjectStore('checkpoints', { keyPath: ['runId', 'events', 'stageEnd'] });
        database.createObjectStore('architectures', { keyPath: 'id' });
      },
    });
    const run: RunRecord = {
      ...{
        id: 'a',
        name: 'Of version 2',
        tags: ['kept'],
        created: 5,
        updated: 6,
        status: 'stopped',
        settings: sample.settings,
      },
      ...{
        dataset: { name: 'fashion-mnist', source: null },
        backend: 'cpu',
        events: sample.events.length,
        summary: emptySummary,
        checkpointStep: 3,
        deleted: null,
        imported: false,
      },
    };
    const checkpoint = {
      runId: 'a',
      events: 10,
      stageEnd: 0,
      step: 3,
      created: 5,
      checkpoint: sample.checkpoints[0],
    };
    const found = {
      id: 'a',
      runId: 'a',
      name: 'Of version 2',
      created: 5,
      architecture: architectureIn(sample.events)!,
    };
    await old.put('runs', run);
    await old.put('events', { runId: 'a', first: 0, events: sample.events });
    await old.put('checkpoints', checkpoint);
    await old.put('architectures', found);
    old.close();

    const { store, obstacle } = await openStore({}, name);
    expect(obstacle).toBeNull();
    expect(await store.list()).toEqual([run]);
    expect(await store.events('a')).toEqual(sample.events);
    expect(await store.checkpoint('a')).toEqual(checkpoint);
    expect(await store.architectures.list()).toEqual([found]);
    store.close();
    await usable(name);
  });

  it('from version 1 has room for both kinds of record too', async () => {
    const name = fresh();
    const old = await openDB(name, 1, {
      upgrade(database) {
        database.createObjectStore('runs', { keyPath: 'id' });
        database.createObjectStore('events', { keyPath: ['runId', 'first'] });
      },
    });
    await old.put('runs', {
      id: 'a',
      name: 'First',
      created: 5,
      status: 'running',
      settings: sample.settings,
      dataset: 'fashion-mnist',
    });
    await old.put('events', { runId: 'a', first: 0, events: sample.events });
    old.close();
    const { store } = await openStore({}, name);
    expect(await store.get('a')).toMatchObject({ name: 'First', status: 'finished' });
    store.close();
    await usable(name);
  });
});

async function usable(name: string): Promise<void> {
  const { store } = await openComparisons({}, name);
  expect(store.kind).toBe('indexeddb');
  await store.add(record('new'));
  expect(await store.list()).toEqual([record('new')]);
  store.close();
  const trainings = await TrainingStore.open(name);
  await trainings.save(training('a', 'unfinished', 1));
  expect((await trainings.of('a')).unfinished).toEqual(training('a', 'unfinished', 1));
  trainings.close();
}
