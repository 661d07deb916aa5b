/** Takes a search's state from a session, and puts it back. */
import { buildPlan } from '../../domain/spaces/build-plan.ts';
import { engineVersion } from '../version.ts';
import type { Session } from './session.ts';
import {
  checkpointFormat,
  checkpointVersion,
  readableVersions,
  refusal,
} from './checkpoint-state.ts';
import type { Checkpoint } from './checkpoint-state.ts';

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
    ...(session.lineage && { lineage: structuredClone(session.lineage) }),
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
  if (checkpoint.format !== checkpointFormat) throw refusal('it is not a checkpoint of a search');
  if (!readableVersions.includes(checkpoint.version)) {
    throw refusal(
      `it has version ${String(checkpoint.version)}; this program reads versions ${readableVersions.join(' and ')}`,
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
    throw refusal(`stage ${checkpoint.stage} is not one of its ${session.stages.length}`);
  const { steps, epochs, stageEpochs, generation, lambda, recent, accuracy, progress } = checkpoint;
  const { accuracyImages = null } = checkpoint;
  Object.assign(session, { steps, epochs, stageEpochs, generation, recent });
  session.lambda = { lambda: lambda.lambda, step: lambda.step };
  Object.assign(session, { accuracy, accuracyImages });
  session.events = checkpoint.events;
  session.stage = session.stages[Math.min(checkpoint.stage, session.stages.length - 1)]!;
  if (progress) session.progress = { ...progress };
  for (const [cell, unit] of checkpoint.protectedUnits) session.protect(cell, unit, true);
  session.setUnloaded({
    plan,
    masks: structuredClone(masks),
    parameters: structuredClone(parameters),
  });
}
