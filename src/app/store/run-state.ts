/** A run at one moment, as the fold over its events leaves it (`run-model.ts`). */
import type { Ancestor } from '../../domain/events/ancestry.ts';
import type { Architecture } from '../../domain/architecture/schema.ts';
import type {
  CellSummary,
  GranularityCounts,
  ParameterCounts,
  SearchEvent,
  SearchPhase,
} from '../../domain/events/events.ts';
import type { Granularity } from '../../domain/granularities.ts';
import type { Curves } from './curves.ts';
import type { Log } from './log.ts';
import type { Units } from './units.ts';

type EventOf<T extends SearchEvent['type']> = Extract<SearchEvent, { type: T }>;

export type UnitDetail = EventOf<'units'>;

export interface StageState {
  index: number;
  joint: boolean;
  firstCell: number;
  lastCell: number;
  startStep: number;
  /** Step of its last training step; null while it runs. */
  endStep: number | null;
  startParameters: number;
  goalParameters: number;
  maxSteps: number;
  reason: EventOf<'stage-finished'>['reason'] | null;
  peakMemoryBytes: number | null;
}

/** Ratios at one moment. */
export interface Snapshot {
  step: number;
  stage: number;
  committed: boolean;
  counts: GranularityCounts;
  stages: EventOf<'ratios'>['stages'];
  cells: readonly CellSummary[];
  parameters: ParameterCounts;
  /** Operations at this moment: committed ones, so they belong to the rest where `committed`. */
  units: Units;
}

export interface Evaluation {
  step: number;
  stage: number;
  accuracy: number;
  loss: number;
  images: number;
  parameters: number;
}

export interface Compaction {
  step: number;
  before: number;
  after: number;
}

export type Outcome = 'finished' | 'stopped' | 'failed';

export interface RunModel {
  readonly started: EventOf<'started'> | null;
  readonly step: number;
  /** Milliseconds, pauses excluded. */
  readonly time: number;
  readonly stages: readonly StageState[];
  readonly phase: SearchPhase | null;
  readonly outcome: Outcome | null;
  readonly latest: EventOf<'step'> | null;
  readonly curves: Curves;
  readonly evaluations: readonly Evaluation[];
  readonly snapshots: readonly Snapshot[];
  /** Of the whole network, as the last event that counted it says. */
  readonly parameters: ParameterCounts | null;
  readonly compactions: readonly Compaction[];
  /** Units pruned so far, regrown ones not taken off. */
  readonly pruned: Readonly<Record<Granularity, number>>;
  readonly regrown: number;
  readonly regrowths: number;
  readonly units: Units;
  /** Every unit against its threshold, at each moment that was reported; the newest last. */
  readonly details: readonly UnitDetail[];
  /** Operations under a user's protection, by unit key. */
  readonly protected: Readonly<Record<string, true>>;
  /** Runs that it was forked from, the direct parent last. */
  readonly ancestry: readonly Ancestor[];
  readonly log: Log;
  readonly targetReached: boolean | null;
  readonly architecture: Architecture | null;
  readonly failure: { code: string; message: string; advice: string } | null;
}
