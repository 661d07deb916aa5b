/** What runs can be compared by, as points of one run's events. Pure. */
import { copy } from '../../../copy.ts';
import { searchPoints } from '../../../../domain/events/series.ts';
import type { SearchEvent } from '../../../../domain/events/events.ts';
import { accuracy, bytes, compact, decimal, percent } from '../../../format.ts';

/** Each is a series of `searchPoints`. */
export const metrics = {
  validation: {
    label: copy.validationAccuracy,
    series: 'accuracy/validation',
    format: accuracy,
    share: true,
  },
  training: {
    label: 'Accuracy on training batches',
    series: 'accuracy/training',
    format: accuracy,
    share: true,
  },
  loss: { label: 'Cross-entropy', series: 'loss/cross_entropy', format: decimal, share: false },
  parameters: {
    label: copy.nonZeroParameters,
    series: 'parameters/active',
    format: compact,
    share: false,
  },
  operation: {
    label: 'Remaining operations',
    series: 'remaining/operation',
    format: percent,
    share: true,
  },
  filter: {
    label: copy.remainingFilters,
    series: 'remaining/filter',
    format: percent,
    share: true,
  },
  weight: {
    label: copy.remainingWeights,
    series: 'remaining/weight',
    format: percent,
    share: true,
  },
  lambda: { label: 'Lambda', series: 'optimizer/lambda', format: decimal, share: false },
  memory: { label: 'Device memory', series: 'device/bytes', format: bytes, share: false },
} as const;
export type Metric = keyof typeof metrics;

export const axes = {
  step: { label: 'training step', unit: 'step' },
  parameters: { label: 'non-zero parameters', unit: 'parameters' },
  time: { label: 'time of the search', unit: 'seconds' },
} as const;
export type Axis = keyof typeof axes;

export interface ComparedPoint {
  x: number;
  y: number;
}

/**
 * @param smoothing weight of what was before, from 0 (none) to below 1: an exponential moving mean in the order of the
 *   run, without the bias of its start.
 * @returns sorted along the axis.
 */
export function comparedPoints(
  events: readonly SearchEvent[],
  metric: Metric,
  axis: Axis,
  smoothing: number,
): ComparedPoint[] {
  const { series } = metrics[metric];
  const points: ComparedPoint[] = [];
  let active = 0;
  let mean = 0;
  let weight = 0;
  for (const event of events) {
    if ('parameters' in event && typeof event.parameters === 'object')
      active = event.parameters.active;
    for (const { name, value } of searchPoints(event)) {
      if (name !== series) continue;
      mean = smoothing * mean + (1 - smoothing) * value;
      weight = smoothing * weight + (1 - smoothing);
      const x = { step: event.step, parameters: active, time: event.time / 1000 }[axis];
      points.push({ x, y: mean / weight });
    }
  }
  return axis === 'parameters' ? points.sort((a, b) => a.x - b.x) : points;
}

/** Highest device memory that was reported in each stage, in bytes; the joint stage is the last. */
export function memoryByStage(events: readonly SearchEvent[]): number[] {
  const most: number[] = [];
  const note = (stage: number, value: number): void => {
    most[stage] = Math.max(most[stage] ?? 0, value);
  };
  for (const event of events) {
    if (event.type === 'step') note(event.stage, event.memoryBytes);
    if (event.type === 'committed') note(event.stage, event.memoryBefore);
  }
  return Array.from(most, (value) => value ?? 0);
}
