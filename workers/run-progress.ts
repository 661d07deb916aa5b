/** Where a run of a comparison stands: a fold over the events of its search and its training. */
import type { RunKey } from '../src/engine/baselines/plan.ts';
import type { SearchEvent } from '../src/domain/events/events.ts';
import type { TrainEvent } from '../src/engine/train/events.ts';
import type { RunProgress } from '../src/protocol/compare-messages.ts';

export type RunPosition = Omit<RunProgress, 'timeLeft'>;

export function beginRun(run: RunKey, number: number, total: number): RunPosition {
  return {
    run,
    number,
    total,
    part: 'preparing',
    stage: null,
    phase: null,
    step: 0,
    maxSteps: 0,
    parameters: null,
  };
}

export function follow(position: RunPosition, event: SearchEvent | TrainEvent): RunPosition {
  switch (event.type) {
    case 'started':
      return { ...position, part: 'search', step: 0, maxSteps: event.maxSteps };
    case 'stage-started':
      return { ...position, stage: event.stage, parameters: event.parameters };
    case 'phase':
      return { ...position, phase: event.phase };
    case 'step':
      return { ...position, step: event.step };
    case 'ratios':
    case 'committed':
      return { ...position, parameters: event.parameters };
    case 'training-started':
      return {
        ...position,
        part: 'training',
        stage: null,
        phase: null,
        step: event.step,
        maxSteps: event.maxSteps,
      };
    case 'training-step':
      return { ...position, step: event.step };
    default:
      return position;
  }
}
