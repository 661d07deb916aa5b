/**
 * A run as the page knows it: a pure fold over the search's events. Living through a run and replaying its events give
 * the same model, so every view is a function of this and nothing else. Its size is bounded, however long the run.
 */
import type { RunModel, Snapshot, StageState, UnitDetail } from './run-state.ts';
import type { SearchEvent } from '../../domain/events/events.ts';
import { appendPoint, emptyCurves } from './curves.ts';
import { appendLog, emptyLog } from './log.ts';
import { forkedRun } from './forked.ts';
import { steeredRun, valueBefore } from './steered.ts';
import { pruneUnits, regrowUnits } from './units.ts';

type EventOf<T extends SearchEvent['type']> = Extract<SearchEvent, { type: T }>;

export const emptyRun: RunModel = {
  started: null,
  step: 0,
  time: 0,
  stages: [],
  phase: null,
  outcome: null,
  latest: null,
  curves: emptyCurves,
  evaluations: [],
  snapshots: [],
  parameters: null,
  compactions: [],
  pruned: { operation: 0, filter: 0, weight: 0 },
  regrown: 0,
  regrowths: 0,
  units: {},
  details: [],
  protected: {},
  ancestry: [],
  log: emptyLog,
  targetReached: null,
  architecture: null,
  failure: null,
};

/** Snapshots kept: one an epoch, so only very long runs reach it. */
const maxSnapshots = 1_000;

export function reduceRun(run: RunModel, event: SearchEvent): RunModel {
  const base: RunModel = {
    ...run,
    step: event.step,
    time: event.time,
    log: appendLog(run.log, event, run.regrowths, valueBefore(run, event)),
  };
  switch (event.type) {
    case 'started':
      return { ...emptyRun, started: event };
    case 'stage-started':
      return {
        ...base,
        stages: [...closeStage(run.stages, event.step), openStage(event)],
        parameters: event.parameters,
      };
    case 'phase':
      return { ...base, phase: event.phase };
    case 'step':
      return { ...base, latest: event, curves: appendPoint(run.curves, pointOf(event)) };
    case 'ratios':
      return { ...base, parameters: event.parameters, snapshots: appendSnapshot(run, event) };
    case 'pruned':
      return { ...base, units: pruneUnits(run.units, event), pruned: addPruned(run.pruned, event) };
    case 'regrown':
      return {
        ...base,
        units: regrowUnits(run.units, event),
        regrown: run.regrown + event.operations.length,
        regrowths: run.regrowths + 1,
      };
    case 'committed': {
      const compaction = { step: event.step, before: event.memoryBefore, after: event.memoryAfter };
      return {
        ...base,
        parameters: event.parameters,
        compactions: [...run.compactions, compaction].slice(-maxSnapshots),
      };
    }
    case 'evaluated': {
      const { step, stage, accuracy, loss, images, parameters } = event;
      return {
        ...base,
        evaluations: [
          ...run.evaluations,
          { step, stage, accuracy, loss, images, parameters },
        ].slice(-maxSnapshots),
      };
    }
    case 'stage-finished':
      return { ...base, stages: finishStage(run.stages, event), parameters: event.parameters };
    case 'finished':
      return {
        ...base,
        ...{ outcome: 'finished', phase: null, stages: closeStage(run.stages, event.step) },
        ...{
          parameters: event.parameters,
          targetReached: event.targetReached,
          architecture: event.architecture,
        },
      };
    case 'stopped':
      return {
        ...base,
        outcome: 'stopped',
        phase: null,
        stages: closeStage(run.stages, event.step),
        architecture: event.architecture,
      };
    case 'failed': {
      const { code, message, advice } = event;
      return { ...base, outcome: 'failed', phase: null, failure: { code, message, advice } };
    }
    case 'units':
      return { ...base, details: appendDetail(run.details, event) };
    case 'steered':
      return { ...base, ...steeredRun(run, event) };
    case 'forked':
      return { ...base, ...forkedRun(run, event) };
    // What changes nothing on screen but the step and the time.
    default:
      return base;
  }
}

export function currentStage({ stages }: RunModel): StageState | null {
  return stages[stages.length - 1] ?? null;
}

export function lastSnapshot({ snapshots }: RunModel): Snapshot | null {
  return snapshots[snapshots.length - 1] ?? null;
}

function openStage(event: EventOf<'stage-started'>): StageState {
  const { stage, joint, firstCell, lastCell, step, parameters, goalParameters, maxSteps } = event;
  return {
    ...{ index: stage, joint, firstCell, lastCell, startStep: step, endStep: null },
    ...{
      startParameters: parameters.active,
      goalParameters,
      maxSteps,
      reason: null,
      peakMemoryBytes: null,
    },
  };
}

/** Regrowth still trains after a stage is told finished: it ends where the next begins. */
function closeStage(stages: readonly StageState[], endStep: number): StageState[] {
  return stages.map((stage) => (stage.endStep === null ? { ...stage, endStep } : stage));
}

function finishStage(
  stages: readonly StageState[],
  { stage, reason, peakMemoryBytes }: EventOf<'stage-finished'>,
): StageState[] {
  return stages.map((state) =>
    state.index === stage ? { ...state, reason, peakMemoryBytes } : state,
  );
}

function pointOf({
  step,
  time,
  crossEntropy,
  sizeRegularizer,
  thresholdRegularizer,
  lambda,
  accuracy,
  memoryBytes,
}: EventOf<'step'>) {
  return {
    step,
    time,
    crossEntropy,
    loss: crossEntropy + lambda * (sizeRegularizer + thresholdRegularizer),
    accuracy,
    memoryBytes,
    lambda,
  };
}

function addPruned(
  pruned: RunModel['pruned'],
  { operations, filters, weights }: EventOf<'pruned'>,
): RunModel['pruned'] {
  const sum = (cells: readonly { count: number }[]): number =>
    cells.reduce((total, { count }) => total + count, 0);
  return {
    operation: pruned.operation + operations.length,
    filter: pruned.filter + sum(filters),
    weight: pruned.weight + sum(weights),
  };
}

function appendDetail(details: readonly UnitDetail[], event: UnitDetail): readonly UnitDetail[] {
  const longer = [...details, event];
  return longer.length <= maxSnapshots
    ? longer
    : longer
        .filter(({ committed }, i) => committed || i % 2 === 0 || i > maxSnapshots / 2)
        .slice(-maxSnapshots);
}

function appendSnapshot(
  { snapshots, units }: RunModel,
  event: EventOf<'ratios'>,
): readonly Snapshot[] {
  const { step, stage, committed, counts, stages, cells, parameters } = event;
  const longer = [
    ...snapshots,
    { step, stage, committed, counts, stages, cells, parameters, units },
  ];
  if (longer.length <= maxSnapshots) return longer;
  // Every other of the older half goes; commits stay longest, since ratios change there.
  return longer
    .filter((snapshot, i) => snapshot.committed || i % 2 === 0 || i > maxSnapshots / 2)
    .slice(-maxSnapshots);
}
