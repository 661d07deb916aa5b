/**
 * A search that outlives its device: when that is lost, another is opened and the search goes on from its last
 * checkpoint by itself, and what the user changed since is changed again. Three losses with no checkpoint between them
 * end it, with advice.
 */
import type { RunningSearch, SearchOptions } from '../src/engine/search/api.ts';
import type { Checkpoint } from '../src/engine/search/checkpoint-state.ts';
import type { SearchEvent } from '../src/domain/events/events.ts';
import { startSearch } from '../src/engine/search/search.ts';
import type { Steering } from '../src/domain/events/steering-schema.ts';
import type { Stepper } from '../src/engine/supernet/stepper.ts';
import { workerErrorOf } from './refusal.ts';

export const mostLosses = 3;

export interface DurableOptions {
  readonly search: Pick<SearchOptions, 'settings' | 'data' | 'checkpointEvery'>;
  readonly resumeFrom: Checkpoint | null;
  /** Changes made after that checkpoint, to be made again. */
  readonly steered?: readonly Steering[];
  /** Opens a device and what runs on it. `lost` is to be called when it is lost. */
  readonly createStepper: (lost: (message: string) => void) => Promise<Stepper>;
  readonly emit: (event: SearchEvent) => void;
  readonly onCheckpoint: (checkpoint: Checkpoint) => void;
  /** Forgets every event after the last checkpoint, or all where there is none. */
  readonly rewind: (checkpoint: Checkpoint | null) => Promise<void>;
  /** Nothing more comes: finished, stopped or failed. */
  readonly onOver: () => void;
  /** Milliseconds to wait before each try to open another device. */
  readonly retryDelays?: readonly number[];
}

type SearchControl = Omit<RunningSearch, 'result'>;

export class DurableSearch implements SearchControl {
  private running: RunningSearch | null = null;
  private stepper: Stepper | null = null;
  /** Counts devices: what an older one's search still says is not heard. */
  private attempt = 0;
  private losses = 0;
  private checkpoint: Checkpoint | null;
  /** Changes made since the checkpoint; and those asked for that the search has not come to yet. */
  private made: Steering[] = [];
  private asked: Steering[];
  /** Why the search begins anew, until it has. */
  private untold: string | null = null;
  private paused = false;
  private stopped = false;
  private over = false;

  constructor(private readonly options: DurableOptions) {
    this.checkpoint = options.resumeFrom;
    this.asked = [...(options.steered ?? [])];
  }

  /** @throws Refusal when no device is to be had at all. */
  async start(): Promise<void> {
    const attempt = ++this.attempt;
    const { search, createStepper, onCheckpoint } = this.options;
    const stepper = await createStepper((message) => void this.lost(attempt, message));
    if (attempt !== this.attempt) return stepper.dispose();
    this.stepper = stepper;
    const running = startSearch({
      ...search,
      stepper,
      now: () => performance.now(),
      ...(this.checkpoint ? { resumeFrom: this.checkpoint } : {}),
      emit: (event) => {
        if (attempt === this.attempt) this.hear(event);
      },
      onCheckpoint: (checkpoint) => {
        if (attempt !== this.attempt) return;
        this.checkpoint = checkpoint;
        this.made = [];
        this.losses = 0;
        onCheckpoint(checkpoint);
      },
    });
    this.running = running;
    this.asked = [...this.made.splice(0), ...this.asked];
    for (const change of this.asked) running.steer(change);
    if (this.paused) running.pause();
    if (this.stopped) running.stop();
    // A failure has been told as an event by the time the promise rejects.
    void running.result.catch(() => {}).then(() => attempt === this.attempt && this.end());
  }

  pause(): void {
    this.paused = true;
    this.running?.pause();
  }

  resume(): void {
    this.paused = false;
    this.running?.resume();
  }

  stepOnce(): void {
    this.running?.stepOnce();
  }

  steer(change: Steering): void {
    this.asked.push(change);
    this.running?.steer(change);
  }

  stop(): void {
    this.stopped = true;
    this.running?.stop();
  }

  private hear(event: SearchEvent): void {
    // What the engine says of a loss is final; here it is not.
    if (event.type === 'device-lost') return;
    if (event.type === 'failed' && event.code === 'device-lost')
      return void this.lost(this.attempt, event.message);
    if (event.type === 'steered' && !event.automatic) {
      this.asked.shift();
      if (event.refusal === null) this.made.push(event.change);
    }
    this.options.emit(event);
    if (event.type !== 'started' || this.untold === null) return;
    this.options.emit({ ...this.when, type: 'device-lost', message: this.untold });
    this.untold = null;
  }

  private async lost(attempt: number, message: string): Promise<void> {
    if (this.over || attempt !== this.attempt) return;
    this.attempt++;
    this.losses++;
    this.letGo();
    const { options, checkpoint, losses } = this;
    try {
      if (losses < mostLosses) await options.rewind(checkpoint);
      // A search that begins anew says so first.
      if (checkpoint || losses >= mostLosses)
        options.emit({ ...this.when, type: 'device-lost', message });
      else this.untold = message;
      if (losses >= mostLosses) return this.fail(tooManyLosses);
      await this.restart();
    } catch (error) {
      this.fail(workerErrorOf(error));
    }
  }

  /** A driver that was reset takes a while. */
  private async restart(): Promise<void> {
    const delays = this.options.retryDelays ?? [0, 1_000, 4_000];
    for (const [i, delay] of delays.entries()) {
      await new Promise((resolve) => setTimeout(resolve, delay));
      try {
        return await this.start();
      } catch (error) {
        if (i === delays.length - 1) throw error;
      }
    }
  }

  private fail({ code, message, advice }: { code: string; message: string; advice: string }): void {
    this.options.emit({ ...this.when, type: 'failed', code, message, advice });
    this.end();
  }

  private get when(): { step: number; time: number } {
    return { step: this.checkpoint?.steps ?? 0, time: this.checkpoint?.time ?? 0 };
  }

  private letGo(): void {
    const { running, stepper } = this;
    this.running = null;
    this.stepper = null;
    running?.stop();
    try {
      stepper?.dispose();
    } catch {
      // Its device is gone: there may be nothing left to free.
    }
  }

  private end(): void {
    if (this.over) return;
    this.over = true;
    this.attempt++;
    this.letGo();
    this.options.onOver();
  }
}

const tooManyLosses = {
  code: 'device-lost',
  message: `The graphics device was lost ${mostLosses} times in a row.`,
  advice:
    'Nothing before the last checkpoint is lost: resume from the library when the device works again. Close other programs that use the graphics card, update its driver, or search with a smaller batch or on another backend.',
};
