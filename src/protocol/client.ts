/**
 * The page's end of the protocol: requests with typed replies, and one explicit state. A worker serves one search; the
 * next gets a fresh one, so that whatever the last left on the device is gone. Every worker is a generation, and what an
 * older one still says is not heard.
 */
import type { SearchEvent } from '../domain/events/events.ts';
import type { Steering } from '../domain/events/steering-schema.ts';
import { protocolVersion } from './messages.ts';
import type {
  PageMessage,
  Payload,
  RequestType,
  SuperNet,
  Value,
  WorkerError,
  WorkerMessage,
} from './messages.ts';

export type ClientState =
  'idle' | 'loading' | 'running' | 'paused' | 'stopping' | 'finished' | 'failed';

/** States in which a search is under way. */
export const activeStates: readonly ClientState[] = ['loading', 'running', 'paused', 'stopping'];

/** What of `Worker` the client needs; a test gives it an EventTarget. */
export interface Transport {
  postMessage(message: PageMessage): void;
  addEventListener(
    type: 'message' | 'error' | 'messageerror',
    listener: (event: Event) => void,
  ): void;
  terminate(): void;
}

export interface ClientHandlers {
  onState(state: ClientState): void;
  /** `drawn` is to be called once the events are on screen: the worker holds back until then. */
  onEvents(events: readonly SearchEvent[], drawn: () => void): void;
  onLoading(loaded: number, total: number): void;
  onSuperNet(superNet: SuperNet): void;
  /** The search goes on from a checkpoint: these events, from the first on, replace all that came before. */
  onHistory(events: readonly SearchEvent[]): void;
  /** Whether and where the run is kept; `obstacle` = why not, or not at the moment. */
  onRecording(recording: Recording): void;
  /** Failures that no event tells of: of loading, of the device, of the worker itself. */
  onError(error: WorkerError): void;
}

export type Recording = Omit<Extract<WorkerMessage, { type: 'recording' }>, 'version' | 'type'>;

/** A request the worker answered with an error, or could not answer any more. */
export class RequestFailed extends Error {
  override readonly name = 'RequestFailed';
  constructor(readonly error: WorkerError) {
    super(error.message);
  }
}

interface Pending {
  resolve(value: Value<RequestType>): void;
  reject(error: RequestFailed): void;
}

const replaced: WorkerError = {
  code: 'replaced',
  message: 'The worker was replaced by a new one.',
  advice: '',
};

export class SearchClient {
  private transport: Transport | null = null;
  private generation = 0;
  private lastId = 0;
  private readonly pending = new Map<number, Pending>();
  /** The worker has run a search: the next one gets another. */
  private used = false;
  private current: ClientState = 'idle';

  constructor(
    private readonly createTransport: () => Transport,
    private readonly handlers: ClientHandlers,
  ) {}

  get state(): ClientState {
    return this.current;
  }

  get isActive(): boolean {
    return activeStates.includes(this.current);
  }

  probe(): Promise<Value<'probe'>> {
    return this.request('probe', {});
  }

  /** Begins a search. Failures go to `onError` or come as events; the promise never rejects. */
  async start(payload: Payload<'start'>): Promise<void> {
    if (this.isActive) return;
    if (this.used) this.discard();
    // Connected before its generation is noted: a connection begins one.
    this.transport ??= this.connect();
    this.used = true;
    const { generation } = this;
    this.enter('loading');
    try {
      await this.request('start', payload);
    } catch (error) {
      // Replaced and crashed workers have been dealt with where that happened.
      if (generation === this.generation && this.current === 'loading') this.fail(errorOf(error));
    }
  }

  pause(): void {
    if (this.current === 'running') this.send('pause');
  }

  resume(): void {
    if (this.current === 'paused') this.send('resume');
  }

  /** While paused: one step, then paused again. */
  stepOnce(): void {
    if (this.current === 'paused') this.send('step');
  }

  steer(change: Steering): void {
    if (this.current === 'running' || this.current === 'paused') this.send('steer', { change });
  }

  /** Ends the search after its step; while it is still loading, at once. */
  stop(): void {
    if (this.current === 'loading') return this.abandon();
    if (this.current !== 'running' && this.current !== 'paused') return;
    this.enter('stopping');
    this.send('stop');
  }

  /** Ends the worker, whatever it is doing. An architecture it might have handed over is lost. */
  abandon(): void {
    this.discard();
    this.enter('idle');
  }

  /** Back to idle after a search; does nothing during one. */
  reset(): void {
    if (!this.isActive) this.enter('idle');
  }

  private send<T extends 'pause' | 'resume' | 'stop' | 'step' | 'steer'>(
    type: T,
    payload = {} as Payload<T>,
  ): void {
    this.request(type, payload).catch((error: unknown) => {
      const failure = errorOf(error);
      if (failure !== replaced && this.current !== 'failed') this.fail(failure);
    });
  }

  private request<T extends RequestType>(type: T, payload: Payload<T>): Promise<Value<T>> {
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      // The map from type to value is kept by the worker: it answers each id with that type's value.
      this.pending.set(id, { resolve: resolve as Pending['resolve'], reject });
      this.post({ version: protocolVersion, id, type, ...payload } as PageMessage);
    });
  }

  private post(message: PageMessage): void {
    this.transport ??= this.connect();
    this.transport.postMessage(message);
  }

  private connect(): Transport {
    const generation = ++this.generation;
    const transport = this.createTransport();
    const current = (handle: (event: Event) => void) => (event: Event) => {
      if (generation === this.generation) handle(event);
    };
    transport.addEventListener(
      'message',
      current((event) => this.receive((event as MessageEvent<WorkerMessage>).data)),
    );
    transport.addEventListener(
      'error',
      current((event) => {
        event.preventDefault();
        this.fail(crash((event as ErrorEvent).message));
      }),
    );
    transport.addEventListener(
      'messageerror',
      current(() => this.fail(crash('A message could not be read.'))),
    );
    return transport;
  }

  private receive(message: WorkerMessage): void {
    if (message?.version !== protocolVersion) {
      this.fail({
        code: 'version',
        message: 'The page and its worker are of different versions.',
        advice: 'Reload the page.',
      });
      return;
    }
    switch (message.type) {
      case 'reply':
        return this.settle(message);
      case 'loading':
        return this.handlers.onLoading(message.loaded, message.total);
      case 'super-net':
        return this.handlers.onSuperNet(message.superNet);
      case 'recording':
        return this.handlers.onRecording({
          runId: message.runId,
          kept: message.kept,
          obstacle: message.obstacle,
        });
      case 'history':
        this.handlers.onHistory(message.events);
        // A run that is gone on with does not start again.
        if (message.events.length > 0 && this.current === 'loading') this.enter('running');
        return;
      case 'crashed':
        return this.fail(message.error);
      case 'events':
        return this.receiveEvents(message.events, message.batch);
    }
  }

  private receiveEvents(events: readonly SearchEvent[], batch: number): void {
    const { generation } = this;
    this.handlers.onEvents(events, () => {
      if (generation === this.generation)
        this.transport?.postMessage({ version: protocolVersion, type: 'drawn', batch });
    });
    for (const event of events) this.follow(event);
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

  private settle(message: Extract<WorkerMessage, { type: 'reply' }>): void {
    const pending = this.pending.get(message.id);
    if (!pending) return;
    this.pending.delete(message.id);
    if (message.ok) pending.resolve(message.value);
    else pending.reject(new RequestFailed(message.error));
  }

  private fail(error: WorkerError): void {
    const told = this.current === 'failed';
    this.discard(error);
    this.enter('failed');
    // An event has told why already: what the dying worker adds is no news.
    if (!told) this.handlers.onError(error);
  }

  /** Ends the worker and lets nobody wait for it. */
  private discard(reason: WorkerError = replaced): void {
    this.transport?.terminate();
    this.transport = null;
    this.generation++;
    this.used = false;
    const waiting = [...this.pending.values()];
    this.pending.clear();
    for (const { reject } of waiting) reject(new RequestFailed(reason));
  }

  private enter(state: ClientState): void {
    if (state === this.current) return;
    this.current = state;
    this.handlers.onState(state);
  }
}

function errorOf(error: unknown): WorkerError {
  return error instanceof RequestFailed
    ? error.error
    : crash(error instanceof Error ? error.message : String(error));
}

function crash(message: string): WorkerError {
  return {
    code: 'worker-crashed',
    message: message
      ? `The search's worker broke down: ${message}`
      : 'The search\u2019s worker could not be loaded or broke down.',
    advice: 'Start the search again. If it happens again, reload the page.',
  };
}
