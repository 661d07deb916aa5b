/** Where comparisons are kept: IndexedDB, or memory where that is blocked. A write that resolved is durable as a whole. */
import type { LabDatabase, OpenHandlers } from './database.ts';
import { openOr } from './open.ts';
import type { ComparisonRecord } from './records.ts';

export type ComparisonChange = Partial<Omit<ComparisonRecord, 'id'>>;

export interface ComparisonStore {
  readonly kind: 'indexeddb' | 'memory';
  /** Latest first; those in the bin too. */
  list(): Promise<ComparisonRecord[]>;
  get(id: string): Promise<ComparisonRecord | undefined>;
  /** @throws Error when its id is taken. */
  add(record: ComparisonRecord): Promise<void>;
  /** Fields of the record; others stay as another tab may have left them. @throws Error when there is no such comparison. */
  update(id: string, change: ComparisonChange): Promise<ComparisonRecord>;
  remove(id: string): Promise<void>;
  close(): void;
}

export async function openComparisons(handlers: OpenHandlers = {}, name?: string): Promise<{ store: ComparisonStore; obstacle: string | null }> {
  const { made, obstacle } = await openOr<ComparisonStore>((database) => new IndexedComparisons(database), () => new MemoryComparisons(), handlers, name);
  return { store: made, obstacle };
}

const latestFirst = (records: ComparisonRecord[]): ComparisonRecord[] => records.sort((a, b) => b.created - a.created);
const missing = (id: string): Error => new Error(`There is no comparison '${id}' in this browser (any more).`);

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

  async update(id: string, change: ComparisonChange): Promise<ComparisonRecord> {
    const transaction = this.database.transaction('comparisons', 'readwrite');
    const old = await transaction.store.get(id);
    if (!old) throw missing(id);
    const record = { ...old, ...change };
    await Promise.all([transaction.store.put(record), transaction.done]);
    return record;
  }

  async remove(id: string): Promise<void> {
    await this.database.delete('comparisons', id);
  }

  close(): void {
    this.database.close();
  }
}

export class MemoryComparisons implements ComparisonStore {
  readonly kind = 'memory';
  private readonly records = new Map<string, ComparisonRecord>();

  list(): Promise<ComparisonRecord[]> {
    return Promise.resolve(latestFirst([...this.records.values()]));
  }

  get(id: string): Promise<ComparisonRecord | undefined> {
    return Promise.resolve(this.records.get(id));
  }

  async add(record: ComparisonRecord): Promise<void> {
    if (this.records.has(record.id)) throw new Error(`There is a comparison '${record.id}' already.`);
    this.records.set(record.id, record);
    return Promise.resolve();
  }

  async update(id: string, change: ComparisonChange): Promise<ComparisonRecord> {
    const old = this.records.get(id);
    if (!old) throw missing(id);
    const record = { ...old, ...change };
    this.records.set(id, record);
    return Promise.resolve(record);
  }

  remove(id: string): Promise<void> {
    this.records.delete(id);
    return Promise.resolve();
  }

  close(): void {}
}
