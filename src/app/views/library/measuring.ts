/** Measures the inference latency of one stored architecture at a time, in a worker of its own, and keeps it with the architecture. */
import { createStore, useStore } from 'zustand';
import type { WorkerError } from '../../../protocol/messages.ts';
import type { TrainMessage, TrainRequest } from '../../../protocol/train-messages.ts';
import type { ArchitectureRecord } from '../../../storage/records.ts';
import { keepLatency } from '../../store/library.ts';
import { lab } from '../../store/store.ts';
import { whenOccupied } from '../compare/occupied.ts';

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

/** Ends the measurement under way. */
let end: (() => void) | null = null;

export function measure(record: ArchitectureRecord): void {
  cancelMeasuring();
  const { id, architecture } = record;
  measuring.setState({ ...idle, id });
  const worker = new Worker(new URL('../../../../workers/train.worker.ts', import.meta.url), {
    type: 'module',
    name: 'latency',
  });
  let ended = false;
  let giveUp = (): void => {};
  const finish = (text: string | null): void => {
    if (ended) return;
    ended = true;
    giveUp();
    worker.terminate();
    end = null;
    measuring.setState({ ...idle, problem: text === null ? null : { id, text } });
  };
  end = () => finish(null);
  let began = 0;
  worker.addEventListener('message', ({ data }: MessageEvent<TrainMessage>) => {
    if (ended) return;
    switch (data.type) {
      case 'measuring': {
        const { done, total } = data;
        if (done === 0) began = performance.now();
        return measuring.setState({
          progress: {
            done,
            total,
            timeLeft: done > 0 ? ((performance.now() - began) / done) * (total - done) : null,
          },
        });
      }
      case 'measured':
        return void keepLatency(record, { ...data.latency, measured: Date.now() }).then(
          () => finish(null),
          (error: unknown) =>
            finish(
              `It was measured, but not stored: ${error instanceof Error ? error.message : String(error)}`,
            ),
        );
      case 'error':
        return finish(inWords(data.error));
      default:
    }
  });
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    finish(
      `The worker stopped: ${event.message || 'no reason was given'}. Measure again; reload the page if it happens again.`,
    );
  });
  // Beside other work on the device it would measure that.
  giveUp = whenOccupied((occupant) =>
    finish(`${occupant} is using the graphics device: pause or finish it first.`),
  );
  if (!ended)
    worker.postMessage({
      type: 'measure',
      architecture,
      backend: lab.getState().backend,
    } satisfies TrainRequest);
}

/** At once, whatever it is doing. */
export function cancelMeasuring(): void {
  end?.();
}

function inWords({ message, advice }: WorkerError): string {
  return `${/[.!?]$/.test(message) ? message : `${message}.`} ${advice}`;
}
