/**
 * What the lab's collections (runs, architectures, comparisons, trainings) have in common: a list of named records, a
 * bin, and the way back from it. Where the records lie is a store's matter (`RecordStore`); the words that stores refuse
 * with, and how they wait for a transaction, are here too.
 */

export interface NamedRecord {
  readonly id: string;
  readonly name: string;
  /** When it was put into the bin, in milliseconds since 1970; null or absent = it was not. */
  readonly deleted?: number | null;
}

export type ChangeOf<R extends NamedRecord> = Partial<Omit<R, 'id'>>;

export interface RecordStore<R extends NamedRecord> {
  /** In the order in which they are shown; those in the bin too. */
  list(): Promise<R[]>;
  /** Fields of a record; others stay as another tab may have left them. @throws Error when there is no such record. */
  update(id: string, change: ChangeOf<R>): Promise<unknown>;
  /** For good, with all that belongs to it. */
  remove(id: string): Promise<void>;
}

/** Just put into the bin. */
export type Binned = Pick<NamedRecord, 'id' | 'name'>;

/** Milliseconds for which something deleted can be restored, by this tab or another. */
export const binTime = 10 * 60_000;

const longestName = 120;
export const nameOf = (text: string): string => text.trim().slice(0, longestName) || 'Untitled';

export interface CollectionOptions<R extends NamedRecord> {
  /** Where records lie: a change goes to the first that has the record. */
  readonly stores: () => Promise<readonly RecordStore<R>[]>;
  /** After every change by the user: to report it to other tabs, and to read the list again. */
  readonly onChange: (id: string) => Promise<void>;
  /** What can be restored now: null = nothing. */
  readonly onBinned: (binned: Binned | null) => void;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

export class Collection<R extends NamedRecord> {
  private binned: Binned | null = null;
  private readonly now: () => number;

  constructor(private readonly options: CollectionOptions<R>) {
    this.now = options.now ?? Date.now;
  }

  /** Without those in the bin. */
  async list(): Promise<R[]> {
    return (await this.everything()).flatMap(({ record }) => (isBinned(record) ? [] : [record]));
  }

  async update(id: string, change: ChangeOf<R>): Promise<void> {
    const stores = await this.options.stores();
    const { store } = (await this.everything()).find(({ record }) => record.id === id) ?? {
      store: stores[0],
    };
    try {
      await store?.update(id, change);
    } finally {
      await this.options.onChange(id);
    }
  }

  rename(id: string, name: string): Promise<void> {
    return this.update(id, { name: nameOf(name) } as ChangeOf<R>);
  }

  /** It can be restored until the next one is put into the bin, or for ten minutes over a reload. */
  async bin({ id, name }: Binned): Promise<void> {
    await this.removeLast();
    await this.update(id, { deleted: this.now() } as ChangeOf<R>);
    this.offer({ id, name });
  }

  /** @returns the id of what was restored; null = nothing was in the bin. */
  async restore(): Promise<string | null> {
    const { binned } = this;
    if (!binned) return null;
    this.offer(null);
    await this.update(binned.id, { deleted: null } as ChangeOf<R>);
    return binned.id;
  }

  /**
   * At the start: removes for good what has been in the bin for long, whoever put it there, and offers what came there
   * last.
   */
  async open(): Promise<void> {
    const before = this.now() - binTime;
    await this.remove(({ deleted }) => (deleted ?? Infinity) < before);
    const binned = (await this.everything()).map(({ record }) => record).filter(isBinned);
    const last = binned.sort((a, b) => b.deleted! - a.deleted!)[0];
    if (last) this.offer({ id: last.id, name: last.name });
  }

  private async removeLast(): Promise<void> {
    const last = this.binned;
    if (!last) return;
    this.offer(null);
    // Unless another tab has restored it.
    await this.remove((record) => record.id === last.id && isBinned(record));
  }

  private async remove(which: (record: R) => boolean): Promise<void> {
    for (const { record, store } of await this.everything())
      if (which(record)) await store.remove(record.id);
  }

  private async everything(): Promise<{ record: R; store: RecordStore<R> }[]> {
    const lists = (await this.options.stores()).map(async (store) =>
      (await store.list()).map((record) => ({ record, store })),
    );
    return (await Promise.all(lists)).flat();
  }

  private offer(binned: Binned | null): void {
    this.binned = binned;
    this.options.onBinned(binned);
  }
}

export const isBinned = ({ deleted }: Pick<NamedRecord, 'deleted'>): boolean =>
  (deleted ?? null) !== null;

export const latestFirst = <R extends { readonly created: number }>(records: R[]): R[] =>
  records.sort((a, b) => b.created - a.created);

/** @throws Error where there is no such record. */
export function changed<R extends NamedRecord>(
  what: string,
  id: string,
  old: R | undefined,
  change: ChangeOf<R>,
): R {
  if (!old) throw missing(what, id);
  return { ...old, ...change };
}

export const missing = (what: string, id: string): Error =>
  new Error(`There is no ${what} '${id}' in this browser.`);
export const taken = (what: string, id: string): Error =>
  new Error(`${what} '${id}' exists in this browser already.`);

/** Records in memory, where IndexedDB is blocked. Rejects, as IndexedDB does, rather than throws. */
export class MemoryRecords<R extends NamedRecord & { readonly created: number }> {
  private readonly records = new Map<string, R>();

  constructor(private readonly what: string) {}

  async list(): Promise<R[]> {
    return latestFirst([...this.records.values()]);
  }

  async get(id: string): Promise<R | undefined> {
    return this.records.get(id);
  }

  /** @throws Error when its id is taken. */
  async add(record: R): Promise<void> {
    if (this.records.has(record.id)) throw taken(this.what, record.id);
    this.records.set(record.id, record);
  }

  async update(id: string, change: ChangeOf<R>): Promise<R> {
    const record = changed(this.what, id, this.records.get(id), change);
    this.records.set(id, record);
    return record;
  }

  async remove(id: string): Promise<void> {
    this.records.delete(id);
  }

  /** In place of what was there. */
  put(record: R): void {
    this.records.set(record.id, record);
  }
}

/**
 * Waits for the transaction too: only then is it stored. What it says of a failure (no room) comes before what its
 * writes say.
 */
export async function settle(
  transaction: { done: Promise<void> },
  writes: readonly Promise<unknown>[],
): Promise<void> {
  const done = transaction.done.then(
    () => null,
    (error: unknown) => ({ error }),
  );
  const failed = (await Promise.allSettled(writes)).find((result) => result.status === 'rejected');
  const ended = await done;
  if (ended) throw ended.error;
  if (failed) throw failed.reason;
}
