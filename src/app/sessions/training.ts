/** The training of this page: its worker, and a store that is a fold over its events. */
import { createStore, useStore } from 'zustand';
import type { ExportFormat } from '../../domain/export-formats.ts';
import type { Architecture } from '../../domain/architecture/schema.ts';
import type { TrainEvent } from '../../engine/train/events.ts';
import type { TrainSettings } from '../../engine/train/settings.ts';
import type { Trained } from '../../engine/train/trained.ts';
import type { DatasetSource, WorkerError } from '../../protocol/messages.ts';
import { errorOf, wasEnded, WorkerClient } from '../../protocol/rpc.ts';
import type { TrainContract, TrainPayload, WorstImage } from '../../protocol/train-messages.ts';
import type { TrainingRecord } from '../../storage/records.ts';
import { fingerprint } from '../../storage/trainings.ts';
import type { StoredTrainings } from '../../storage/trainings.ts';
import { openWorker } from './open-worker.ts';
import { afterDrawing } from '../after-drawing.ts';
import { saveBytes } from '../download.ts';
import { sourceNow } from './dataset-sources.ts';
import { library } from '../store/library-state.ts';
import { lab } from '../store/store.ts';
import { latencyFor } from './training-latency.ts';

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
  /** Fingerprint of the architecture that all of this is about. */
  readonly of: string | null;
  /** What an earlier page has trained; null = this page's worker has it. */
  readonly trained: Trained | null;
  /** Interrupted: can be resumed. */
  readonly unfinished: TrainingRecord | null;
  /** Why the training is not stored. */
  readonly obstacle: string | null;
}

const empty: Omit<Training, 'imported'> = {
  ...{
    state: 'idle',
    loading: null,
    started: null,
    steps: [],
    evaluations: [],
    worst: [],
    latency: null,
    error: null,
  },
  ...{ of: null, trained: null, unfinished: null, obstacle: null },
};
export const training = createStore<Training>(() => ({ ...empty, imported: null }));
export const useTraining = <T>(select: (state: Training) => T): T => useStore(training, select);

/** Points of a curve are halved once there are more. */
const mostPoints = 600;

const worker = new WorkerClient<TrainContract>({
  task: 'The training',
  advice: 'Train again; reload the page if it happens again.',
  connect: () => openWorker('train'),
  onEvents(events, received) {
    for (const event of events) receive(event);
    afterDrawing(received);
  },
});

/** What a request that the page has ended comes to is no failure. */
function failUnlessEnded(error: unknown): void {
  if (!wasEnded(error)) fail(errorOf(error));
}

export function isTraining({ state }: Pick<Training, 'state'>): boolean {
  return state === 'loading' || state === 'running' || state === 'paused';
}

/** In a worker of its own: what an earlier training left on the device is gone. */
export function train(
  architecture: Architecture,
  settings: TrainSettings,
  dataset: DatasetSource,
): void {
  begin(architecture, settings, {
    dataset,
    backend: lab.getState().backend,
    resume: false,
  });
}

/** From its last epoch, on the data and the backend that it began with. */
export function continueTraining(
  architecture: Architecture,
  { checkpoint, source, backend }: TrainingRecord,
): void {
  const dataset = sourceNow(source);
  if (checkpoint) begin(architecture, checkpoint.settings, { dataset, backend, resume: true });
}

function begin(
  architecture: Architecture,
  settings: TrainSettings,
  where: Pick<TrainPayload, 'dataset' | 'backend' | 'resume'>,
): void {
  worker.end();
  const id = fingerprint(architecture);
  training.setState({ ...empty, of: id, state: 'loading' });
  worker.request('train', { id, architecture, settings, ...where }).catch(failUnlessEnded);
}

/** Shows what is stored of an architecture. */
export function restoreTraining(of: string, { unfinished, finished }: StoredTrainings): void {
  worker.end();
  const { imported, of: before, error } = training.getState();
  // Why its last training failed stays on screen until it is dismissed.
  let state: Training = { ...empty, imported, of, unfinished, error: of === before ? error : null };
  if (finished) {
    for (const event of finished.events) state = { ...state, ...follow(state, event) };
    state = { ...state, state: 'finished', worst: finished.worst, trained: finished.trained };
  }
  training.setState(state);
}

export function pauseTraining(): void {
  worker.request('pause', {}).catch(failUnlessEnded);
}

export function resumeTraining(): void {
  worker.request('resume', {}).catch(failUnlessEnded);
}

/** At once, whatever it is doing. */
export function stopTraining(): void {
  worker.end();
  training.setState({ state: 'idle', loading: null });
}

export function exportTrained(format: ExportFormat): void {
  const state = training.getState();
  const latency = latencyFor(state, library.getState().architectures);
  worker
    .request('export', { format, trained: state.trained, latency })
    .then(({ bytes, name }) => saveBytes(bytes, name))
    .catch(failUnlessEnded);
}

export function dismissTrainingError(): void {
  training.setState(({ state }) => ({ error: null, state: state === 'failed' ? 'idle' : state }));
}

export function importArchitecture(imported: Architecture | null): void {
  training.setState({ ...empty, imported });
}

function receive(message: TrainContract['event']): void {
  switch (message.type) {
    case 'loading':
      training.setState({ loading: { loaded: message.loaded, total: message.total } });
      break;
    case 'worst':
      training.setState({ worst: message.images });
      break;
    case 'keeping':
      training.setState({ obstacle: message.obstacle });
      break;
    // Asked for by the library, of another worker.
    case 'measuring':
      break;
    case 'training':
      training.setState((state) => follow(state, message.event));
  }
}

/** A failed export leaves a finished training finished. */
function fail(error: WorkerError): void {
  training.setState(({ state }) => ({
    error,
    state: state === 'finished' ? state : 'failed',
    loading: null,
  }));
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
