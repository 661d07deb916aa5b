/**
 * The page's client of the worker that searches: one explicit state. A worker serves one search; the next gets a fresh
 * one, so that whatever the last left on the device is gone.
 */
import type { SearchEvent } from '../../domain/events/events.ts';
import type { Steering } from '../../domain/events/steering-schema.ts';
import type { BenchCase } from '../../protocol/bench.ts';
import type {
  ProbeResult,
  Recording,
  SearchContract,
  StartPayload,
  WorkerError,
} from '../../protocol/messages.ts';
import type { SuperNet } from '../../domain/counts.ts';
import { errorOf, wasEnded, WorkerClient } from '../../protocol/rpc.ts';
import type { Payload, Transport } from '../../protocol/rpc.ts';

export type ClientState =
  'idle' | 'loading' | 'running' | 'paused' | 'stopping' | 'finished' | 'failed';

/** States in which a search is under way. */
export const activeStates: readonly ClientState[] = ['loading', 'running', 'paused', 'stopping'];

export interface ClientHandlers {
  onState(state: ClientState): void;
  onEvents(events: readonly SearchEvent[]): void;
  /** Must call `then` once the events are on screen: the worker holds back until then. */
  afterDrawing(then: () => void): void;
  onLoading(loaded: number, total: number): void;
  /** Programs compiled so far, and in all. */
  onCompiling(done: number, total: number): void;
  onSuperNet(superNet: SuperNet): void;
  /** The search continues from a checkpoint: these events, from the first on, replace all that came before. */
  onHistory(events: readonly SearchEvent[]): void;
  /** Whether and where the run is kept; `obstacle` = why not, or not at the moment. */
  onRecording(recording: Recording): void;
  /** Failures that no event reports: of loading, of the device, of the worker itself. */
  onError(error: WorkerError): void;
}

export class SearchClient {
  private readonly worker: WorkerClient<SearchContract>;
  /** The worker has run a search: the next one gets another. */
  private used = false;
  private current: ClientState = 'idle';

  constructor(
    connect: () => Transport,
    private readonly handlers: ClientHandlers,
  ) {
    this.worker = new WorkerClient({
      task: 'The search',
      advice: 'Start the search again. If it happens again, reload the page.',
      connect,
      onEvents: (events, received) => this.receive(events, received),
      onCrash: (error) => this.fail(error),
    });
  }

  get state(): ClientState {
    return this.current;
  }

  get isActive(): boolean {
    return activeStates.includes(this.current);
  }

  /** Once more where the worker was ended meanwhile, as by `stopMeasuring`: the answer stays of use. */
  async probe(): Promise<ProbeResult> {
    for (;;) {
      try {
        return await this.worker.request('probe', {});
      } catch (error) {
        if (!wasEnded(error)) throw error;
      }
    }
  }

  /** Times a few steps before a search; `stopMeasuring` ends it. @throws RequestFailed */
  async measure(payload: Payload<SearchContract, 'measure'>): Promise<number[]> {
    this.demandIdle();
    this.takeWorker();
    return (await this.worker.request('measure', payload)).msPerStep;
  }

  /** Times a preset on WebGPU before a search; `stopMeasuring` ends it. @throws RequestFailed */
  async bench(payload: Payload<SearchContract, 'bench'>): Promise<BenchCase> {
    this.demandIdle();
    this.takeWorker();
    return this.worker.request('bench', payload);
  }

  private demandIdle(): void {
    if (this.isActive) throw new Error('a search is running');
  }

  /** A fresh one where the last has run something: the device is new then. */
  private takeWorker(): void {
    if (this.used) this.worker.end();
    this.used = true;
  }

  stopMeasuring(): void {
    if (!this.isActive) this.end();
  }

  /** Begins a search. Failures go to `onError` or come as events; the promise never rejects. */
  async start(payload: StartPayload): Promise<void> {
    if (this.isActive) return;
    this.takeWorker();
    this.enter('loading');
    await this.send('start', payload);
  }

  pause(): void {
    if (this.current === 'running') void this.send('pause', {});
  }

  resume(): void {
    if (this.current === 'paused') void this.send('resume', {});
  }

  /** While paused: one step, then paused again. */
  stepOnce(): void {
    if (this.current === 'paused') void this.send('step', {});
  }

  steer(change: Steering): void {
    if (this.current === 'running' || this.current === 'paused')
      void this.send('steer', { change });
  }

  /** Ends the search after its step; while it is still loading, at once. */
  stop(): void {
    if (this.current === 'loading') return this.abandon();
    if (this.current !== 'running' && this.current !== 'paused') return;
    this.enter('stopping');
    void this.send('stop', {});
  }

  /** Ends the worker, whatever it is doing. An architecture it might have handed over is lost. */
  abandon(): void {
    this.end();
    this.enter('idle');
  }

  /** Back to idle after a search; does nothing during one. */
  reset(): void {
    if (!this.isActive) this.enter('idle');
  }

  private async send<T extends 'start' | 'pause' | 'resume' | 'stop' | 'step' | 'steer'>(
    type: T,
    payload: Payload<SearchContract, T>,
  ): Promise<void> {
    try {
      await this.worker.request(type, payload);
    } catch (error) {
      // A crash has been reported where it happened.
      if (!wasEnded(error) && this.current !== 'failed') this.fail(errorOf(error));
    }
  }

  private receive(messages: readonly SearchContract['event'][], received: () => void): void {
    const { handlers } = this;
    const batch: SearchEvent[] = [];
    const handOver = (): void => {
      const events = batch.splice(0);
      if (events.length === 0) return;
      handlers.onEvents(events);
      for (const event of events) this.follow(event);
    };
    for (const message of messages) {
      if (message.type === 'search') {
        batch.push(message.event);
        continue;
      }
      handOver();
      switch (message.type) {
        case 'loading':
          handlers.onLoading(message.loaded, message.total);
          break;
        case 'compiling':
          handlers.onCompiling(message.done, message.total);
          break;
        case 'super-net':
          handlers.onSuperNet(message.superNet);
          break;
        case 'recording': {
          const { runId, kept, obstacle } = message;
          handlers.onRecording({ runId, kept, obstacle });
          break;
        }
        case 'history':
          handlers.onHistory(message.events);
          // A run that is continued does not report `started` again.
          if (message.events.length > 0 && this.current === 'loading') this.enter('running');
      }
    }
    handOver();
    handlers.afterDrawing(received);
  }

  /** The state that an event implies. */
  private follow(event: SearchEvent): void {
    switch (event.type) {
      case 'started':
      case 'resumed':
        if (this.current === 'loading' || this.current === 'paused') this.enter('running');
        break;
      case 'paused':
        if (this.current === 'running') this.enter('paused');
        break;
      case 'finished':
      case 'stopped':
        this.enter('finished');
        break;
      case 'failed':
        this.enter('failed');
        break;
      default:
    }
  }

  private fail(error: WorkerError): void {
    // An event has said why already: what the dying worker adds is no news.
    const known = this.current === 'failed';
    this.end();
    this.enter('failed');
    if (!known) this.handlers.onError(error);
  }

  private end(): void {
    this.worker.end();
    this.used = false;
  }

  private enter(state: ClientState): void {
    if (state === this.current) return;
    this.current = state;
    this.handlers.onState(state);
  }
}
