/** The training of this page: its worker, and a store that is a fold over its events. */
import { createStore, useStore } from 'zustand';
import type { ExportFormat } from '../../../engine/architecture/export/files.ts';
import type { Architecture } from '../../../engine/architecture/schema.ts';
import type { TrainEvent } from '../../../engine/train/events.ts';
import type { TrainSettings } from '../../../engine/train/settings.ts';
import type { WorkerError } from '../../../protocol/messages.ts';
import type { TrainMessage, TrainRequest, WorstImage } from '../../../protocol/train-messages.ts';
import { saveBytes } from '../../download.ts';
import { chosenSource } from '../../store/datasets.ts';
import { lab } from '../../store/store.ts';

type EventOf<T extends TrainEvent['type']> = Extract<TrainEvent, { type: T }>;
export type TrainingState = 'idle' | 'loading' | 'running' | 'paused' | 'finished' | 'failed';

export interface Training {
  readonly state: TrainingState;
  /** Brought in from a file, in place of the search's. */
  readonly imported: Architecture | null;
  readonly loading: { loaded: number; total: number } | null;
  readonly started: EventOf<'training-started'> | null;
  readonly steps: readonly EventOf<'training-step'>[];
  readonly evaluations: readonly EventOf<'training-evaluated'>[];
  /** Test images that the finished network gets most wrong. */
  readonly worst: readonly WorstImage[];
  readonly latency: EventOf<'training-latency'> | null;
  readonly error: WorkerError | null;
}

const empty: Omit<Training, 'imported'> = { state: 'idle', loading: null, started: null, steps: [], evaluations: [], worst: [], latency: null, error: null };
export const training = createStore<Training>(() => ({ ...empty, imported: null }));
export const useTraining = <T>(select: (state: Training) => T): T => useStore(training, select);

/** Points of a curve are halved once there are more. */
const mostPoints = 600;
let worker: Worker | null = null;

const send = (request: TrainRequest): void => worker?.postMessage(request);

export function isTraining({ state }: Pick<Training, 'state'>): boolean {
  return state === 'loading' || state === 'running' || state === 'paused';
}

/** In a worker of its own: what an earlier training left on the device is gone. */
export function train(architecture: Architecture, settings: TrainSettings): void {
  worker?.terminate();
  const own = new Worker(new URL('../../../../workers/train.worker.ts', import.meta.url), { type: 'module', name: 'train' });
  worker = own;
  own.addEventListener('message', ({ data }: MessageEvent<TrainMessage>) => {
    if (worker === own) receive(data);
  });
  own.addEventListener('error', (event) => {
    event.preventDefault();
    if (worker === own) fail({ code: 'crash', message: `The worker stopped: ${event.message || 'no reason was given'}`, advice: 'Train again; reload the page if it happens again.' });
  });
  training.setState({ ...empty, state: 'loading' });
  send({ type: 'train', architecture, settings, dataset: chosenSource(), backend: lab.getState().backend });
}

export function pauseTraining(): void {
  send({ type: 'pause' });
}

export function resumeTraining(): void {
  send({ type: 'resume' });
}

/** At once, whatever it is doing. */
export function stopTraining(): void {
  worker?.terminate();
  worker = null;
  training.setState({ state: 'idle', loading: null });
}

export function exportTrained(format: ExportFormat): void {
  send({ type: 'export', format });
}

export function importArchitecture(imported: Architecture | null): void {
  training.setState({ ...empty, imported });
}

function receive(message: TrainMessage): void {
  switch (message.type) {
    case 'loading':
      training.setState({ loading: { loaded: message.loaded, total: message.total } });
      break;
    case 'error':
      fail(message.error);
      break;
    case 'worst':
      training.setState({ worst: message.images });
      break;
    case 'file':
      saveBytes(message.bytes, message.name);
      break;
    case 'event':
      training.setState((state) => follow(state, message.event));
  }
}

/** A failed export leaves a finished training finished. */
function fail(error: WorkerError): void {
  training.setState(({ state }) => ({ error, state: state === 'finished' ? state : 'failed', loading: null }));
}

function follow(state: Training, event: TrainEvent): Partial<Training> {
  switch (event.type) {
    case 'training-started':
      return { started: event, state: 'running', loading: null };
    case 'training-step': {
      const steps = [...state.steps, event];
      return { steps: steps.length > mostPoints ? steps.filter((_, i) => i % 2 === 1) : steps };
    }
    case 'training-evaluated':
      return { evaluations: [...state.evaluations, event] };
    case 'training-latency':
      return { latency: event };
    case 'paused':
      return { state: 'paused' };
    case 'resumed':
      return { state: 'running' };
    case 'training-finished':
      return { state: 'finished' };
    case 'failed':
      return { state: 'failed', error: event };
    default:
      return {};
  }
}
