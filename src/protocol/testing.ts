/** For tests: the far ends of the protocol. */
import { protocolVersion } from './rpc.ts';
import type {
  Contract,
  PageMessage,
  Payload,
  RequestType,
  Transport,
  Value,
  WorkerError,
  WorkerMessage,
} from './rpc.ts';
import type { Handlers } from './serve.ts';

type Request<C extends Contract> = Extract<PageMessage<C>, { kind: 'request' }>;

/** A worker as its client sees it: what was posted, and a way to say something back. */
export class FakeWorker<C extends Contract> extends EventTarget implements Transport {
  readonly posted: PageMessage<C>[] = [];
  terminated = false;
  private batch = 0;

  postMessage(message: PageMessage): void {
    this.posted.push(structuredClone(message) as PageMessage<C>);
  }

  terminate(): void {
    this.terminated = true;
  }

  requests(): Request<C>[] {
    return this.posted.filter((message): message is Request<C> => message.kind === 'request');
  }

  say(message: WorkerMessage<C>): void {
    this.dispatchEvent(new MessageEvent('message', { data: message }));
  }

  /** Answers the last request, or the one with this number. */
  answer<T extends RequestType<C>>(value: Value<C, T>, id = this.requests().at(-1)!.id): void {
    this.say({ version: protocolVersion, kind: 'reply', id, ok: true, value });
  }

  refuse(error: WorkerError, id = this.requests().at(-1)!.id): void {
    this.say({ version: protocolVersion, kind: 'reply', id, ok: false, error });
  }

  emit(...events: C['event'][]): void {
    this.say({ version: protocolVersion, kind: 'events', batch: ++this.batch, events });
  }

  /** As an uncaught error in the worker arrives. */
  crash(message: string): void {
    this.dispatchEvent(Object.assign(new Event('error', { cancelable: true }), { message }));
  }

  /** Numbers of the batches that the page has received. */
  received(): number[] {
    return this.posted.flatMap((message) => (message.kind === 'received' ? [message.batch] : []));
  }
}

/** What carries out the requests of a contract, called as the worker's end would; its events are collected. */
export function hostUnderTest<C extends Contract>(
  open: (emit: (event: C['event']) => void) => { readonly handlers: Handlers<C> },
  onEvent: (event: C['event'], handlers: Handlers<C>) => void = () => {},
) {
  const events: C['event'][] = [];
  const { handlers } = open((event) => {
    events.push(structuredClone(event));
    onEvent(event, handlers);
  });
  return {
    events,
    of: <T extends C['event']['type']>(type: T): Extract<C['event'], { type: T }>[] =>
      events.filter((event): event is Extract<C['event'], { type: T }> => event.type === type),
    request: async <T extends RequestType<C>>(type: T, payload: Payload<C, T>) =>
      handlers[type](payload),
  };
}
