/** What a person at a shell sees of a search: a fold over its events to one line, and lines for what matters. */
import { accuracyText, measuredText } from '../src/domain/accuracy.ts';
import type { SearchEvent, SearchPhase } from '../src/domain/events/events.ts';
import { stageEnds } from '../src/domain/events/stage-ends.ts';
import type { SpaceSettings } from '../src/domain/settings/schema.ts';
import { spaceOf, stageCount } from '../src/domain/spaces/registry.ts';

export interface Progress {
  /** What the network's parts are called: one of them, and several. */
  part: { one: string; many: string };
  stages: number;
  stage: number;
  joint: boolean;
  phase: SearchPhase;
  step: number;
  maxSteps: number;
  /** Loss of the last reported step; null before the first. */
  loss: number | null;
  accuracy: number;
  /** Parameters counted against the target. */
  parameters: number;
  target: number;
  /** Milliseconds. */
  timeLeft: number | null;
  timeLeftLeast: number | null;
}

/** What follows one another in the network. */
function partOf(space: SpaceSettings): Progress['part'] {
  const { part, parts } = spaceOf(space).words;
  return { one: part, many: parts };
}

export const initialProgress: Progress = {
  part: { one: 'cell', many: 'cells' },
  stages: 1,
  stage: 0,
  joint: false,
  phase: 'compiling',
  step: 0,
  maxSteps: 0,
  loss: null,
  accuracy: 0,
  parameters: 0,
  target: 0,
  timeLeft: null,
  timeLeftLeast: null,
};

export function foldProgress(progress: Progress, event: SearchEvent): Progress {
  const next = { ...progress, step: event.step };
  switch (event.type) {
    case 'started':
      return {
        ...next,
        part: partOf(event.settings.space),
        stages: stageCount(event.settings.space),
        target: event.settings.targetParameters,
        maxSteps: event.maxSteps,
        parameters: event.superNetParameters,
      };
    case 'stage-started':
      return {
        ...next,
        stage: event.stage,
        joint: event.joint,
        parameters: event.parameters.active,
      };
    case 'phase':
      return { ...next, phase: event.phase };
    case 'step': {
      const loss =
        event.crossEntropy + event.lambda * (event.sizeRegularizer + event.thresholdRegularizer);
      const { accuracy, timeLeft, timeLeftLeast = null } = event;
      return { ...next, loss, accuracy, timeLeft, timeLeftLeast };
    }
    case 'forked':
      return { ...next, target: event.settings.targetParameters, maxSteps: event.maxSteps };
    case 'steered': {
      const { change, refusal, maxSteps = progress.maxSteps } = event;
      if (refusal !== null || change.kind !== 'set') return next;
      return change.setting === 'targetParameters'
        ? { ...next, target: change.value }
        : { ...next, maxSteps };
    }
    case 'ratios':
    case 'committed':
    case 'stage-finished':
      return { ...next, parameters: event.parameters.active };
    default:
      return next;
  }
}

const number = new Intl.NumberFormat('en-US');
const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
const count = (n: number, noun: string) => `${number.format(n)} ${noun}${n === 1 ? '' : 's'}`;

/** 1:02:03, or 2:03 under an hour. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  if (parts[0] === 0) parts.shift();
  return parts.map((part, i) => (i === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
}

function stageName({ joint, stage, stages }: Progress): string {
  return joint ? 'joint stage' : `stage ${stage + 1} of ${stages}`;
}

/** One line on where the search stands, no longer than `columns`. */
export function statusLine(progress: Progress, columns = Infinity): string {
  const parts = [
    `${stageName(progress)}, ${progress.phase}`,
    `step ${progress.step}${progress.maxSteps ? ` of at most ${progress.maxSteps}` : ''}`,
    progress.loss === null
      ? null
      : `loss ${progress.loss.toFixed(3)}, ${accuracyText(progress.accuracy)}`,
    `${number.format(progress.parameters)} -> ${count(progress.target, 'parameter')}`,
    progress.timeLeft === null
      ? null
      : `${progress.timeLeftLeast === null ? 'at most' : `${duration(progress.timeLeftLeast)} to`} ${duration(progress.timeLeft)} left`,
  ];
  const line = parts.filter((part) => part !== null).join(' | ');
  return line.length > columns ? `${line.slice(0, Math.max(0, columns - 3))}...` : line;
}

/** A line worth keeping about an event; null for those that only move the status line. */
export function eventLine(event: SearchEvent, progress: Progress): string | null {
  switch (event.type) {
    case 'started':
      return (
        `${event.dataset.name}: ${number.format(event.dataset.trainImages)} images to search on, ` +
        `${number.format(event.dataset.validationImages)} held out; super-net of ${count(event.superNetParameters, 'parameter')} on ${event.backend}`
      );
    case 'stage-started': {
      const { one, many } = progress.part;
      const parts =
        event.firstCell === event.lastCell
          ? `${one} ${event.lastCell + 1}`
          : `${many} ${event.firstCell + 1}-${event.lastCell + 1}`;
      return `${stageName(progress)}: ${parts}, ${number.format(event.parameters.active)} -> ${count(event.goalParameters, 'parameter')}`;
    }
    case 'pruned': {
      const sum = (cells: { count: number }[]) =>
        cells.reduce((total, cell) => total + cell.count, 0);
      return `pruned ${count(event.operations.length, 'operation')}, ${count(sum(event.filters), 'filter')}, ${count(sum(event.weights), 'weight')}`;
    }
    case 'committed': {
      const left = Object.entries(event.counts).map(
        ([granularity, units]) =>
          `${granularity}s ${percent(units.left / Math.max(1, units.total))}`,
      );
      return `round ${event.round}: ${left.join(', ')} left; ${count(event.parameters.active, 'parameter')}`;
    }
    case 'forked':
      return `fork of ${event.parent.name} at step ${event.step}`;
    case 'regrown':
      return `regrew ${count(event.operations.length, 'operation')}`;
    case 'evaluated':
      return `${event.split} accuracy ${measuredText(event.accuracy, event.images)}, cross-entropy ${event.loss.toFixed(3)}`;
    case 'stage-finished':
      return `${stageName(progress)} finished, ${stageEnds[event.reason]}: ${count(event.parameters.active, 'parameter')}`;
    case 'device-lost':
      return `the device was lost: ${event.message}`;
    case 'failed':
      return `failed (${event.code}): ${event.message} ${event.advice}`;
    case 'finished':
      return (
        `finished after ${duration(event.time)}: ${count(event.parameters.active, 'parameter')}, ` +
        `${event.targetReached ? 'within the target' : 'over the target'}, validation accuracy ${measuredText(event.accuracy, event.images)}`
      );
    case 'stopped':
      return `stopped after ${count(event.step, 'step')}`;
    default:
      return null;
  }
}

export interface Output {
  write(text: string): void;
  /** Columns of a terminal; undefined when it is none. */
  readonly columns?: number | undefined;
}

/** Without a terminal, a status line no more often than this. */
const plainInterval = 30_000;

/** Writes progress as events come: on a terminal one line that is rewritten, under the lines that stay; elsewhere plain lines. */
export function progressWriter(output: Output, isTerminal: boolean): (event: SearchEvent) => void {
  let progress = initialProgress;
  let lastPlain = 0;
  const eraseLine = '\r\x1b[K';
  return (event) => {
    progress = foldProgress(progress, event);
    const line = eventLine(event, progress);
    const over = event.type === 'finished' || event.type === 'stopped' || event.type === 'failed';
    if (isTerminal) {
      if (line) output.write(`${eraseLine}${line}\n`);
      output.write(
        over ? eraseLine : `${eraseLine}${statusLine(progress, (output.columns ?? 80) - 1)}`,
      );
      return;
    }
    if (line) output.write(`${line}\n`);
    if (event.type === 'step' && event.time - lastPlain >= plainInterval) {
      lastPlain = event.time;
      output.write(`${statusLine(progress)}\n`);
    }
  };
}
