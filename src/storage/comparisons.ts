/** Where comparisons are kept: IndexedDB, or memory where that is blocked. A write that resolved is durable as a whole. */
import { sameRun } from '../engine/baselines/plan.ts';
import type { RunKey } from '../engine/baselines/plan.ts';
import type { Architecture } from '../domain/architecture/schema.ts';
import { foundRange } from './database.ts';
import type { LabDatabase, OpenHandlers } from './database.ts';
import { openOr } from './open.ts';
import type { ComparisonRecord, FoundRecord } from './records.ts';

export type ComparisonChange = Partial<Omit<ComparisonRecord, 'id'>>;
/** A run's architecture. */
export type Found = Omit<FoundRecord, 'comparison'>;

export const asFound = ({ method, target, seed }: RunKey, architecture: Architecture): Found => ({
  method,
  target,
  seed,
  architecture,
});

export interface ComparisonStore {
  readonly kind: 'indexeddb' | 'memory';
  /** Latest first; those in the bin too. */
  list(): Promise<ComparisonRecord[]>;
  get(id: string): Promise<ComparisonRecord | undefined>;
  /** @throws Error when its id is taken. */
  add(record: ComparisonRecord): Promise<void>;
  /**
   * Fields of the record; others stay as another tab may have left them.
   * @param found architectures to keep with it
   * @throws Error when there is no such comparison.
   */
  update(id: string, change: ComparisonChange, found?: readonly Found[]): Promise<ComparisonRecord>;
  /** Runs whose architectures are kept. */
  foundRuns(id: string): Promise<RunKey[]>;
  architecture(id: string, run: RunKey): Promise<Architecture | undefined>;
  /** With the architectures it found. */
  remove(id: string): Promise<void>;
  close(): void;
}

export async function openComparisons(
  handlers: OpenHandlers = {},
  name?: string,
): Promise<{ store: ComparisonStore; obstacle: string | null }> {
  const { made, obstacle } = await openOr<ComparisonStore>(
    (database) => new IndexedComparisons(database),
    () => new MemoryComparisons(),
    handlers,
    name,
  );
  return { store: made, obstacle };
}

const latestFirst = (records: ComparisonRecord[]): ComparisonRecord[] =>
  records.sort((a, b) => b.created - a.created);
const missing = (id: string): Error =>
  new Error(`There is no comparison '${id}' in this browser (any more).`);

class IndexedComparisons implements ComparisonStore {
  readonly kind = 'indexeddb';

  constructor(private readonly database: LabDatabase) {}

  async list(): Promise<ComparisonRecord[]> {
    return latestFirst(await this.database.getAll('comparisons'));
  }

  get(id: string): Promise<ComparisonRecord | undefined> {
    return this.database.get('comparisons', id);
  }

  async add(record: ComparisonRecord): Promise<void> {
    await this.database.add('comparisons', record);
  }

  async update(
    id: string,
    change: ComparisonChange,
    found: readonly Found[] = [],
  ): Promise<ComparisonRecord> {
    const transaction = this.database.transaction(['comparisons', 'found'], 'readwrite');
    const store = transaction.objectStore('comparisons');
    const old = await store.get(id);
    if (!old) throw missing(id);
    const record = { ...old, ...change };
    await Promise.all([
      store.put(record),
      ...found.map((one) => transaction.objectStore('found').put({ ...one, comparison: id })),
      transaction.done,
    ]);
    return record;
  }

  async foundRuns(id: string): Promise<RunKey[]> {
    // From the keys alone: the architectures are large.
    const keys = await this.database.getAllKeys('found', foundRange(id));
    return keys.map(([, method, target, seed]) => ({
      method: method as RunKey['method'],
      target,
      seed,
    }));
  }

  async architecture(
    id: string,
    { method, target, seed }: RunKey,
  ): Promise<Architecture | undefined> {
    return (await this.database.get('found', [id, method, target, seed]))?.architecture;
  }

  async remove(id: string): Promise<void> {
    const transaction = this.database.transaction(['comparisons', 'found'], 'readwrite');
    await Promise.all([
      transaction.objectStore('comparisons').delete(id),
      transaction.objectStore('found').delete(foundRange(id)),
      transaction.done,
    ]);
  }

  close(): void {
    this.database.close();
  }
}

export class MemoryComparisons implements ComparisonStore {
  readonly kind = 'memory';
  private readonly records = new Map<string, ComparisonRecord>();
  private found: FoundRecord[] = [];

  list(): Promise<ComparisonRecord[]> {
    return Promise.resolve(latestFirst([...this.records.values()]));
  }

  get(id: string): Promise<ComparisonRecord | undefined> {
    return Promise.resolve(this.records.get(id));
  }

  async add(record: ComparisonRecord): Promise<void> {
    if (this.records.has(record.id))
      throw new Error(`There is a comparison '${record.id}' already.`);
    this.records.set(record.id, record);
    return Promise.resolve();
  }

  async update(
    id: string,
    change: ComparisonChange,
    found: readonly Found[] = [],
  ): Promise<ComparisonRecord> {
    const old = this.records.get(id);
    if (!old) throw missing(id);
    const record = { ...old, ...change };
    this.records.set(id, record);
    const replaced = (one: FoundRecord): boolean =>
      one.comparison === id && found.some((other) => sameRun(one, other));
    this.found = [
      ...this.found.filter((one) => !replaced(one)),
      ...found.map((one) => ({ ...one, comparison: id })),
    ];
    return Promise.resolve(record);
  }

  foundRuns(id: string): Promise<RunKey[]> {
    return Promise.resolve(
      this.found
        .filter(({ comparison }) => comparison === id)
        .map(({ method, target, seed }) => ({ method, target, seed })),
    );
  }

  architecture(id: string, run: RunKey): Promise<Architecture | undefined> {
    return Promise.resolve(
      this.found.find((one) => one.comparison === id && sameRun(one, run))?.architecture,
    );
  }

  remove(id: string): Promise<void> {
    this.records.delete(id);
    this.found = this.found.filter(({ comparison }) => comparison !== id);
    return Promise.resolve();
  }

  close(): void {}
}
