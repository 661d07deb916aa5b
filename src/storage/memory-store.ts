/** Runs in memory, for as long as the page lives: where IndexedDB is blocked. */
import type { SearchEvent } from '../domain/events/events.ts';
import { keptCheckpoints } from './records.ts';
import type { ArchitectureRecord, CheckpointRecord, RunRecord, StoredLatency } from './records.ts';
import { architectureIn, noArchitecture, superfluous } from './run-store.ts';
import type { Progress, RunStore, WholeRun } from './run-store.ts';

interface Held {
  run: RunRecord;
  events: SearchEvent[];
  checkpoints: CheckpointRecord[];
}

export class MemoryStore implements RunStore {
  readonly kind = 'memory';
  private readonly runs = new Map<string, Held>();
  private readonly found = new Map<string, ArchitectureRecord>();

  list(): Promise<RunRecord[]> {
    return Promise.resolve(
      [...this.runs.values()].map(({ run }) => run).sort((a, b) => b.created - a.created),
    );
  }

  get(id: string): Promise<RunRecord | undefined> {
    return Promise.resolve(this.runs.get(id)?.run);
  }

  async add({ run, events, checkpoint }: WholeRun): Promise<void> {
    if (this.runs.has(run.id))
      throw new Error(`There is a run '${run.id}' in the library already.`);
    this.runs.set(run.id, {
      run,
      events: [...events],
      checkpoints: checkpoint ? [{ ...checkpoint, runId: run.id }] : [],
    });
    this.keepArchitecture(run, events);
    return Promise.resolve();
  }

  async update(id: string, change: Partial<Omit<RunRecord, 'id'>>): Promise<RunRecord> {
    const held = await this.held(id);
    held.run = { ...held.run, ...change };
    return held.run;
  }

  async append(id: string, { first, events, change, checkpoint }: Progress): Promise<void> {
    const held = await this.held(id);
    held.run = { ...held.run, ...change };
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

  async cut(id: string, count: number, change: Partial<Omit<RunRecord, 'id'>>): Promise<void> {
    const held = await this.held(id);
    held.run = { ...held.run, ...change, events: count };
    held.events.length = Math.min(count, held.events.length);
    held.checkpoints = held.checkpoints.filter(({ events }) => events <= count);
    this.found.delete(id);
  }

  async remove(id: string): Promise<void> {
    this.runs.delete(id);
    this.found.delete(id);
  }

  async thinCheckpoints(id: string): Promise<boolean> {
    const held = await this.held(id);
    return held.checkpoints.splice(0, held.checkpoints.length - 1).length > 0;
  }

  async architectures(): Promise<ArchitectureRecord[]> {
    return [...this.found.values()];
  }

  async addArchitecture(record: ArchitectureRecord): Promise<void> {
    this.found.set(record.id, record);
  }

  async setLatency(id: string, latency: StoredLatency): Promise<void> {
    const record = this.found.get(id);
    if (!record) throw noArchitecture(id);
    this.found.set(id, { ...record, latency });
  }

  async removeArchitecture(id: string): Promise<void> {
    this.found.delete(id);
  }

  close(): void {}

  private keepArchitecture({ id, name, created }: RunRecord, events: readonly SearchEvent[]): void {
    const architecture = architectureIn(events);
    if (architecture) this.found.set(id, { id, runId: id, name, created, architecture });
  }

  /** Rejects, as IndexedDB does, rather than throws. */
  private async held(id: string): Promise<Held> {
    const held = this.runs.get(id);
    if (!held) throw new Error(`There is no run '${id}' in the library.`);
    return held;
  }
}
