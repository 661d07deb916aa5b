/**
 * Where runs are kept. Two implementations: IndexedDB, and memory for where that is blocked or full. A write that
 * resolved is durable as a whole: none leaves a run half written.
 */
import type { SearchEvent } from '../domain/events/events.ts';
import type { ChangeOf, RecordStore } from './collection.ts';
import type { ArchitectureRecord, CheckpointInfo, CheckpointRecord, RunRecord } from './records.ts';

export interface Progress {
  /** How many events of the run come before these: `events` fields of the record count on from here. */
  first: number;
  events: readonly SearchEvent[];
  /** Fields of the record that changed with them. */
  change: ChangeOf<RunRecord>;
  /** Taken after these events. */
  checkpoint?: Omit<CheckpointRecord, 'runId'>;
}

/** All of a run, as it is exported, imported and duplicated. */
export interface WholeRun {
  run: RunRecord;
  events: SearchEvent[];
  checkpoint: CheckpointRecord | null;
}

export interface RunStore extends RecordStore<RunRecord> {
  readonly kind: 'indexeddb' | 'memory';
  get(id: string): Promise<RunRecord | undefined>;
  /** Adds a run with all that belongs to it, in one transaction. @throws Error when its id is taken. */
  add(run: WholeRun): Promise<void>;
  /** @throws Error when there is no such run. */
  update(id: string, change: ChangeOf<RunRecord>): Promise<RunRecord>;
  /** Events, the record's change and a checkpoint, in one transaction. Architectures in the events are kept on their own too. */
  append(id: string, progress: Progress): Promise<void>;
  /** @param from how many events to leave out at the beginning. */
  events(id: string, from?: number): Promise<SearchEvent[]>;
  /** The latest, or the one taken after so many events; undefined where there is none. */
  checkpoint(id: string, events?: number): Promise<CheckpointRecord | undefined>;
  /** Those kept, in the order they were taken. */
  checkpoints(id: string): Promise<CheckpointInfo[]>;
  /** Cuts the run back to its first `count` events, and drops checkpoints taken after them. */
  cut(id: string, count: number, change: ChangeOf<RunRecord>): Promise<void>;
  /** Drops a run's checkpoints but for the latest: room in need. @returns whether there were any to drop. */
  thinCheckpoints(id: string): Promise<boolean>;
  /** What runs found, and those that came alone. */
  readonly architectures: ArchitectureStore;
  close(): void;
}

export interface ArchitectureStore extends RecordStore<ArchitectureRecord> {
  add(record: ArchitectureRecord): Promise<void>;
}

/** Architecture that the events tell of, if any. */
export function architectureIn(events: readonly SearchEvent[]) {
  for (const event of events.toReversed()) {
    if (event.type === 'finished' || event.type === 'stopped') return event.architecture;
  }
  return null;
}
