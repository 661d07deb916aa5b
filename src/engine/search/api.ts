/** The face of the engine: what a worker, a shell or a test needs to run a search. */
import type { SearchData } from '../data.ts';
import type { Network } from '../granularity/network.ts';
import type { SearchSettings } from '../../domain/settings/schema.ts';
import type { Stepper } from '../supernet/stepper.ts';
import type { Architecture } from '../../domain/architecture/schema.ts';
import type { Checkpoint } from './checkpoint-state.ts';
import type { SearchEvent } from '../../domain/events/events.ts';
import type { Steering } from '../../domain/events/steering-schema.ts';

export interface SearchOptions {
  readonly settings: SearchSettings;
  readonly data: SearchData;
  readonly stepper: Stepper;
  /** Called in order, never concurrently; must not throw. */
  readonly emit: (event: SearchEvent) => void;
  /** Milliseconds from any origin; the engine uses it for progress only, never for a decision. */
  readonly now?: () => number;
  /** Called at every commit, every stage's end, and every `checkpointEvery` steps; must not throw. Without it none is taken. */
  readonly onCheckpoint?: (checkpoint: Checkpoint) => void;
  /** Steps between two checkpoints within a stage; default: only at commits and stages' ends. */
  readonly checkpointEvery?: number;
  /** Goes on from here, with the checkpoint's settings in place of `settings`; the same data set must be given. */
  readonly resumeFrom?: Checkpoint;
  /** What a baseline does otherwise. */
  readonly variant?: SearchVariant;
}

/** Departures of the baselines (engine/baselines); none in a search of the paper's. */
export interface SearchVariant {
  /** All cells are searched from the start, in the joint stage alone. */
  readonly oneStage?: boolean;
  /** Prunes what was found before it is evaluated and described. */
  readonly finish?: (network: Network) => Network;
}

export interface RunningSearch {
  /** Settles when the search finished, was stopped (the architecture found so far) or failed (rejects). */
  readonly result: Promise<Architecture | null>;
  /** Takes effect before the next step. */
  pause(): void;
  resume(): void;
  /** While paused: one training step, then paused again. */
  stepOnce(): void;
  /** Takes effect before the next step, in a pause too; an event `steered` tells of it. */
  steer(steering: Steering): void;
  /** Ends after the step under way; `result` gives the architecture so far, or null before the first stage. */
  stop(): void;
}
/** Implemented in search.ts: `export function startSearch(options: SearchOptions): RunningSearch`. */
export type StartSearch = (options: SearchOptions) => RunningSearch;
