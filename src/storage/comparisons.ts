/** Where comparisons are kept: IndexedDB, or memory where that is blocked. A write that resolved is durable as a whole. */
import { sameRun } from '../engine/baselines/plan.ts';
import type { RunKey } from '../engine/baselines/plan.ts';
import type { Architecture } from '../domain/architecture/schema.ts';
import { changed, latestFirst, MemoryRecords, settle } from './collection.ts';
import type { ChangeOf, RecordStore } from './collection.ts';
import { foundRange } from './database.ts';
import type { LabDatabase, OpenHandlers } from './database.ts';
import { openOr } from './open.ts';
import type { ComparisonRecord, FoundRecord } from './records.ts';

export type ComparisonChange = ChangeOf<ComparisonRecord>;
/** A run's architecture. */
export type Found = Omit<FoundRecord, 'comparison'>;

export const asFound = ({ method, target, seed }: RunKey, architecture: Architecture): Found => ({
  method,
  target,
  seed,
  architecture,
});

export interface ComparisonStore extends RecordStore<ComparisonRecord> {
  readonly kind: 'indexeddb' | 'memory';
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
    const record = changed('comparison', id, await store.get(id), change);
    await settle(transaction, [
      store.put(record),
      ...found.map((one) => transaction.objectStore('found').put({ ...one, comparison: id })),
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
    await settle(transaction, [
      transaction.objectStore('comparisons').delete(id),
      transaction.objectStore('found').delete(foundRange(id)),
    ]);
  }

  close(): void {
    this.database.close();
  }
}

export class MemoryComparisons extends MemoryRecords<ComparisonRecord> implements ComparisonStore {
  readonly kind = 'memory';
  private found: FoundRecord[] = [];

  constructor() {
    super('comparison');
  }

  override async update(
    id: string,
    change: ComparisonChange,
    found: readonly Found[] = [],
  ): Promise<ComparisonRecord> {
    const record = await super.update(id, change);
    const replaced = (one: FoundRecord): boolean =>
      one.comparison === id && found.some((other) => sameRun(one, other));
    this.found = [
      ...this.found.filter((one) => !replaced(one)),
      ...found.map((one) => ({ ...one, comparison: id })),
    ];
    return record;
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

  override async remove(id: string): Promise<void> {
    await super.remove(id);
    this.found = this.found.filter(({ comparison }) => comparison !== id);
  }

  close(): void {}
}
