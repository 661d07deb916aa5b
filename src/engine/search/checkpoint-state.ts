/**
 * A search at one moment, as plain data: with the data set and a stepper, all that is needed to go on as if nothing had
 * happened. Batches, fresh weights and regrowth are pure functions of the seed and of counters that are held here, so
 * there is no generator state beside them. docs/storage.md describes the form.
 */
import type { Ancestor } from '../../domain/events/ancestry.ts';
import type { NetworkForm } from '../../domain/architecture/schema.ts';
import type { SearchSettings } from '../../domain/settings/schema.ts';
import { cellCount, spaceOf, stageCount } from '../../domain/spaces/registry.ts';
import type { NetworkParameters } from '../../domain/graph/parameters.ts';
import type { UnitMasks } from '../../domain/spaces/plan.ts';
import type { StepMetrics } from '../supernet/stepper.ts';
import { SearchFailure } from './failure.ts';
import type { LambdaState } from './lambda.ts';
import type { TrainingPhase } from './schedule.ts';

/** What an epoch's steps gave so far, as far as it is read back. */
export interface EpochMeans {
  steps: number;
  means: StepMetrics;
}

/** What the stage under way has done, beside its epochs. */
export interface StageProgress {
  phase: TrainingPhase;
  /** Steps done of the epoch under way. */
  step: number;
  /** Active parameters at the stage's start. */
  initial: number;
  /** Commits so far, and of these the last that pruned nothing. */
  round: number;
  idle: number;
  prunedOperations: number;
  /** Scoring epochs done. */
  scored: number;
  /** Of the epoch under way, or the last one; null before its first report. Absent in checkpoints of version 1. */
  epoch?: EpochMeans | null;
}

export const checkpointFormat = 'mgas-checkpoint';
/**
 * 2: states where the super-net's stages end, what form comes out, and the means of the epoch under way; lambda has no
 * limit of its own. A checkpoint of version 1 resumes on its own super-net; what is still to come follows today's rules.
 */
export const checkpointVersion = 2;
export const readableVersions: readonly number[] = [1, 2];
/** Steps between two checkpoints within a stage, beside those at commits, in the lab. */
export const checkpointEvery = 50;

/** What a fork keeps of where it came from. */
export interface Lineage {
  ancestry: Ancestor[];
  /**
   * Seed of the split into images to search with and to validate on: the first ancestor's. With another one the fork would
   * be validated on images that it was trained on.
   */
  splitSeed: number;
}

/** Structured-cloneable: numbers, strings, plain objects and typed arrays. */
export interface Checkpoint {
  format: typeof checkpointFormat;
  version: 1 | typeof checkpointVersion;
  engineVersion: string;
  /** Last cell of each stage; absent in version 1, which divided the cells by rounding. */
  stageEnds?: number[];
  /** Form of the network that comes out; absent in version 1, whose networks compute as the super-net does. */
  outcome?: NetworkForm;
  /** As steered up to here. */
  settings: SearchSettings;
  /** Events emitted before it, its own `checkpoint` event included: a resumed search goes on after these. */
  events: number;
  /** Training steps and epochs done, in all and in this stage; milliseconds so far, pauses excluded. */
  steps: number;
  epochs: number;
  stageEpochs: number;
  time: number;
  /** Times that something fresh was drawn (see `migrateParameters`). */
  generation: number;
  /** Stage under way, or about to begin where `progress` is null. */
  stage: number;
  progress: StageProgress | null;
  lambda: LambdaState;
  recent: StepMetrics | null;
  accuracy: number | null;
  /** Images behind `accuracy`; absent in older checkpoints. */
  accuracyImages?: number | null;
  /** Operations under protection: cell -> units (edge * operations + operation). */
  protectedUnits: [cell: number, unit: number][];
  /** Absent = the run is no fork. */
  lineage?: Lineage;
  network: {
    endCell: number;
    head: number;
    masks: UnitMasks;
    /** Packed as the plan that the masks give says. */
    parameters: NetworkParameters;
  };
}

/** `interval`: within an epoch, `checkpointEvery` steps after the last one. */
export type CheckpointKind = 'commit' | 'stage-end' | 'interval';

/** Where a checkpoint was taken: at a stage's end no stage is under way, at a commit no epoch. */
export function kindOf({ progress }: Pick<Checkpoint, 'progress'>): CheckpointKind {
  if (progress === null) return 'stage-end';
  return progress.step === 0 ? 'commit' : 'interval';
}

/**
 * Where the stages of a checkpoint's super-net end.
 * @throws SearchFailure when they do not divide its cells.
 */
export function stageEndsOf({ stageEnds, settings }: Checkpoint): readonly number[] {
  const { space } = settings;
  const [cells, stages] = [cellCount(space), stageCount(space)];
  const ends = stageEnds ?? spaceOf(space).formerStageEnds(space);
  const ascending = ends.every((end, s) => end > (ends[s - 1] ?? -1));
  if (ends.length !== stages || ends.at(-1) !== cells - 1 || !ascending)
    throw refusal(
      `its stages end at cells [${ends.join(', ')}], of ${stages} stages and ${cells} cells`,
    );
  return ends;
}

export function refusal(what: string): SearchFailure {
  return new SearchFailure(
    'invalid-checkpoint',
    `The checkpoint cannot be resumed: ${what}.`,
    'Choose an earlier checkpoint, or restart the search.',
  );
}
