/** Measures the inference latency of one stored architecture at a time, in a worker of its own, and keeps it with the architecture. */
import { createStore, useStore } from 'zustand';
import type { WorkerError } from '../../protocol/messages.ts';
import { errorOf, WorkerClient } from '../../protocol/rpc.ts';
import type { TrainContract } from '../../protocol/train-messages.ts';
import type { ArchitectureRecord } from '../../storage/records.ts';
import { openWorker } from './open-worker.ts';
import { keepLatency } from '../store/library.ts';
import { lab } from '../store/store.ts';
import { whenOccupied } from './device.ts';

export interface Measuring {
  /** Architecture that is measured now. */
  readonly id: string | null;
  /** Runs of the network; null while it is being prepared. `timeLeft` in milliseconds; null = not known yet. */
  readonly progress: {
    readonly done: number;
    readonly total: number;
    readonly timeLeft: number | null;
  } | null;
  /** Why the last measurement came to nothing, and of which architecture. */
  readonly problem: { readonly id: string; readonly text: string } | null;
}

const idle: Measuring = { id: null, progress: null, problem: null };
export const measuring = createStore<Measuring>(() => idle);
export const useMeasuring = <T>(select: (state: Measuring) => T): T => useStore(measuring, select);

/** Ends the measurement under way, with the reason where it came to nothing. */
let end: ((text: string | null) => void) | null = null;

export function measure(record: ArchitectureRecord): void {
  cancelMeasuring();
  const { id, architecture } = record;
  measuring.setState({ ...idle, id });
  let began = 0;
  const worker = new WorkerClient<TrainContract>({
    task: 'The measurement',
    advice: 'Measure again; reload the page if it happens again.',
    connect: () => openWorker('train'),
    onEvents(events, received) {
      received();
      const last = events.findLast(({ type }) => type === 'measuring');
      if (last?.type !== 'measuring') return;
      const { done, total } = last;
      began ||= performance.now();
      const pace = done > 0 ? (performance.now() - began) / done : null;
      const timeLeft = pace === null ? null : pace * (total - done);
      measuring.setState({ progress: { done, total, timeLeft } });
    },
  });
  let stopWatching = (): void => {};
  const finish = (text: string | null): void => {
    if (end !== finish) return;
    end = null;
    stopWatching();
    worker.end();
    measuring.setState({ ...idle, problem: text === null ? null : { id, text } });
  };
  end = finish;
  // Beside other work on the device it would measure that.
  stopWatching = whenOccupied((occupant) =>
    finish(`${occupant} is using the graphics device: pause or finish it first.`),
  );
  if (end !== finish) return stopWatching();
  worker
    .request('measure', { architecture, backend: lab.getState().backend })
    .then(async (latency) => {
      if (end !== finish) return;
      try {
        await keepLatency(record, { ...latency, measured: Date.now() });
        finish(null);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        finish(`It was measured, but not stored: ${message}`);
      }
    })
    .catch((error: unknown) => finish(inWords(errorOf(error))));
}

/** At once, whatever it is doing. */
export function cancelMeasuring(): void {
  end?.(null);
}

function inWords({ message, advice }: WorkerError): string {
  return `${/[.!?]$/.test(message) ? message : `${message}.`} ${advice}`;
}
