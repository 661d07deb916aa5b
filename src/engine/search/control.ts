/** Pause, resume and stop of a running search, and its clock. */

/** Thrown by `gate` where a search that was told to stop ends. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

export class Control {
  private stopping = false;
  private pausing = false;
  private wake: () => void = () => {};
  private readonly start: number;
  private paused = 0;
  private readonly turn = new Turn();

  constructor(
    private readonly now: () => number,
    private readonly onPause: (paused: boolean) => void,
  ) {
    this.start = now();
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
    this.wake();
  }

  stop(): void {
    this.stopping = true;
    this.wake();
  }

  /**
   * Passed before every step: lets messages in, waits out a pause.
   * @throws Stopped
   */
  async gate(): Promise<void> {
    await this.turn.next();
    if (this.pausing && !this.stopping) await this.waitOutPause();
    if (this.stopping) throw new Stopped('the search was stopped');
  }

  private async waitOutPause(): Promise<void> {
    this.onPause(true);
    const since = this.now();
    while (this.pausing && !this.stopping) await new Promise<void>((resolve) => (this.wake = resolve));
    this.wake = () => {};
    this.paused += this.now() - since;
    if (!this.stopping) this.onPause(false);
  }

  /** No gate is passed after this. */
  close(): void {
    this.turn.close();
  }
}

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
      this.waiting.push(resolve);
      this.channel.port2.postMessage(null);
    });
  }

  close(): void {
    this.channel.port1.close();
  }
}
