/** The numbers of a training's events as named series: `domain/events/series.ts` says what for. */
import { points } from '../../domain/events/series.ts';
import type { SeriesPoint } from '../../domain/events/series.ts';
import type { TrainEvent } from './events.ts';

export function trainingPoints(event: TrainEvent): SeriesPoint[] {
  switch (event.type) {
    case 'training-step':
      return points({
        'loss/cross_entropy': event.crossEntropy,
        'accuracy/training': event.accuracy,
        'optimizer/gradient_norm': event.gradientNorm,
        'optimizer/learning_rate': event.rate,
        'device/milliseconds_per_step': event.msPerStep,
        'device/bytes': event.memoryBytes,
        'training/epoch': event.epoch,
      });
    case 'training-evaluated':
      return points({ 'accuracy/test': event.accuracy, 'loss/test': event.loss });
    case 'training-latency':
      return points({
        'latency/median_milliseconds': event.median,
        'latency/percentile95_milliseconds': event.percentile95,
      });
    default:
      return [];
  }
}
