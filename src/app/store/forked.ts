/** What a fork does to a run: part of the fold over its events. Pure. */
import type { SearchEvent } from '../../domain/events/events.ts';
import { ancestorOf } from '../../storage/summary.ts';
import type { RunModel } from './run-state.ts';

/** From here on other settings hold: every view measures against these. */
export function forkedRun(
  run: RunModel,
  event: Extract<SearchEvent, { type: 'forked' }>,
): Partial<RunModel> {
  const ancestry = [...run.ancestry, ancestorOf(event)];
  if (!run.started) return { ancestry };
  const { settings, maxSteps } = event;
  const { dataset, settings: before } = run.started;
  const longer =
    (settings.joint.maxEpochs - before.joint.maxEpochs) *
    Math.floor(dataset.trainImages / settings.batchSize);
  return {
    ancestry,
    // A run that was over goes on.
    ...{ outcome: null, architecture: null, targetReached: null },
    started: { ...run.started, settings, maxSteps },
    stages: run.stages.map((one) =>
      one.joint && one.endStep === null
        ? { ...one, maxSteps: one.maxSteps + longer, goalParameters: settings.targetParameters }
        : one,
    ),
  };
}
