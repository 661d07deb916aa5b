/**
 * The one protocol between the page and its workers, and the page's end of it. A contract says what a worker serves:
 * requests, each answered by one reply, and events, which come in order and in batches. Both ends infer their types from
 * it. serve.ts is the worker's end.
 */

/** Raised when a message changes in a way that the other end cannot read. */
export const protocolVersion = 2;

export interface Contract {
  readonly requests: Readonly<Record<string, { payload: object; value: unknown }>>;
  readonly event: { readonly type: string };
}
export type RequestType<C extends Contract> = keyof C['requests'] & string;
export type Payload<
  C extends Contract,
  T extends RequestType<C> = RequestType<C>,
> = C['requests'][T]['payload'];
export type Value<
  C extends Contract,
  T extends RequestType<C> = RequestType<C>,
> = C['requests'][T]['value'];

/** Why a request was not carried out, or why the worker is of no more use. */
export interface WorkerError {
  /** For programs. */
  code: string;
  message: string;
  /** What the user can do now. */
  advice: string;
  /** For a bug report: the causes, and where in the program it happened. */
  details?: string;
}

export type PageMessage<C extends Contract = Contract> =
  | {
      [T in RequestType<C>]: {
        version: number;
        kind: 'request';
        id: number;
        type: T;
        payload: Payload<C, T>;
      };
    }[RequestType<C>]
  /** Back-pressure, not answered: the page has dealt with all event batches up to this one. */
  | { version: number; kind: 'received'; batch: number };

export type WorkerMessage<C extends Contract = Contract> =
  | { version: number; kind: 'reply'; id: number; ok: true; value: Value<C> }
  | { version: number; kind: 'reply'; id: number; ok: false; error: WorkerError }
  | { version: number; kind: 'events'; batch: number; events: C['event'][] }
  /** A failure outside any request: the worker is of no more use. */
  | { version: number; kind: 'crashed'; error: WorkerError };

/** What a worker serves: one contract each; `decode` serves other workers. */
export type WorkerRole = 'search' | 'train' | 'compare' | 'data' | 'import' | 'decode';

/** What of `Worker` a client needs; a test gives it an EventTarget. */
export interface Transport {
  postMessage(message: PageMessage): void;
  addEventListener(
    type: 'message' | 'error' | 'messageerror',
    listener: (event: Event) => void,
  ): void;
  terminate(): void;
}

/** A request that the worker answered with an error, or could not answer any more. */
export class RequestFailed extends Error {
  override readonly name = 'RequestFailed';
  constructor(readonly error: WorkerError) {
    super(error.message);
  }
}

export interface ClientOptions<C extends Contract> {
  /** Of what the worker does, to start a sentence: "The search". */
  readonly task: string;
  /** What to do when the worker has crashed. */
  readonly advice: string;
  readonly connect: () => Transport;
  /** `received` must be called once the events have been dealt with (drawn): the worker holds back until then. */
  readonly onEvents: (events: readonly C['event'][], received: () => void) => void;
  /** The worker has crashed and is gone; every pending request has been rejected with this error. */
  readonly onCrash?: (error: WorkerError) => void;
}

interface Pending<C extends Contract> {
  resolve(value: Value<C>): void;
  reject(error: RequestFailed): void;
}

/** Why requests are rejected whose worker the page itself has ended. */
const ended: WorkerError = { code: 'ended', message: 'The worker was ended.', advice: '' };

/** Whether a request failed only because the page ended its worker. */
export const wasEnded = (error: unknown): boolean =>
  error instanceof RequestFailed && error.error === ended;

/**
 * Requests to one worker at a time, which the first request starts. After `end` or a crash the next request starts
 * another, and messages of the earlier one are ignored.
 */
export class WorkerClient<C extends Contract> {
  private transport: Transport | null = null;
  private lastId = 0;
  private readonly pending = new Map<number, Pending<C>>();

  constructor(private readonly options: ClientOptions<C>) {}

  /** Rejects with RequestFailed only. */
  request<T extends RequestType<C>>(type: T, payload: Payload<C, T>): Promise<Value<C, T>> {
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      // The worker keeps the map from type to value: it answers each id with that type's value.
      this.pending.set(id, { resolve: resolve as Pending<C>['resolve'], reject });
      try {
        this.transport ??= this.connect();
        this.transport.postMessage({
          version: protocolVersion,
          kind: 'request',
          id,
          type,
          payload,
        });
      } catch (error) {
        this.pending.delete(id);
        reject(new RequestFailed(this.crash(error instanceof Error ? error.message : '')));
      }
    });
  }

  /** Terminates the worker, whatever it is doing. What is pending is rejected (see `wasEnded`). */
  end(): void {
    this.discard(ended);
  }

  private discard(reason: WorkerError): void {
    this.transport?.terminate();
    this.transport = null;
    const waiting = [...this.pending.values()];
    this.pending.clear();
    for (const { reject } of waiting) reject(new RequestFailed(reason));
  }

  private connect(): Transport {
    const transport = this.options.connect();
    const ifCurrent = (handle: (event: Event) => void) => (event: Event) => {
      if (this.transport === transport) handle(event);
    };
    const onMessage = (event: Event): void =>
      this.receive((event as MessageEvent<WorkerMessage<C>>).data);
    const onError = (event: Event): void => {
      event.preventDefault();
      this.fail(this.crash((event as Partial<ErrorEvent>).message ?? ''));
    };
    transport.addEventListener('message', ifCurrent(onMessage));
    transport.addEventListener('error', ifCurrent(onError));
    transport.addEventListener(
      'messageerror',
      ifCurrent(() => this.fail(this.crash('a message could not be read'))),
    );
    return transport;
  }

  private receive(message: WorkerMessage<C>): void {
    if (message?.version !== protocolVersion) return this.fail(otherVersion);
    switch (message.kind) {
      case 'reply': {
        const pending = this.pending.get(message.id);
        this.pending.delete(message.id);
        if (message.ok) pending?.resolve(message.value);
        else pending?.reject(new RequestFailed(message.error));
        return;
      }
      case 'events': {
        const { transport } = this;
        const received = {
          version: protocolVersion,
          kind: 'received',
          batch: message.batch,
        } as const;
        this.options.onEvents(message.events, () => {
          if (this.transport === transport) transport?.postMessage(received);
        });
        return;
      }
      case 'crashed':
        return this.fail(message.error);
    }
  }

  private fail(error: WorkerError): void {
    this.discard(error);
    this.options.onCrash?.(error);
  }

  private crash(reason: string): WorkerError {
    const { task, advice } = this.options;
    return {
      code: 'worker-crashed',
      message: `${task} stopped: its worker crashed${reason ? ` (${reason})` : ' or could not be loaded'}.`,
      advice,
    };
  }
}

/** Also what a worker answers to a page of another version. */
export const otherVersion: WorkerError = {
  code: 'version',
  message: 'The page and its worker are of different versions.',
  advice: 'Reload the page.',
};

/** Of whatever a request rejected with. */
export function errorOf(error: unknown): WorkerError {
  if (error instanceof RequestFailed) return error.error;
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'unknown', message, advice: 'Reload the page.' };
}
