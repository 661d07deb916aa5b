/**
 * Carries out the open runs of a comparison, one after the other. A run that fails is reported, and the next gets a fresh
 * device; a run whose device was lost is tried once more before it counts as failed.
 */
import { DatasetError } from '../src/datasets/dataset.ts';
import { searchDataOf, type AnyDataset } from '../src/datasets/any-set.ts';
import { measurePace } from '../src/engine/baselines/measure-pace.ts';
import { Pace } from '../src/engine/baselines/pace.ts';
import type { Measured } from '../src/engine/baselines/pace.ts';
import { allRuns, openRuns } from '../src/engine/baselines/plan.ts';
import type { RunKey } from '../src/engine/baselines/plan.ts';
import type { Comparison } from '../src/engine/baselines/results.ts';
import { runMethod } from '../src/engine/baselines/run.ts';
import type { FinishedRun } from '../src/engine/baselines/run.ts';
import { failureOf } from '../src/engine/search/failure.ts';
import type { Stepper } from '../src/engine/supernet/stepper.ts';
import type { RunFailure, RunProgress } from '../src/protocol/compare-messages.ts';
import { workerErrorOf } from './refusal.ts';
import { runInputs } from './run-inputs.ts';
import type { RunControl } from './run-control.ts';
import { beginRun, follow } from './run-progress.ts';
import type { RunPosition } from './run-progress.ts';

/** Milliseconds between two messages about the same phase. */
const calm = 200;

export interface RunsOptions {
  readonly comparison: Comparison;
  readonly dataset: AnyDataset;
  readonly device: Device;
  readonly control: RunControl;
  /** Null where nothing was timed. */
  readonly measured: Measured | null;
  readonly onProgress: (progress: RunProgress) => void;
  readonly onPause: (paused: boolean) => void;
  /** Waited for: what it stores is durable before the next run begins. */
  readonly onResult: (finished: FinishedRun) => Promise<void>;
  readonly onFailure: (failure: RunFailure) => Promise<void>;
}

/** @throws DatasetError where data and settings do not fit, and what `Device.open` throws: then no other run would do better. */
export async function carryOut(options: RunsOptions): Promise<void> {
  const { comparison, device, dataset, control } = options;
  const open = openRuns(comparison);
  if (open.length === 0) return;
  const total = allRuns(comparison).length;
  const first = total - open.length + 1;
  const { settings, training } = comparison;
  const time = async (): Promise<Measured> =>
    measurePace({
      settings,
      training,
      data: searchDataOf(dataset, settings),
      stepper: await device.open(),
      now: control.now,
    });
  const told = new Pace(comparison, options.measured);
  const pace = open.every(({ method }) => told.knows(method))
    ? told
    : new Pace(comparison, await time());
  for (const [i, run] of open.entries()) {
    try {
      const finished = await carryOutOne(run, {
        ...options,
        pace,
        rest: open.slice(i + 1),
        position: beginRun(run, first + i, total),
      });
      pace.note(finished.result);
      await options.onResult(finished);
    } catch (error) {
      if (error instanceof DatasetError || error instanceof NoDevice) throw error;
      device.drop();
      await options.onFailure({ ...run, error: workerErrorOf(error) });
    }
  }
}

interface OneRun extends RunsOptions {
  readonly pace: Pace;
  readonly rest: readonly RunKey[];
  readonly position: RunPosition;
}

async function carryOutOne(run: RunKey, options: OneRun): Promise<FinishedRun> {
  try {
    return await attempt(run, options);
  } catch (error) {
    if (error instanceof NoDevice || failureOf(error).code !== 'device-lost') throw error;
    options.device.drop();
    return attempt(run, options);
  }
}

async function attempt(
  run: RunKey,
  { comparison, dataset, device, control, pace, rest, onProgress, onPause, ...options }: OneRun,
): Promise<FinishedRun> {
  let position = options.position;
  const began = control.now();
  let told = -Infinity;
  const tell = (): void => {
    told = control.now();
    const own = Math.max(0, 1000 * pace.of(run.method) - (told - began));
    onProgress({ ...position, timeLeft: own + 1000 * pace.left(rest) });
  };
  tell();
  const inputs = runInputs(comparison, run, dataset);
  const stepper = await device.open();
  const working = runMethod({
    ...inputs,
    stepper,
    now: control.now,
    onStart: (running) => control.hold(running),
    emit: (event) => {
      if (event.type === 'paused') control.stand();
      if (event.type === 'paused' || event.type === 'resumed') onPause(event.type === 'paused');
      const next = follow(position, event);
      const news =
        next.part !== position.part ||
        next.phase !== position.phase ||
        next.stage !== position.stage;
      const moved = next !== position;
      position = next;
      if (news || (moved && control.now() - told >= calm)) tell();
    },
  });
  const finished = await Promise.race([working, device.lost]);
  // Nobody stops a run but by ending the worker.
  if (!finished) throw new Error('The run ended before it was done.');
  return finished;
}

/** No stepper could be opened: no run would do better. */
export class NoDevice extends Error {
  override readonly name = 'NoDevice';
}

/** One stepper for all runs, and a fresh one after it was dropped. */
export class Device {
  private stepper: Promise<Stepper> | null = null;
  /** Rejects once the device in use is gone. */
  lost: Promise<never> = new Promise(() => {});

  constructor(private readonly create: (lost: (message: string) => void) => Promise<Stepper>) {}

  async open(): Promise<Stepper> {
    if (!this.stepper) {
      let tell: (error: Error) => void = () => {};
      this.lost = new Promise((_, reject) => (tell = reject));
      // Between two runs nobody waits for it.
      this.lost.catch(() => {});
      this.stepper = this.create((message) => tell(new Error(message)));
    }
    try {
      return await this.stepper;
    } catch (error) {
      this.stepper = null;
      throw new NoDevice('no device', { cause: error });
    }
  }

  drop(): void {
    void this.stepper?.then((stepper) => stepper.dispose()).catch(() => {});
    this.stepper = null;
  }
}
