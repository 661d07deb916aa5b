/**
 * A search at one moment, as plain data: with the data set and a stepper, all that is needed to go on as if nothing had
 * happened. Batches, fresh weights and regrowth are pure functions of the seed and of counters that are held here, so
 * there is no generator state beside them. docs/storage.md describes the form.
 */
import type { NetworkForm } from '../../domain/architecture/schema.ts';
import type { SearchSettings } from '../../domain/settings/schema.ts';
import { roundedStageEnds } from '../../domain/spaces/cells.ts';
import { buildPlan } from '../../domain/spaces/build-plan.ts';
import type { NetworkParameters } from '../../domain/graph/parameters.ts';
import type { UnitMasks } from '../../domain/spaces/plan.ts';
import type { StepMetrics } from '../supernet/stepper.ts';
import { engineVersion } from '../version.ts';
import { SearchFailure } from './failure.ts';
import type { LambdaState } from './lambda.ts';
import type { Session, StageProgress } from './session.ts';

export const checkpointFormat = 'mgas-checkpoint';
/**
 * 2: states where the super-net's stages end, what form comes out, and the means of the epoch under way; lambda has no limit of its own. A
 * checkpoint of version 1 resumes on its own super-net; what is still to come follows today's rules.
 */
export const checkpointVersion = 2;
const readableVersions: readonly number[] = [1, 2];
/** Steps between two checkpoints within a stage, beside those at commits, in the lab. */
export const checkpointEvery = 50;

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
  network: {
    endCell: number;
    head: number;
    masks: UnitMasks;
    /** Packed as the plan that the masks give says. */
    parameters: NetworkParameters;
  };
}

/** Reads the network back from the device. Between steps only. @param stageOver the stage is finished: the next one begins. */
export async function takeCheckpoint(session: Session, stageOver: boolean): Promise<Checkpoint> {
  const { plan, masks, parameters } = await session.pull();
  const { steps, epochs, stageEpochs, generation, lambda, recent, settings, stage } = session;
  const { accuracy, accuracyImages } = session;
  return {
    format: checkpointFormat,
    version: checkpointVersion,
    engineVersion,
    stageEnds: [...session.space.stageEnds],
    outcome: { ...session.space.outcome },
    settings: structuredClone(settings),
    events: session.events,
    ...{ steps, epochs, stageEpochs, time: session.control.time, generation },
    stage: stageOver ? stage.index + 1 : stage.index,
    progress: stageOver ? null : { ...session.progress },
    ...{ lambda, recent, accuracy, accuracyImages },
    protectedUnits: session.protectedUnits,
    network: {
      endCell: plan.endCell,
      head: plan.stage,
      masks: structuredClone(masks),
      parameters: structuredClone(parameters),
    },
  };
}

/**
 * Where the stages of a checkpoint's super-net end.
 * @throws SearchFailure when they do not divide its cells.
 */
export function stageEndsOf({ stageEnds, settings }: Checkpoint): readonly number[] {
  const { cells, stages } = settings.space;
  const ends = stageEnds ?? roundedStageEnds(settings.space);
  const ascending = ends.every((end, s) => end > (ends[s - 1] ?? -1));
  if (ends.length !== stages || ends.at(-1) !== cells - 1 || !ascending)
    throw refusal(
      `its stages end at cells [${ends.join(', ')}], of ${stages} stages and ${cells} cells`,
    );
  return ends;
}

function refusal(what: string): SearchFailure {
  return new SearchFailure(
    'invalid-checkpoint',
    `The checkpoint cannot be resumed: ${what}.`,
    'Choose an earlier checkpoint, or start the search anew.',
  );
}

/**
 * Puts a new session where the checkpoint was taken.
 * @throws SearchFailure when the checkpoint is of another form, or its arrays do not fit its masks.
 */
export function restoreSession(session: Session, checkpoint: Checkpoint): void {
  if (checkpoint.format !== checkpointFormat) throw refusal('it is no checkpoint of a search');
  if (!readableVersions.includes(checkpoint.version)) {
    throw refusal(
      `it is of version ${String(checkpoint.version)}, this program reads versions ${readableVersions.join(' and ')}`,
    );
  }
  const { endCell, head, masks, parameters } = checkpoint.network;
  const plan = buildPlan(session.space, masks, endCell, head);
  for (const key of ['values', 'momentum', 'weightMask'] as const) {
    if (parameters[key].length !== plan.table.size) {
      throw refusal(
        `network.parameters.${key} holds ${parameters[key].length} numbers, its masks leave ${plan.table.size}`,
      );
    }
  }
  if (checkpoint.stage > session.stages.length)
    throw refusal(`stage ${checkpoint.stage} is none of its ${session.stages.length}`);
  const { steps, epochs, stageEpochs, generation, lambda, recent, accuracy, progress } = checkpoint;
  const { accuracyImages = null } = checkpoint;
  Object.assign(session, { steps, epochs, stageEpochs, generation, recent });
  session.lambda = { lambda: lambda.lambda, step: lambda.step };
  Object.assign(session, { accuracy, accuracyImages });
  session.events = checkpoint.events;
  session.stage = session.stages[Math.min(checkpoint.stage, session.stages.length - 1)];
  if (progress) session.progress = { ...progress };
  for (const [cell, unit] of checkpoint.protectedUnits) session.protect(cell, unit, true);
  session.setUnloaded({
    plan,
    masks: structuredClone(masks),
    parameters: structuredClone(parameters),
  });
}
