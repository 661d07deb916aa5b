/** Messages between the page and the worker that runs a comparison: one comparison a worker. */
import type { Architecture } from '../domain/architecture/schema.ts';
import type { Estimate } from '../engine/baselines/pace.ts';
import type { ComparisonPlan, RunKey } from '../engine/baselines/plan.ts';
import type { Comparison, RunResult } from '../engine/baselines/results.ts';
import type { ParameterCounts, SearchPhase } from '../domain/events/events.ts';
import type { BackendChoice, DatasetSource, WorkerError } from './messages.ts';

export type CompareRequest =
  /** Times a few steps, whatever the plan's `dataset` and `backend` say: answered by `estimated`, or by `error`. */
  | { type: 'estimate'; plan: ComparisonPlan; dataset: DatasetSource; backend: BackendChoice }
  /**
   * Runs what is open of the stored comparison of this id; of the given one where none is stored. To stop, end the
   * worker: the run under way is lost, all before it are stored.
   */
  | {
      type: 'run';
      id: string;
      comparison: Comparison;
      dataset: DatasetSource;
      backend: BackendChoice;
    }
  /** After the step under way. */
  | { type: 'pause' }
  | { type: 'resume' };

export type CompareMessage =
  /** Loading the data set: bytes so far and in all (0 = unknown). */
  | { type: 'loading'; loaded: number; total: number }
  | { type: 'estimated'; estimate: Estimate; dataset: string }
  | { type: 'progress'; progress: RunProgress }
  | { type: 'run-finished'; result: RunResult; architecture: Architecture }
  /** The others go on. */
  | { type: 'run-failed'; failure: RunFailure }
  | { type: 'paused' }
  | { type: 'resumed' }
  /** Why results are not stored at the moment; null = they are (again). */
  | { type: 'keeping'; obstacle: string | null }
  /** Nothing is open any more. */
  | { type: 'finished' }
  /** The request could not be carried out, or the worker is of no more use. */
  | { type: 'error'; error: WorkerError };

/** A run that failed: it is tried again when the comparison goes on. */
export interface RunFailure extends RunKey {
  error: WorkerError;
}

export interface RunProgress {
  run: RunKey;
  /** Of all runs of the comparison: this one's number, from 1, and how many there are. */
  number: number;
  total: number;
  part: 'preparing' | 'search' | 'training';
  /** Of a search. */
  stage: number | null;
  phase: SearchPhase | null;
  /** Of this part; `maxSteps` is an upper limit of a search. */
  step: number;
  maxSteps: number;
  /** Of a search. */
  parameters: ParameterCounts | null;
  /** Milliseconds: of the whole comparison. */
  timeLeft: number;
}
