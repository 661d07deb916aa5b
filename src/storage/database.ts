/** The IndexedDB database: its stores, its versions, and how each older version becomes the present one. */
import { openDB } from 'idb';
import type { DBSchema, IDBPDatabase, IDBPTransaction, StoreNames } from 'idb';
import type { SearchEvent } from '../domain/events/events.ts';
import type {
  ArchitectureRecord,
  CheckpointRecord,
  ComparisonRecord,
  EventBatchRecord,
  FoundRecord,
  RunRecord,
  RunRecordV1,
  TrainingRecord,
} from './records.ts';
import { emptySummary } from './records.ts';
import { architectureIn } from './run-store.ts';
import { statusAfter, summarize } from './summary.ts';

export const databaseName = 'mgas-lab';
export const databaseVersion = 4;

export interface LabSchema extends DBSchema {
  runs: { key: string; value: RunRecord; indexes: { created: number } };
  events: { key: [runId: string, first: number]; value: EventBatchRecord };
  checkpoints: { key: [runId: string, events: number, stageEnd: 0 | 1]; value: CheckpointRecord };
  architectures: { key: string; value: ArchitectureRecord };
  comparisons: { key: string; value: ComparisonRecord };
  found: {
    key: [comparison: string, method: string, target: number, seed: number];
    value: FoundRecord;
  };
  trainings: { key: [architecture: string, state: TrainingRecord['state']]; value: TrainingRecord };
}

export type LabDatabase = IDBPDatabase<LabSchema>;
type Upgrade = IDBPTransaction<LabSchema, StoreNames<LabSchema>[], 'versionchange'>;

export interface OpenHandlers {
  /** Another tab holds an older version open: it must be closed. */
  onBlocked?: () => void;
  /** Another tab wants a newer version; this one has let go. */
  onOutdated?: () => void;
}

export function openDatabase(
  { onBlocked, onOutdated }: OpenHandlers = {},
  name = databaseName,
): Promise<LabDatabase> {
  return openDB<LabSchema>(name, databaseVersion, {
    upgrade(database, version, _to, transaction) {
      if (version < 1) createVersion1(database);
      if (version < 3) createVersion3(database);
      if (version < 4) createVersion4(database);
      // Half an upgrade is none: what is stored stays as it was. Last, for it takes more than one turn.
      if (version < 2) upgradeToVersion2(database, transaction).catch(() => transaction.abort());
    },
    blocked: () => onBlocked?.(),
    blocking: (_current, _blocked, event) => {
      (event.target as IDBDatabase).close();
      onOutdated?.();
    },
  });
}

/** Runs and their events. */
function createVersion1(database: LabDatabase): void {
  database.createObjectStore('runs', { keyPath: 'id' });
  database.createObjectStore('events', { keyPath: ['runId', 'first'] });
}

/**
 * Checkpoints, architectures on their own, tags, the bin, and a summary beside each run. What version 1 did not note is
 * folded from its events; a run without an end cannot be resumed: it has no checkpoint.
 */
async function upgradeToVersion2(database: LabDatabase, transaction: Upgrade): Promise<void> {
  database.createObjectStore('checkpoints', { keyPath: ['runId', 'events', 'stageEnd'] });
  database.createObjectStore('architectures', { keyPath: 'id' });
  const runs = transaction.objectStore('runs');
  runs.createIndex('created', 'created');
  const architectures = transaction.objectStore('architectures');
  for (const old of (await runs.getAll()) as unknown as RunRecordV1[]) {
    const events = await eventsOf(transaction, old.id);
    const { id, name, created, status, settings, dataset } = old;
    await runs.put({
      ...{
        id,
        name,
        tags: [],
        created,
        updated: created,
        status: statusAfter(status, events),
        settings,
      },
      ...{
        dataset: { name: dataset, source: null },
        backend: backendIn(events),
        events: events.length,
      },
      ...{
        summary: summarize(emptySummary, events),
        checkpointStep: null,
        deleted: null,
        imported: false,
      },
    });
    const architecture = architectureIn(events);
    if (architecture) await architectures.put({ id, runId: id, name, created, architecture });
  }
}

/** Comparisons, and trainings from scratch. Nothing of before changes. */
function createVersion3(database: LabDatabase): void {
  database.createObjectStore('comparisons', { keyPath: 'id' });
  database.createObjectStore('trainings', { keyPath: ['architecture', 'state'] });
}

/** Architectures that comparisons found. Nothing of before changes: older comparisons have none. */
function createVersion4(database: LabDatabase): void {
  database.createObjectStore('found', { keyPath: ['comparison', 'method', 'target', 'seed'] });
}

async function eventsOf(transaction: Upgrade, id: string): Promise<SearchEvent[]> {
  return (await transaction.objectStore('events').getAll(eventRange(id))).flatMap(
    ({ events }) => events,
  );
}

function backendIn([first]: readonly SearchEvent[]): RunRecord['backend'] {
  const backend = first?.type === 'started' ? first.backend : null;
  return backend === 'webgpu' || backend === 'webgl' || backend === 'cpu' ? backend : null;
}

/** All batches of a run, or those whose first event has at least this number. */
export function eventRange(id: string, from = 0): IDBKeyRange {
  return IDBKeyRange.bound([id, from], [id, Infinity]);
}

/** All checkpoints of a run, in the order they were taken. */
export function checkpointRange(id: string): IDBKeyRange {
  return IDBKeyRange.bound([id, 0, 0], [id, Infinity, Infinity]);
}

/** Everything that a comparison found. Arrays sort after strings and numbers. */
export function foundRange(comparison: string): IDBKeyRange {
  return IDBKeyRange.bound([comparison], [comparison, []]);
}
