/**
 * A search at one moment, as plain data: with the data set and a stepper, all that is needed to go on as if nothing had
 * happened. Batches, fresh weights and regrowth are pure functions of the seed and of counters that are held here, so
 * there is no generator state beside them. docs/storage.md describes the form.
 */
import type { SearchSettings } from '../../domain/settings/schema.ts';
import { buildPlan } from '../supernet/build-plan.ts';
import type { NetworkParameters, UnitMasks } from '../supernet/plan.ts';
import type { StepMetrics } from '../supernet/stepper.ts';
import { engineVersion } from '../version.ts';
import { SearchFailure } from './failure.ts';
import type { LambdaState } from './lambda.ts';
import type { Session, StageProgress } from './session.ts';

export const checkpointFormat = 'mgas-checkpoint';
export const checkpointVersion = 1;
/** Steps between two checkpoints within a stage, beside those at commits, in the lab. */
export const checkpointEvery = 50;

/** Structured-cloneable: numbers, strings, plain objects and typed arrays. */
export interface Checkpoint {
  format: typeof checkpointFormat;
  version: typeof checkpointVersion;
  engineVersion: string;
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
 * Puts a new session where the checkpoint was taken.
 * @throws SearchFailure when the checkpoint is of another form, or its arrays do not fit its masks.
 */
export function restoreSession(session: Session, checkpoint: Checkpoint): void {
  const refuse = (what: string): SearchFailure =>
    new SearchFailure(
      'invalid-checkpoint',
      `The checkpoint cannot be gone on from: ${what}.`,
      'Choose an earlier checkpoint, or start the search anew.',
    );
  if (checkpoint.format !== checkpointFormat) throw refuse('it is no checkpoint of a search');
  if (checkpoint.version !== checkpointVersion) {
    throw refuse(
      `it is of version ${String(checkpoint.version)}, this program reads version ${checkpointVersion}`,
    );
  }
  const { endCell, head, masks, parameters } = checkpoint.network;
  const plan = buildPlan(session.space, masks, endCell, head);
  for (const key of ['values', 'momentum', 'weightMask'] as const) {
    if (parameters[key].length !== plan.table.size) {
      throw refuse(
        `network.parameters.${key} holds ${parameters[key].length} numbers, its masks leave ${plan.table.size}`,
      );
    }
  }
  if (checkpoint.stage > session.stages.length)
    throw refuse(`stage ${checkpoint.stage} is none of its ${session.stages.length}`);
  const { steps, epochs, stageEpochs, generation, lambda, recent, accuracy, progress } = checkpoint;
  const { accuracyImages = null } = checkpoint;
  Object.assign(session, { steps, epochs, stageEpochs, generation, lambda, recent });
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
