/** Pause and resume over the runs of a comparison, one after the other, and a clock that stands still meanwhile. */

interface Pausable {
  pause(): void;
  resume(): void;
}

export class RunControl {
  private current: Pausable | null = null;
  private pausing = false;
  private stoodStillSince: number | null = null;
  private stoodStill = 0;

  constructor(private readonly clock: () => number) {}

  /** Milliseconds, pauses excluded. */
  readonly now = (): number => (this.stoodStillSince ?? this.clock()) - this.stoodStill;

  /** What runs from now on; paused too, where a pause was asked for. */
  hold(running: Pausable): void {
    this.current = running;
    if (this.pausing) running.pause();
  }

  pause(): void {
    this.pausing = true;
    this.current?.pause();
  }

  resume(): void {
    this.pausing = false;
    if (this.stoodStillSince !== null) this.stoodStill += this.clock() - this.stoodStillSince;
    this.stoodStillSince = null;
    this.current?.resume();
  }

  /** The pause has taken effect. */
  stand(): void {
    this.stoodStillSince ??= this.clock();
  }
}
