/**
 * Writes a running search to a store, off its path: events in batches, each checkpoint together with the events before
 * it, one write after the other. What cannot be written waits, and is tried again; nothing is dropped but checkpoints
 * that a later one has replaced.
 */
import { kindOf } from '../engine/search/checkpoint-state.ts';
import type { Checkpoint } from '../engine/search/checkpoint-state.ts';
import type { SearchEvent } from '../domain/events/events.ts';
import { tellNews } from './news.ts';
import type { RunRecord } from './records.ts';
import { isNoRoom, whyNotStored } from './room.ts';
import type { RunStore } from './run-store.ts';
import { statusAfter, summarize } from './summary.ts';

export interface RecorderOptions {
  readonly store: RunStore;
  /** As stored: `run.events` events are there. */
  readonly run: RunRecord;
  /** Told in words when writing fails, and null when it works again. */
  readonly onProblem: (problem: string | null) => void;
  /** Milliseconds that events wait, and that a failed write waits. */
  readonly interval?: number;
  readonly retryAfter?: number;
}

const endings: ReadonlySet<SearchEvent['type']> = new Set([
  'started',
  'paused',
  'finished',
  'stopped',
  'failed',
  'device-lost',
]);

export class RunRecorder {
  private run: RunRecord;
  private waiting: SearchEvent[] = [];
  private checkpoints: { events: number; checkpoint: Checkpoint; created: number }[] = [];
  private writing: Promise<void> = Promise.resolve();
  private timer: ReturnType<typeof setTimeout> | null = null;
  private failing = false;
  /** The run is to be cut back to so many events, before anything else is written. */
  private cutTo: number | null = null;
  private readonly interval: number;
  private readonly retryAfter: number;

  constructor(private readonly options: RecorderOptions) {
    this.run = options.run;
    this.interval = options.interval ?? 1_000;
    this.retryAfter = options.retryAfter ?? 10_000;
  }

  /** Events of the run so far, stored or waiting. */
  get count(): number {
    return (this.cutTo ?? this.run.events) + this.waiting.length;
  }

  push(event: SearchEvent): void {
    this.waiting.push(event);
    if (endings.has(event.type)) void this.flush();
    else this.schedule(this.interval);
  }

  checkpoint(checkpoint: Checkpoint): void {
    // Of those that wait, those within an epoch are replaced by a later one.
    this.checkpoints = this.checkpoints.filter((one) => kindOf(one.checkpoint) !== 'interval');
    this.checkpoints.push({ events: this.count, checkpoint, created: Date.now() });
    this.schedule(0);
  }

  /** Writes what waits; resolves when that was tried. Never rejects. */
  flush(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.writing = this.writing.then(() => this.write());
    return this.writing;
  }

  /** Resolves once all is written, however long there is no room. */
  async drain(): Promise<void> {
    await this.flush();
    while (this.failing) {
      await new Promise((resolve) => setTimeout(resolve, this.retryAfter));
      await this.flush();
    }
  }

  /** Cuts the run back to its first `count` events, as at a checkpoint; gives these. */
  async rewind(count: number): Promise<SearchEvent[]> {
    // Those up to there, first: they may wait still.
    this.waiting.length = Math.max(0, Math.min(this.waiting.length, count - this.run.events));
    this.checkpoints = this.checkpoints.filter(({ events }) => events <= count);
    await this.flush();
    const { store } = this.options;
    const stored = await store.events(this.run.id);
    const events = [...stored, ...this.waiting].slice(0, count);
    if (this.run.events > count) this.cutTo = count;
    await this.flush();
    return events;
  }

  private schedule(delay: number): void {
    if (this.failing) delay = this.retryAfter;
    if (this.timer === null || (delay === 0 && !this.failing)) {
      if (this.timer !== null) clearTimeout(this.timer);
      this.timer = setTimeout(() => void this.flush(), delay);
    }
  }

  private async write(): Promise<void> {
    while (this.cutTo !== null || this.waiting.length > 0 || this.checkpoints.length > 0) {
      try {
        await (this.cutTo === null ? this.writeNext() : this.cut(this.cutTo));
      } catch (error) {
        if (isNoRoom(error) && (await this.makeRoom())) continue;
        this.fail(error);
        return;
      }
    }
    if (!this.failing) return;
    this.failing = false;
    this.options.onProblem(null);
  }

  private async cut(count: number): Promise<void> {
    const change = { status: 'running', ...(count === 0 ? { checkpointStep: null } : {}) } as const;
    await this.options.store.cut(this.run.id, count, change);
    this.run = { ...this.run, ...change, events: count };
    this.cutTo = null;
  }

  /** Events up to the next checkpoint, with it; or all that wait. */
  private async writeNext(): Promise<void> {
    const { store } = this.options;
    const [next] = this.checkpoints;
    const first = this.run.events;
    const events = next ? this.waiting.slice(0, next.events - first) : [...this.waiting];
    const { id } = this.run;
    const change = {
      events: first + events.length,
      updated: Date.now(),
      status: statusAfter(this.run.status, events),
      summary: summarize(this.run.summary, events),
      // As steered.
      ...(next
        ? { settings: next.checkpoint.settings, checkpointStep: next.checkpoint.steps }
        : {}),
    };
    const checkpoint = next && {
      ...next,
      stageEnd: stageEnd(next.checkpoint),
      step: next.checkpoint.steps,
    };
    await store.append(id, { first, events, change, checkpoint });
    this.run = { ...this.run, ...change };
    this.waiting.splice(0, events.length);
    const written = next ? this.checkpoints.indexOf(next) : -1;
    if (written >= 0) this.checkpoints.splice(written, 1);
    if (store.kind === 'indexeddb') tellNews({ runId: id });
  }

  /** @returns whether there is hope. */
  private async makeRoom(): Promise<boolean> {
    return this.options.store.thinCheckpoints(this.run.id).catch(() => false);
  }

  private fail(error: unknown): void {
    const why = whyNotStored(error);
    if (!this.failing) this.options.onProblem(why);
    this.failing = true;
    this.schedule(this.retryAfter);
  }
}

function stageEnd({ progress }: Checkpoint): 0 | 1 {
  return progress === null ? 1 : 0;
}
