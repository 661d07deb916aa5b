/** Runs in memory, for as long as the page lives: where IndexedDB is blocked. */
import type { SearchEvent } from '../domain/events/events.ts';
import { changed, latestFirst, MemoryRecords, taken } from './collection.ts';
import type { ChangeOf } from './collection.ts';
import { keptCheckpoints } from './records.ts';
import type { ArchitectureRecord, CheckpointRecord, RunRecord } from './records.ts';
import { architectureIn, superfluous } from './run-store.ts';
import type { Progress, RunStore, WholeRun } from './run-store.ts';

interface Held {
  run: RunRecord;
  events: SearchEvent[];
  checkpoints: CheckpointRecord[];
}

export class MemoryStore implements RunStore {
  readonly kind = 'memory';
  readonly architectures = new MemoryRecords<ArchitectureRecord>('architecture');
  private readonly runs = new Map<string, Held>();

  async list(): Promise<RunRecord[]> {
    return latestFirst([...this.runs.values()].map(({ run }) => run));
  }

  async get(id: string): Promise<RunRecord | undefined> {
    return this.runs.get(id)?.run;
  }

  async add({ run, events, checkpoint }: WholeRun): Promise<void> {
    if (this.runs.has(run.id)) throw taken('run', run.id);
    this.runs.set(run.id, {
      run,
      events: [...events],
      checkpoints: checkpoint ? [{ ...checkpoint, runId: run.id }] : [],
    });
    this.keepArchitecture(run, events);
  }

  async update(id: string, change: ChangeOf<RunRecord>): Promise<RunRecord> {
    const held = await this.held(id, change);
    return held.run;
  }

  async append(id: string, { first, events, change, checkpoint }: Progress): Promise<void> {
    const held = await this.held(id, change);
    held.events.splice(first, held.events.length, ...events);
    this.keepArchitecture(held.run, events);
    if (!checkpoint) return;
    const out = new Set(superfluous(held.checkpoints, keptCheckpoints - 1));
    held.checkpoints = [
      ...held.checkpoints.filter((one) => !out.has(one)),
      { ...checkpoint, runId: id },
    ];
  }

  async events(id: string, from = 0): Promise<SearchEvent[]> {
    return this.runs.get(id)?.events.slice(from) ?? [];
  }

  async checkpoint(id: string): Promise<CheckpointRecord | undefined> {
    return this.runs.get(id)?.checkpoints.at(-1);
  }

  async cut(id: string, count: number, change: ChangeOf<RunRecord>): Promise<void> {
    const held = await this.held(id, { ...change, events: count });
    held.events.length = Math.min(count, held.events.length);
    held.checkpoints = held.checkpoints.filter(({ events }) => events <= count);
    await this.architectures.remove(id);
  }

  async remove(id: string): Promise<void> {
    this.runs.delete(id);
    await this.architectures.remove(id);
  }

  async thinCheckpoints(id: string): Promise<boolean> {
    const held = await this.held(id);
    return held.checkpoints.splice(0, held.checkpoints.length - 1).length > 0;
  }

  close(): void {}

  private keepArchitecture({ id, name, created }: RunRecord, events: readonly SearchEvent[]): void {
    const architecture = architectureIn(events);
    if (architecture) this.architectures.put({ id, runId: id, name, created, architecture });
  }

  /** Rejects, as IndexedDB does, rather than throws. */
  private async held(id: string, change: ChangeOf<RunRecord> = {}): Promise<Held> {
    const held = this.runs.get(id);
    const run = changed('run', id, held?.run, change);
    return Object.assign(held!, { run });
  }
}
