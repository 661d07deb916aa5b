/** The worker's end of the protocol (rpc.ts): requests in, replies and batches of events out, every failure in words. */
import { otherVersion, protocolVersion } from './rpc.ts';
import type { Contract, PageMessage, Payload, RequestType, Value, WorkerError } from './rpc.ts';
import { EventStream } from './stream.ts';
import type { Delivery } from './stream.ts';

export type Handlers<C extends Contract> = {
  readonly [T in RequestType<C>]: (payload: Payload<C, T>) => Value<C, T> | Promise<Value<C, T>>;
};

/** What of a worker's global scope is needed; a test gives it an EventTarget. */
export interface Scope {
  postMessage(message: unknown): void;
  addEventListener(type: 'message' | 'unhandledrejection', listener: (event: Event) => void): void;
}

export interface ServeOptions<C extends Contract> {
  /** Builds what carries out the requests; those that come meanwhile wait for it. */
  readonly open: (emit: (event: C['event']) => void) => Handlers<C> | Promise<Handlers<C>>;
  readonly delivery: (event: C['event']) => Delivery;
  readonly errorOf: (error: unknown) => WorkerError;
}

export function serve<C extends Contract>(
  scope: Scope,
  { open, delivery, errorOf }: ServeOptions<C>,
): void {
  const version = protocolVersion;
  const stream = new EventStream<C['event']>({
    delivery,
    send: (events, batch) => scope.postMessage({ version, kind: 'events', batch, events }),
  });
  const handlers = Promise.resolve(open(stream.push));

  const failure = (error: unknown): WorkerError => ({
    ...errorOf(error),
    details: technicalDetails(error),
  });

  async function answer({
    id,
    type,
    payload,
  }: Extract<PageMessage<C>, { kind: 'request' }>): Promise<void> {
    const reply = { version, kind: 'reply', id } as const;
    try {
      const value = await (await handlers)[type](payload);
      // A reply does not overtake the events before it.
      stream.flush();
      scope.postMessage({ ...reply, ok: true, value });
    } catch (error) {
      stream.flush();
      scope.postMessage({ ...reply, ok: false, error: failure(error) });
    }
  }

  scope.addEventListener('message', (event) => {
    const message = (event as MessageEvent<PageMessage<C>>).data;
    if (message?.version !== version)
      scope.postMessage({ version, kind: 'crashed', error: otherVersion });
    else if (message.kind === 'received') stream.received(message.batch);
    else void answer(message);
  });
  // The page hears of uncaught errors through the worker's `error` event, but of lost promises only from here.
  scope.addEventListener('unhandledrejection', (event) => {
    event.preventDefault();
    const { reason } = event as PromiseRejectionEvent;
    scope.postMessage({ version, kind: 'crashed', error: failure(reason) });
  });
}

/** The error and its causes, with the stack of the innermost. */
function technicalDetails(error: unknown): string {
  const causes: string[] = [];
  let stack = '';
  for (let one: unknown = error; one !== undefined && causes.length < 5;) {
    causes.push(one instanceof Error ? `${one.name}: ${one.message}` : String(one));
    stack = one instanceof Error ? (one.stack ?? '') : stack;
    one = one instanceof Error ? one.cause : undefined;
  }
  const frames = stack.split('\n').filter((line) => /^\s*at |@/.test(line));
  return [...causes, ...frames].join('\n');
}
