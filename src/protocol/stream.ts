/**
 * A worker's events on their way to the page: in batches, seldom enough for the page to draw each, and no faster than it
 * does. A page that does not draw (a tab in the background) slows nothing down: events wait here, and what waits is bounded.
 */

/**
 * How an event may wait. `urgent`: not at all, a person waits for it. `kept`: with the next batch. `latest`: of its type
 * only the newest counts. `curve`: when too many events wait, every other one of these is dropped.
 */
export type Delivery = 'urgent' | 'kept' | 'latest' | 'curve';

export interface StreamOptions<E> {
  readonly delivery: (event: E) => Delivery;
  readonly send: (events: E[], batch: number) => void;
  /** Milliseconds between two batches. */
  readonly interval?: number;
  /** Batches that may be under way, not yet received. */
  readonly window?: number;
  /** Events that may wait before curves are thinned. */
  readonly capacity?: number;
}

export class EventStream<E extends { readonly type: string }> {
  private waiting: E[] = [];
  private sent = 0;
  private receivedUpTo = 0;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private readonly interval: number;
  private readonly window: number;
  private readonly capacity: number;

  constructor(private readonly options: StreamOptions<E>) {
    this.interval = options.interval ?? 100;
    this.window = options.window ?? 2;
    this.capacity = options.capacity ?? 2_000;
  }

  readonly push = (event: E): void => {
    const delivery = this.options.delivery(event);
    if (delivery === 'latest')
      this.waiting = this.waiting.filter(({ type }) => type !== event.type);
    this.waiting.push(event);
    if (delivery === 'urgent') return this.flush();
    if (this.waiting.length > this.capacity)
      this.waiting = thinCurves(this.waiting, this.options.delivery);
    this.timer ??= setTimeout(() => this.tick(), this.interval);
  };

  received(batch: number): void {
    this.receivedUpTo = Math.max(this.receivedUpTo, batch);
    // It waited for this: the interval has long passed.
    if (this.timer === null && this.waiting.length > 0)
      this.timer = setTimeout(() => this.tick(), 0);
  }

  /** Sends what waits, whether or not the page has received what came before. */
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
    if (this.sent - this.receivedUpTo < this.window) this.flush();
  }
}

/** Every other `curve` event, the newest kept; all others stay, in order. */
export function thinCurves<E>(events: readonly E[], delivery: (event: E) => Delivery): E[] {
  let odd = false;
  return events
    .toReversed()
    .filter((event) => delivery(event) !== 'curve' || (odd = !odd))
    .reverse();
}
