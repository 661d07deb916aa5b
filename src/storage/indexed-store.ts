/** Runs in IndexedDB. */
import type { SearchEvent } from '../domain/events/events.ts';
import { checkpointRange, eventRange } from './database.ts';
import type { LabDatabase } from './database.ts';
import { changed, settle } from './collection.ts';
import type { ChangeOf } from './collection.ts';
import { infoOf, isSame, keepWithin } from './kept-checkpoints.ts';
import type { ArchitectureRecord, CheckpointInfo, CheckpointRecord, RunRecord } from './records.ts';
import { architectureIn } from './run-store.ts';
import type { ArchitectureStore, Progress, RunStore, WholeRun } from './run-store.ts';

const everything = ['runs', 'events', 'checkpoints', 'architectures'] as const;

export class IndexedStore implements RunStore {
  readonly kind = 'indexeddb';

  readonly architectures: ArchitectureStore;

  constructor(private readonly database: LabDatabase) {
    this.architectures = new IndexedArchitectures(database);
  }

  async list(): Promise<RunRecord[]> {
    return (await this.database.getAllFromIndex('runs', 'created')).reverse();
  }

  get(id: string): Promise<RunRecord | undefined> {
    return this.database.get('runs', id);
  }

  async add({ run, events, checkpoint }: WholeRun): Promise<void> {
    const transaction = this.write();
    await settle(transaction, [
      transaction
        .objectStore('runs')
        .add(checkpoint ? { ...run, checkpoints: [infoOf(checkpoint)] } : run),
      transaction.objectStore('events').put({ runId: run.id, first: 0, events }),
      ...(checkpoint
        ? [transaction.objectStore('checkpoints').put({ ...checkpoint, runId: run.id })]
        : []),
      ...this.keepArchitecture(transaction, run, events),
    ]);
  }

  async update(id: string, change: ChangeOf<RunRecord>): Promise<RunRecord> {
    const transaction = this.database.transaction('runs', 'readwrite');
    const run = changed('run', id, await transaction.store.get(id), change);
    await settle(transaction, [transaction.store.put(run)]);
    return run;
  }

  async append(id: string, { first, events, change, checkpoint }: Progress): Promise<void> {
    const transaction = this.write();
    const checkpoints = transaction.objectStore('checkpoints');
    let run = changed('run', id, await transaction.objectStore('runs').get(id), change);
    const record: CheckpointRecord | undefined = checkpoint && { ...checkpoint, runId: id };
    let gone: CheckpointInfo[] = [];
    if (record) {
      // From the record: the checkpoints themselves are large.
      const info = infoOf(record);
      const known = run.checkpoints ?? (await listed(checkpoints, id));
      const within = keepWithin([...known.filter((one) => !isSame(one, info)), info]);
      gone = within.gone;
      run = { ...run, checkpoints: within.kept };
    }
    const writes: Promise<unknown>[] = [
      transaction.objectStore('runs').put(run),
      ...this.keepArchitecture(transaction, run, events),
    ];
    if (events.length > 0)
      writes.push(transaction.objectStore('events').put({ runId: id, first, events: [...events] }));
    if (record)
      writes.push(
        checkpoints.put(record),
        ...gone.map(({ events: at, stageEnd }) => checkpoints.delete([id, at, stageEnd])),
      );
    await settle(transaction, writes);
  }

  async events(id: string, from = 0): Promise<SearchEvent[]> {
    // The batch that holds event `from` begins at or before it.
    const batches = await this.database.getAll('events', eventRange(id));
    return batches.flatMap(({ first, events }) =>
      first >= from ? events : events.slice(from - first),
    );
  }

  async checkpoint(id: string, events?: number): Promise<CheckpointRecord | undefined> {
    const range =
      events === undefined
        ? checkpointRange(id)
        : IDBKeyRange.bound([id, events, 0], [id, events, 1]);
    const cursor = await this.database.transaction('checkpoints').store.openCursor(range, 'prev');
    return cursor?.value;
  }

  async checkpoints(id: string): Promise<CheckpointInfo[]> {
    const transaction = this.database.transaction(['runs', 'checkpoints']);
    const run = await transaction.objectStore('runs').get(id);
    return run?.checkpoints ?? listed(transaction.objectStore('checkpoints'), id);
  }

  async cut(id: string, count: number, change: ChangeOf<RunRecord>): Promise<void> {
    const transaction = this.write();
    const [runs, batches, checkpoints] = [
      transaction.objectStore('runs'),
      transaction.objectStore('events'),
      transaction.objectStore('checkpoints'),
    ];
    const cut = changed('run', id, await runs.get(id), { ...change, events: count });
    const run = {
      ...cut,
      ...(cut.checkpoints && {
        checkpoints: cut.checkpoints.filter(({ events }) => events <= count),
      }),
    };
    const writes: Promise<unknown>[] = [runs.put(run), batches.delete(eventRange(id, count))];
    const last = await batches.openCursor(eventRange(id), 'prev');
    if (last && last.value.first + last.value.events.length > count) {
      writes.push(
        batches.put({
          ...last.value,
          events: last.value.events.slice(0, count - last.value.first),
        }),
      );
    }
    for (const key of await checkpoints.getAllKeys(checkpointRange(id)))
      if (key[1] > count) writes.push(checkpoints.delete(key));
    // What was found after the cut is not found yet.
    writes.push(transaction.objectStore('architectures').delete(id));
    await settle(transaction, writes);
  }

  async remove(id: string): Promise<void> {
    const transaction = this.write();
    await settle(transaction, [
      transaction.objectStore('runs').delete(id),
      transaction.objectStore('events').delete(eventRange(id)),
      transaction.objectStore('checkpoints').delete(checkpointRange(id)),
      transaction.objectStore('architectures').delete(id),
    ]);
  }

  async thinCheckpoints(id: string): Promise<boolean> {
    const transaction = this.database.transaction(['runs', 'checkpoints'], 'readwrite');
    const [runs, checkpoints] = [
      transaction.objectStore('runs'),
      transaction.objectStore('checkpoints'),
    ];
    const run = await runs.get(id);
    const keys = (await checkpoints.getAllKeys(checkpointRange(id))).slice(0, -1);
    await settle(transaction, [
      ...keys.map((key) => checkpoints.delete(key)),
      ...(run?.checkpoints ? [runs.put({ ...run, checkpoints: run.checkpoints.slice(-1) })] : []),
    ]);
    return keys.length > 0;
  }

  close(): void {
    this.database.close();
  }

  private write() {
    return this.database.transaction(everything, 'readwrite');
  }

  private keepArchitecture(
    transaction: ReturnType<IndexedStore['write']>,
    { id, name, created }: RunRecord,
    events: readonly SearchEvent[],
  ): Promise<unknown>[] {
    const architecture = architectureIn(events);
    return architecture
      ? [
          transaction
            .objectStore('architectures')
            .put({ id, runId: id, name, created, architecture }),
        ]
      : [];
  }
}

/** From the checkpoints themselves, of runs that were stored before their records had a list. */
async function listed(
  store: { openCursor(range: IDBKeyRange): Promise<Listing | null> },
  id: string,
): Promise<CheckpointInfo[]> {
  const infos: CheckpointInfo[] = [];
  for (
    let cursor = await store.openCursor(checkpointRange(id));
    cursor;
    cursor = await cursor.continue()
  )
    infos.push(infoOf(cursor.value));
  return infos;
}
interface Listing {
  readonly value: CheckpointRecord;
  continue(): Promise<Listing | null>;
}

class IndexedArchitectures implements ArchitectureStore {
  constructor(private readonly database: LabDatabase) {}

  list(): Promise<ArchitectureRecord[]> {
    return this.database.getAll('architectures');
  }

  async add(record: ArchitectureRecord): Promise<void> {
    await this.database.add('architectures', record);
  }

  async update(id: string, change: ChangeOf<ArchitectureRecord>): Promise<void> {
    const transaction = this.database.transaction('architectures', 'readwrite');
    const record = changed('architecture', id, await transaction.store.get(id), change);
    await settle(transaction, [transaction.store.put(record)]);
  }

  async remove(id: string): Promise<void> {
    await this.database.delete('architectures', id);
  }
}
