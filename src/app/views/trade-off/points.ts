/** Accuracy against parameters: the measured moments of runs, and which of them no other beats. Pure. */
import { clearlyAbove } from '../../../domain/accuracy.ts';
import type { SearchEvent } from '../../../domain/events/events.ts';
import { stageCount } from '../../../domain/spaces/registry.ts';
import type { Evaluation } from '../../store/run-state.ts';

export interface TradeOffPoint {
  step: number;
  stage: number;
  accuracy: number;
  /** Images it was measured on; 0 = not noted, so that nothing can be told from noise. */
  images: number;
  parameters: number;
  /** Of all cells: networks of earlier stages end halfway, and compete with no whole one. */
  whole: boolean;
}

export interface TradeOffRun {
  id: string;
  name: string;
  seed: number;
  target: number;
  /** The one on screen. */
  current: boolean;
  /** Put beside it: a fork's parent, or one that was chosen in Balance. */
  beside?: boolean;
  points: readonly TradeOffPoint[];
}

export function pointsOf(evaluations: readonly Evaluation[], stages: number): TradeOffPoint[] {
  return evaluations.map(({ step, stage, accuracy, images, parameters }) => ({
    ...{ step, stage, accuracy, images, parameters },
    whole: stage >= stages - 1,
  }));
}

const known = new WeakMap<readonly SearchEvent[], TradeOffRun>();

/** Of a run that is not on screen; null before it was started. */
export function tradeOffRunOf({
  id,
  name,
  events,
}: {
  id: string;
  name: string;
  events: readonly SearchEvent[];
}): TradeOffRun | null {
  const cached = known.get(events);
  if (cached) return cached;
  const started = events.find((event) => event.type === 'started');
  if (!started) return null;
  const { seed, targetParameters: target, space } = started.settings;
  const evaluations = events.filter((event) => event.type === 'evaluated');
  const run = {
    id,
    name,
    seed,
    target,
    current: false,
    points: pointsOf(evaluations, stageCount(space)),
  };
  known.set(events, run);
  return run;
}

/** Whole networks that none with as few parameters beats in accuracy, from the smallest up. */
export function paretoFront(points: readonly TradeOffPoint[]): TradeOffPoint[] {
  const sorted = points
    .filter(({ whole }) => whole)
    .sort((a, b) => a.parameters - b.parameters || b.accuracy - a.accuracy);
  let best = -Infinity;
  return sorted.filter(({ accuracy }) => accuracy > best && ((best = accuracy), true));
}

/**
 * Points of the front, each with whether it is more accurate than every smaller one by more than noise. The front alone
 * takes the luckiest of many measurements.
 */
export function frontBeyondNoise(
  points: readonly TradeOffPoint[],
): { point: TradeOffPoint; certain: boolean }[] {
  let last: TradeOffPoint | null = null;
  return paretoFront(points).map((point) => {
    const certain = last === null || clearlyAbove(point, last);
    if (certain) last = point;
    return { point, certain };
  });
}

/** The smallest whole network that `best` is not above by more than noise; `best` itself where there is none. */
export function smallestWithinNoise(
  points: readonly TradeOffPoint[],
  best: TradeOffPoint,
): TradeOffPoint {
  return points.reduce(
    (smallest, point) =>
      point.whole && point.parameters < smallest.parameters && !clearlyAbove(best, point)
        ? point
        : smallest,
    best,
  );
}

/** The most accurate whole network within a size. */
export function bestWithin(points: readonly TradeOffPoint[], target: number): TradeOffPoint | null {
  const within = points.filter(({ whole, parameters }) => whole && parameters <= target);
  return within.reduce<TradeOffPoint | null>(
    (best, point) => (best && best.accuracy >= point.accuracy ? best : point),
    null,
  );
}
