/**
 * Makes batches before they are asked for: those that follow the last one asked for, in its order. What a batch holds does
 * not depend on it.
 */
import type { Batch } from '../../engine/supernet/stepper.ts';

interface Held {
  readonly batch: Promise<Batch>;
  readonly controller: AbortController;
}

/** Bytes of batches made ahead, at most; two batches are made ahead in any case. */
const aheadBytes = 192 * 2 ** 20;
const most = 8;

/** Batches to make ahead. @param values of one batch */
export const batchesAhead = (values: number): number =>
  Math.max(2, Math.min(most, Math.floor(aheadBytes / (4 * values))));

export class Ahead {
  private readonly held = new Map<number, Held>();

  /**
   * @param make the batch at a position; its signal is aborted once it is no longer wanted
   * @param end positions there are: 0 to end - 1
   */
  constructor(
    private readonly make: (position: number, signal: AbortSignal) => Promise<Batch>,
    private readonly depth: number,
    private readonly end = Infinity,
  ) {}

  take(position: number): Promise<Batch> {
    const last = Math.min(position + this.depth, this.end - 1);
    for (const [at, { controller }] of this.held) {
      if (at >= position && at <= last) continue;
      this.held.delete(at);
      controller.abort(new Error('another batch is wanted'));
    }
    // In order: the first asked for is the first made.
    for (let at = position; at <= last; at++) if (!this.held.has(at)) this.hold(at);
    const { batch } = this.held.get(position)!;
    this.held.delete(position);
    return batch;
  }

  private hold(at: number): void {
    const controller = new AbortController();
    const batch = this.make(at, controller.signal);
    // Who takes it hears of it.
    batch.catch(() => {});
    this.held.set(at, { batch, controller });
  }
}
