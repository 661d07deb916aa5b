/**
 * Collects events and sends them in batches: seldom enough for the page to draw each, and no faster than it does. A page
 * that does not draw (a tab in the background) slows nothing down: events wait here, and of those that only feed curves
 * every other one is dropped when too many wait.
 */
import type { SearchEvent } from '../domain/events/events.ts';

export interface BatcherOptions {
  readonly send: (events: SearchEvent[], batch: number) => void;
  /** Milliseconds between two batches. */
  readonly interval?: number;
  /** Batches that may be under way, not yet drawn. */
  readonly window?: number;
  /** Events that may wait before curves are thinned. */
  readonly capacity?: number;
}

/** These are not kept waiting: a person waits for them. */
const urgent: ReadonlySet<SearchEvent['type']> = new Set([
  'started',
  'paused',
  'resumed',
  'finished',
  'stopped',
  'failed',
  'device-lost',
]);

export class EventBatcher {
  private waiting: SearchEvent[] = [];
  private sent = 0;
  private drawnUpTo = 0;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private readonly interval: number;
  private readonly window: number;
  private readonly capacity: number;

  constructor(private readonly options: BatcherOptions) {
    this.interval = options.interval ?? 100;
    this.window = options.window ?? 2;
    this.capacity = options.capacity ?? 2_000;
  }

  readonly push = (event: SearchEvent): void => {
    this.waiting.push(event);
    if (urgent.has(event.type)) return this.flush();
    if (this.waiting.length > this.capacity) this.waiting = thinSteps(this.waiting);
    this.timer ??= setTimeout(() => this.tick(), this.interval);
  };

  drawn(batch: number): void {
    this.drawnUpTo = Math.max(this.drawnUpTo, batch);
    // It waited on this: the interval has long passed.
    if (this.timer === null && this.waiting.length > 0)
      this.timer = setTimeout(() => this.tick(), 0);
  }

  /** Sends what waits, drawn or not. */
  flush(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    if (this.waiting.length === 0) return;
    const events = this.waiting;
    this.waiting = [];
    this.options.send(events, ++this.sent);
  }

  private tick(): void {
    this.timer = null;
    if (this.sent - this.drawnUpTo < this.window) this.flush();
  }
}

/** Every other `step` event, the newest kept; all others stay, in order. */
export function thinSteps(events: readonly SearchEvent[]): SearchEvent[] {
  let odd = false;
  return events
    .toReversed()
    .filter((event) => event.type !== 'step' || (odd = !odd))
    .reverse();
}
