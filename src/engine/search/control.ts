/** Pause, resume and stop of a running search, and its clock. */

/** Thrown by `gate` where a search that was told to stop ends. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

export class Control {
  private stopping = false;
  private pausing = false;
  /** Training steps to take in spite of a pause. */
  private single = 0;
  /** The pause was reported to the listener. */
  private told = false;
  private wake: () => void = () => {};
  private readonly start: number;
  private paused = 0;
  private readonly turn = new Turn();

  /** @param elapsed milliseconds that the search took before: it goes on from a checkpoint. */
  constructor(
    private readonly now: () => number,
    private readonly onPause: (paused: boolean) => void,
    elapsed = 0,
  ) {
    this.start = now() - elapsed;
  }

  /** Milliseconds since the start, pauses excluded. */
  get time(): number {
    return this.now() - this.start - this.paused;
  }

  pause(): void {
    this.pausing = true;
  }

  resume(): void {
    this.pausing = false;
    this.single = 0;
    this.wake();
  }

  /** While paused: one training step (and what follows it, a commit or an evaluation), then paused again. */
  stepOnce(): void {
    if (!this.pausing) return;
    this.single++;
    this.wake();
  }

  stop(): void {
    this.stopping = true;
    this.wake();
  }

  /** Lets a paused search look at what it was told meanwhile, without ending the pause. */
  nudge(): void {
    this.wake();
  }

  /**
   * Passed before every training step, with what is to be done between two steps; and at other places where a search
   * can wait. Lets messages in, waits out a pause.
   * @param training false: no training step follows, so a single step is not used up.
   * @throws Stopped
   */
  async gate(betweenSteps?: () => Promise<void>, training = true): Promise<void> {
    await this.turn.next();
    await betweenSteps?.();
    if (this.holds) await this.waitOutPause(betweenSteps);
    // Also where resume came while a single step was under way, and found nobody waiting.
    if (this.told && !this.pausing && !this.stopping) this.onPause((this.told = false));
    if (this.stopping) throw new Stopped('the search was stopped');
    if (betweenSteps && training && this.single > 0) this.single--;
  }

  private get holds(): boolean {
    return this.pausing && !this.stopping && this.single === 0;
  }

  private async waitOutPause(betweenSteps?: () => Promise<void>): Promise<void> {
    if (!this.told) this.onPause((this.told = true));
    const since = this.now();
    while (this.holds) {
      await new Promise<void>((resolve) => (this.wake = resolve));
      this.wake = () => {};
      await betweenSteps?.();
    }
    this.paused += this.now() - since;
  }

  /** No gate is passed after this. */
  close(): void {
    this.turn.close();
  }
}

/** Node's own way to a turn; browsers have none. */
const immediate = (globalThis as { setImmediate?: (callback: () => void) => unknown }).setImmediate;

/**
 * Gives the event loop one turn, so that a worker hears its messages. By a message to itself: a timer would wait 4 ms
 * in a browser, longer than a step on a fast GPU.
 */
class Turn {
  private readonly channel = new MessageChannel();
  private readonly waiting: (() => void)[] = [];

  constructor() {
    this.channel.port1.onmessage = () => this.waiting.shift()?.();
  }

  next(): Promise<void> {
    return new Promise((resolve) => {
      // Node takes up to a thousand messages in one turn: Ctrl-C would wait for as many steps.
      if (immediate) return void immediate(resolve);
      this.waiting.push(resolve);
      this.channel.port2.postMessage(null);
    });
  }

  close(): void {
    this.channel.port1.close();
  }
}
