/** What is stored, as plain structured-cloneable records. docs/storage.md describes them field by field. */
import type { Ancestor } from '../domain/events/ancestry.ts';
import type { ExternalTraining } from '../domain/architecture/external-training.ts';
import type { Architecture } from '../domain/architecture/schema.ts';
import type { Comparison, MethodName } from '../engine/baselines/results.ts';
import type { Checkpoint, CheckpointKind } from '../engine/search/checkpoint-state.ts';
import type { ParameterCounts, SearchEvent } from '../domain/events/events.ts';
import type { SearchSettings } from '../domain/settings/schema.ts';
import type { TrainCheckpoint } from '../engine/train/checkpoint.ts';
import type { TrainEvent } from '../engine/train/events.ts';
import type { MeasuredLatency } from '../engine/train/latency.ts';
import type { Trained } from '../engine/train/trained.ts';
import type { RunFailure } from '../protocol/compare-messages.ts';
import type { BackendChoice, DatasetSource } from '../protocol/messages.ts';
import type { WorstImage } from '../protocol/train-messages.ts';

/** `running` is also what a search leaves behind whose page was closed: whether one still runs is for its lock to say. */
export type RunStatus = 'running' | 'finished' | 'stopped' | 'failed';

/** The last figures of a run, a fold over its events: what a list shows without reading them. */
export interface RunSummary {
  step: number;
  /** Milliseconds of search, pauses excluded. */
  time: number;
  /** From 0; null before the first. */
  stage: number | null;
  parameters: ParameterCounts | null;
  /** Of the last evaluation, a share. */
  accuracy: number | null;
  /** Images of that evaluation; absent in records of before it was noted. */
  images?: number;
  targetReached: boolean | null;
  /** Of a fork, the direct parent last; absent = it is none. */
  ancestry?: Ancestor[];
}

export interface RunRecord {
  id: string;
  name: string;
  tags: string[];
  /** Milliseconds since 1970. */
  created: number;
  updated: number;
  status: RunStatus;
  settings: SearchSettings;
  dataset: { name: string; source: DatasetSource | null };
  backend: BackendChoice | null;
  /** Events stored. */
  events: number;
  summary: RunSummary;
  /** Step of the last checkpoint: where the run can be resumed; null = nowhere. */
  checkpointStep: number | null;
  /** Checkpoints kept, in the order they were taken; absent in records of before these were noted. */
  checkpoints?: CheckpointInfo[];
  /** When it was put into the bin, from which it can still be taken back; null = it was not. */
  deleted: number | null;
  /** It came from a file. */
  imported: boolean;
}

/** `first`: how many events of the run come before these. */
export interface EventBatchRecord {
  runId: string;
  first: number;
  events: SearchEvent[];
}

/** A kept checkpoint, without its contents. */
export interface CheckpointInfo {
  /** As of its record. */
  events: number;
  stageEnd: 0 | 1;
  step: number;
  /** Stage under way, or about to begin where it is a stage's end; from 0. */
  stage: number;
  kind: CheckpointKind;
  bytes: number;
}

export interface CheckpointRecord {
  runId: string;
  /** Events stored before it: the stream is cut back to these when the run goes on from here. */
  events: number;
  /** 1 = of a stage's end. A number, since keys hold no booleans. Which are kept: kept-checkpoints.ts. */
  stageEnd: 0 | 1;
  /** Training steps before it. */
  step: number;
  created: number;
  checkpoint: Checkpoint;
}

export interface ArchitectureRecord {
  /** Of its run, or of its own where it came alone from a file. */
  id: string;
  runId: string | null;
  name: string;
  created: number;
  architecture: Architecture;
  /** As of a run; absent = it was not, or stored before there was a bin for it. */
  deleted?: number | null;
  /** Of inference, measured in this browser; absent = not (yet), or stored before it could be. */
  latency?: StoredLatency;
  /** Reached by an exported train.py, the best of those that were read back; absent = none was. */
  elsewhere?: ExternalTraining;
}

/** `measured`: milliseconds since 1970. */
export type StoredLatency = MeasuredLatency & { measured: number };

export interface ComparisonRecord {
  id: string;
  name: string;
  /** Milliseconds since 1970. */
  created: number;
  updated: number;
  /** In the form of its file; `runs` are those done so far. */
  comparison: Comparison;
  failures: RunFailure[];
  /** Null where it came from a file: found by the data set's name. */
  source: DatasetSource | null;
  /** As of a run. */
  deleted: number | null;
  imported: boolean;
}

/** What a run of a comparison found. */
export interface FoundRecord {
  /** Its comparison's id. */
  comparison: string;
  method: MethodName;
  target: number;
  seed: number;
  architecture: Architecture;
}

/**
 * A training of an architecture, up to its last epoch (`unfinished`) or its end. Of each architecture one of either is
 * kept, the latest.
 */
export interface TrainingRecord {
  /** Fingerprint of the architecture. */
  architecture: string;
  state: 'unfinished' | 'finished';
  /** As it was given: that of the result may be wider. */
  subject: Architecture;
  updated: number;
  source: DatasetSource;
  backend: BackendChoice;
  /** For the curves: thinned out, up to the checkpoint. */
  events: TrainEvent[];
  /** Where it can be resumed; null where it is finished. */
  checkpoint: TrainCheckpoint | null;
  trained: Trained | null;
  worst: WorstImage[];
  /** As of a run; absent = it was not, or stored before there was a bin for it. */
  deleted?: number | null;
}

/** A run's record in the words of version 1, the first that was stored. */
export interface RunRecordV1 {
  id: string;
  name: string;
  created: number;
  status: RunStatus;
  settings: SearchSettings;
  dataset: string;
}

export const emptySummary: RunSummary = {
  step: 0,
  time: 0,
  stage: null,
  parameters: null,
  accuracy: null,
  targetReached: null,
};
