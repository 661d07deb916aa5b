/**
 * The numbers of an event stream as named series, for trackers and tables: one fold, so that a chart of TensorBoard and a
 * CSV say the same. Names group by their first part, as trackers do.
 */
import type { SearchEvent } from './events.ts';

export interface SeriesPoint {
  readonly name: string;
  readonly value: number;
}

/** What one event of a search says; empty for events without numbers. */
export function searchPoints(event: SearchEvent): SeriesPoint[] {
  switch (event.type) {
    case 'step':
      return points({
        'loss/cross_entropy': event.crossEntropy,
        'loss/size_regularizer': event.sizeRegularizer,
        'loss/threshold_regularizer': event.thresholdRegularizer,
        'accuracy/training': event.accuracy,
        'optimizer/gradient_norm': event.gradientNorm,
        'optimizer/lambda': event.lambda,
        'device/milliseconds_per_step': event.msPerStep,
        'device/bytes': event.memoryBytes,
        'search/stage': event.stage,
        'search/epoch': event.epoch,
      });
    case 'ratios':
      return points({
        ...Object.fromEntries(
          Object.entries(event.counts).map(([level, { left, total }]) => [
            `remaining/${level}`,
            total > 0 ? left / total : 1,
          ]),
        ),
        'parameters/active': event.parameters.active,
        'parameters/dense': event.parameters.dense,
      });
    case 'committed':
      return points({
        'parameters/committed_active': event.parameters.active,
        'parameters/committed_dense': event.parameters.dense,
        'device/bytes_before_compaction': event.memoryBefore,
        'device/bytes_after_compaction': event.memoryAfter,
      });
    case 'pruned':
      return points({
        'pruned/operations': event.operations.length,
        'pruned/filters': event.filters.reduce((sum, { count }) => sum + count, 0),
        'pruned/weights': event.weights.reduce((sum, { count }) => sum + count, 0),
      });
    case 'regrown':
      return points({ 'pruned/regrown_operations': event.operations.length });
    case 'evaluated':
      return points({
        [`accuracy/${event.split}`]: event.accuracy,
        [`loss/${event.split}`]: event.loss,
      });
    case 'finished':
      return points({ 'accuracy/final_validation': event.accuracy });
    default:
      return [];
  }
}

export function points(values: Readonly<Record<string, number>>): SeriesPoint[] {
  return Object.entries(values).flatMap(([name, value]) =>
    Number.isFinite(value) ? [{ name, value }] : [],
  );
}

/** One row a number (tidy data): step, seconds, series, value. RFC 4180; names hold no comma. */
export function seriesCsv<E extends { readonly step: number; readonly time: number }>(
  events: readonly E[],
  pointsOf: (event: E) => readonly SeriesPoint[],
): string {
  const rows = events.flatMap((event) =>
    pointsOf(event).map(({ name, value }) =>
      [event.step, (event.time / 1000).toFixed(3), name, value].join(','),
    ),
  );
  return ['step,seconds,series,value', ...rows].map((row) => `${row}\r\n`).join('');
}
