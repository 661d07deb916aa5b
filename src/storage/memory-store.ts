/** Runs in memory, for as long as the page lives: where IndexedDB is blocked. */
import type { SearchEvent } from '../domain/events/events.ts';
import { changed, latestFirst, MemoryRecords, taken } from './collection.ts';
import type { ChangeOf } from './collection.ts';
import { infoOf, keepWithin } from './kept-checkpoints.ts';
import type { ArchitectureRecord, CheckpointInfo, CheckpointRecord, RunRecord } from './records.ts';
import { architectureIn } from './run-store.ts';
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
      run: checkpoint ? { ...run, checkpoints: [infoOf(checkpoint)] } : run,
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
    const all = [...held.checkpoints, { ...checkpoint, runId: id }];
    const { kept, gone } = keepWithin(all.map(infoOf));
    held.checkpoints = all.filter(({ events: at }) => !gone.some((one) => one.events === at));
    held.run = { ...held.run, checkpoints: kept };
  }

  async events(id: string, from = 0): Promise<SearchEvent[]> {
    return this.runs.get(id)?.events.slice(from) ?? [];
  }

  async checkpoint(id: string, events?: number): Promise<CheckpointRecord | undefined> {
    const own = this.runs.get(id)?.checkpoints;
    return events === undefined ? own?.at(-1) : own?.findLast((one) => one.events === events);
  }

  async checkpoints(id: string): Promise<CheckpointInfo[]> {
    return this.runs.get(id)?.checkpoints.map(infoOf) ?? [];
  }

  async cut(id: string, count: number, change: ChangeOf<RunRecord>): Promise<void> {
    const held = await this.held(id, { ...change, events: count });
    held.events.length = Math.min(count, held.events.length);
    held.checkpoints = held.checkpoints.filter(({ events }) => events <= count);
    held.run = { ...held.run, checkpoints: held.checkpoints.map(infoOf) };
    await this.architectures.remove(id);
  }

  async remove(id: string): Promise<void> {
    this.runs.delete(id);
    await this.architectures.remove(id);
  }

  async thinCheckpoints(id: string): Promise<boolean> {
    const held = await this.held(id);
    const gone = held.checkpoints.splice(0, held.checkpoints.length - 1);
    held.run = { ...held.run, checkpoints: held.checkpoints.map(infoOf) };
    return gone.length > 0;
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
