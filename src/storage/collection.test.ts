import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, it } from 'vitest';
import { emptyComparison } from '../engine/baselines/plan.ts';
import { comparisonSettings } from '../engine/baselines/preset.ts';
import { binTime, Collection } from './collection.ts';
import type { Binned } from './collection.ts';
import { MemoryComparisons, openComparisons } from './comparisons.ts';
import type { ComparisonStore } from './comparisons.ts';
import type { ComparisonRecord } from './records.ts';

let names = 0;
let now = 0;
beforeEach(() => void (now = 1_000_000));

const record = (id: string, created: number, deleted: number | null = null): ComparisonRecord => ({
  ...{ id, name: `Comparison ${id}`, created, updated: 1, failures: [], source: null },
  ...{ deleted, imported: false },
  comparison: emptyComparison({
    dataset: 'fashion-mnist',
    backend: 'cpu',
    settings: comparisonSettings,
    training: { epochs: 1, trainImages: 0, testImages: 0 },
    methods: ['mgas'],
    targets: [500],
    seeds: [1],
  }),
});

const kinds: Record<string, () => Promise<ComparisonStore>> = {
  IndexedDB: async () => (await openComparisons({}, `collection-${names++}`)).store,
  memory: () => Promise.resolve(new MemoryComparisons()),
};

describe.each(Object.keys(kinds))('a collection in %s', (kind) => {
  async function open(...records: ComparisonRecord[]) {
    const store = await kinds[kind]!();
    for (const one of records) await store.add(one);
    return { store, ...over(store) };
  }
  function over(...stores: ComparisonStore[]) {
    const changes: string[] = [];
    const offers: (Binned | null)[] = [];
    const collection = new Collection<ComparisonRecord>({
      stores: () => Promise.resolve(stores),
      onChange: async (id) => void changes.push(id),
      onBinned: (binned) => offers.push(binned),
      now: () => now,
    });
    const ids = async () => (await collection.list()).map(({ id }) => id);
    return { collection, ids, changes, offers };
  }
  const stored = async (store: ComparisonStore) => (await store.list()).map(({ id }) => id);

  it('renames, and sets a default name', async () => {
    const { collection, store, changes } = await open(record('a', 1));
    await collection.rename('a', `  ${'x'.repeat(200)}`);
    expect((await store.get('a'))!.name).toBe('x'.repeat(120));
    await collection.rename('a', '  ');
    expect((await store.get('a'))!.name).toBe('Untitled');
    expect(changes).toEqual(['a', 'a']);
  });

  it('deletes and restores, and then removes earlier deletions permanently', async () => {
    const [a, b] = [record('a', 1), record('b', 2)];
    const { collection, store, ids, offers } = await open(a, b);
    await collection.bin(a);
    expect([await ids(), await stored(store)]).toEqual([['b'], ['b', 'a']]);
    expect(await collection.restore()).toBe('a');
    expect(await store.get('a')).toEqual(a);
    expect(await collection.restore()).toBeNull();
    await collection.bin(a);
    await collection.bin(b);
    expect(await stored(store)).toEqual(['b']);
    expect(await collection.restore()).toBe('b');
    expect(await ids()).toEqual(['b']);
    expect(offers.at(-1)).toBeNull();
  });

  it('lets another tab restore what it deleted itself', async () => {
    const [a, b] = [record('a', 1), record('b', 2)];
    const { collection, store, ids } = await open(a, b);
    const other = over(store).collection;
    await collection.bin(a);
    await other.bin(b);
    // The other tab deletes once more: only its own is gone for good.
    await other.bin(record('z', 1)).catch(() => {});
    expect(await stored(store)).toEqual(['a']);
    await collection.restore();
    expect(await ids()).toEqual(['a']);
  });

  it('at the start removes old deletions, and offers to restore the last one', async () => {
    const { collection, store, offers, ids } = await open(
      record('old', 1, now - binTime - 1),
      record('new', 2, now - binTime + 1),
      record('newest', 4, now - binTime + 2),
      record('kept', 3),
    );
    await collection.open();
    expect(await stored(store)).toEqual(['newest', 'kept', 'new']);
    expect(offers).toEqual([{ id: 'newest', name: 'Comparison newest' }]);
    await collection.restore();
    expect(await ids()).toEqual(['newest', 'kept']);
  });

  it('spans stores: each change is made in the store of the record', async () => {
    const { store } = await open(record('a', 1));
    const memory = new MemoryComparisons();
    await memory.add(record('m', 1));
    const { collection, ids } = over(memory, store);
    await collection.rename('a', 'A');
    await collection.rename('m', 'M');
    expect([(await store.get('a'))!.name, (await memory.get('m'))!.name]).toEqual(['A', 'M']);
    expect(await ids()).toEqual(['m', 'a']);
    await expect(collection.rename('z', 'Z')).rejects.toThrow("no comparison 'z'");
  });
});
