/** What a person at a shell sees of a training: one status line, and lines for what matters. */
import { accuracyText, measuredText } from '../src/domain/accuracy.ts';
import type { TrainEvent } from '../src/engine/train/events.ts';
import type { TrainSettings } from '../src/engine/train/settings.ts';
import { duration } from './progress.ts';
import type { Output } from './progress.ts';

const number = new Intl.NumberFormat('en-US');

/** What of the recipe is on. */
function recipe({ data, regularization: { dropPath, auxiliary }, widen }: TrainSettings): string {
  const parts = [
    data.randomResizedCrop === true && 'random resized crop',
    data.cutout > 0 && `cutout of ${data.cutout} pixels`,
    dropPath > 0 && `drop-path up to ${dropPath}`,
    auxiliary > 0 && `auxiliary head weighted ${auxiliary}`,
    widen > 1 && `${widen} times the filters`,
  ].filter((part) => part !== false);
  return parts.length > 0 ? `; ${parts.join(', ')}` : '';
}

/** A line worth keeping about an event; null for those that only move the status line. */
export function trainingLine(event: TrainEvent): string | null {
  switch (event.type) {
    case 'training-started': {
      const { dataset, parameters, macs, settings, maxSteps, backend } = event;
      return (
        `${dataset.name}: ${number.format(dataset.trainImages)} training and ${number.format(dataset.testImages)} test images; ` +
        `${number.format(parameters.active)} parameters (${number.format(parameters.dense)} dense), ${number.format(macs.sparse)} multiply-accumulates; ` +
        `${settings.epochs} epochs, ${number.format(maxSteps)} steps on ${backend}${recipe(settings)}`
      );
    }
    case 'training-evaluated':
      return `epoch ${event.epoch + 1}: test accuracy ${measuredText(event.accuracy, event.images)}, cross-entropy ${event.loss.toFixed(3)}`;
    case 'training-latency':
      return `inference of ${event.images} images on this device: ${event.median.toFixed(1)} ms (median), ${event.percentile95.toFixed(1)} ms (95th percentile)`;
    case 'training-finished':
      return `finished after ${duration(event.time)}: test accuracy ${measuredText(event.accuracy, event.images)}`;
    case 'training-stopped':
      return `stopped after ${number.format(event.step)} steps`;
    case 'failed':
      return `failed (${event.code}): ${event.message} ${event.advice}`;
    default:
      return null;
  }
}

/** Without a terminal, a status line no more often than this. */
const plainInterval = 30_000;

export function trainingWriter(output: Output, isTerminal: boolean): (event: TrainEvent) => void {
  const eraseLine = '\r\x1b[K';
  let maxSteps = 0;
  let lastPlain = 0;
  return (event) => {
    if (event.type === 'training-started') maxSteps = event.maxSteps;
    const line = trainingLine(event);
    if (line) output.write(`${isTerminal ? eraseLine : ''}${line}\n`);
    if (event.type !== 'training-step') return;
    const status =
      `epoch ${event.epoch + 1} | step ${event.step} of ${maxSteps} | loss ${event.crossEntropy.toFixed(3)}, ${accuracyText(event.accuracy)} | ` +
      `${event.msPerStep.toFixed(0)} ms per step | ${duration(event.timeLeft)} left`;
    if (isTerminal) output.write(`${eraseLine}${status.slice(0, (output.columns ?? 80) - 1)}`);
    else if (event.time - lastPlain >= plainInterval) {
      lastPlain = event.time;
      output.write(`${status}\n`);
    }
  };
}
