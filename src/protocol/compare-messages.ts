/** The contract of the worker that runs a comparison: one comparison a worker. */
import type { Architecture } from '../domain/architecture/schema.ts';
import type { Estimate } from '../engine/baselines/pace.ts';
import type { ComparisonPlan, RunKey } from '../engine/baselines/plan.ts';
import type { Comparison, RunResult } from '../engine/baselines/results.ts';
import type { ParameterCounts, SearchPhase } from '../domain/events/events.ts';
import type { BackendChoice, DatasetSource, LoadingEvent } from './messages.ts';
import type { WorkerError } from './rpc.ts';
import type { Delivery } from './stream.ts';

export interface EstimatePayload {
  /** Its `dataset` and `backend` are ignored: the fields below count. */
  plan: ComparisonPlan;
  dataset: DatasetSource;
  backend: BackendChoice;
}

export interface RunPayload {
  id: string;
  /** Run where none is stored under this id. */
  comparison: Comparison;
  dataset: DatasetSource;
  backend: BackendChoice;
}

export interface CompareContract {
  requests: {
    /** Times a few steps. `dataset`: its name. */
    estimate: { payload: EstimatePayload; value: { estimate: Estimate; dataset: string } };
    /**
     * Carries out the open runs of the stored comparison; answered once none is open. To stop, end the worker: the run
     * under way is lost, all before it are stored.
     */
    run: { payload: RunPayload; value: null };
    /** After the step under way. */
    pause: { payload: object; value: null };
    resume: { payload: object; value: null };
  };
  event:
    | LoadingEvent
    | { type: 'progress'; progress: RunProgress }
    | { type: 'run-finished'; result: RunResult; architecture: Architecture }
    /** The other runs continue. */
    | { type: 'run-failed'; failure: RunFailure }
    | { type: 'paused' }
    | { type: 'resumed' }
    /** Why results are not stored at the moment; null = they are (again). */
    | { type: 'keeping'; obstacle: string | null };
}

export const compareDelivery = ({ type }: CompareContract['event']): Delivery =>
  type === 'loading' || type === 'progress' ? 'latest' : 'urgent';

/** A run that failed: it is tried again when the comparison is resumed. */
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
