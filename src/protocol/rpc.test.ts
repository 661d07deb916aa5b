import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { protocolVersion, RequestFailed, WorkerClient } from './rpc.ts';
import type { PageMessage, WorkerError, WorkerMessage } from './rpc.ts';
import { serve } from './serve.ts';
import type { Handlers } from './serve.ts';
import { FakeWorker } from './testing.ts';

interface Sums {
  requests: {
    add: { payload: { a: number; b: number }; value: number };
    wait: { payload: object; value: null };
  };
  event: { type: 'step'; step: number } | { type: 'note'; text: string };
}
const task = { task: 'The sum', advice: 'Add again.' };

function connect() {
  const workers: FakeWorker<Sums>[] = [];
  const events: Sums['event'][] = [];
  const crashes: WorkerError[] = [];
  const acknowledge: (() => void)[] = [];
  const client = new WorkerClient<Sums>({
    ...task,
    connect: () => {
      workers.push(new FakeWorker());
      return workers.at(-1)!;
    },
    onEvents(some, received) {
      events.push(...some);
      acknowledge.push(received);
    },
    onCrash: (error) => crashes.push(error),
  });
  return { client, workers, events, crashes, acknowledge };
}

describe('a client', () => {
  it('matches replies to requests, in any order', async () => {
    const { client, workers } = connect();
    const [first, second] = [client.request('add', { a: 1, b: 2 }), client.request('wait', {})];
    const [worker] = workers;
    expect(worker!.requests()).toMatchObject([
      { type: 'add', payload: { a: 1, b: 2 } },
      { type: 'wait' },
    ]);
    const ids = worker!.requests().map(({ id }) => id);
    worker!.refuse({ code: 'x', message: 'No.', advice: '' }, ids[1]);
    worker!.answer(3, ids[0]);
    await expect(first).resolves.toBe(3);
    await expect(second).rejects.toMatchObject({ error: { code: 'x' } });
  });

  it('passes on events, and acknowledges a batch on request', () => {
    const { client, workers, events, acknowledge } = connect();
    void client.request('wait', {});
    workers[0]!.emit({ type: 'step', step: 1 }, { type: 'note', text: 'a' });
    expect(events).toHaveLength(2);
    expect(workers[0]!.received()).toEqual([]);
    acknowledge[0]!();
    expect(workers[0]!.received()).toEqual([1]);
  });

  it('rejects everything pending on a crash, ends the worker, and starts a new one', async () => {
    const { client, workers, events, crashes, acknowledge } = connect();
    const waiting = [client.request('wait', {}), client.request('add', { a: 1, b: 1 })];
    workers[0]!.emit({ type: 'step', step: 1 });
    workers[0]!.crash('out of memory');
    for (const one of waiting)
      await expect(one).rejects.toMatchObject({
        error: {
          code: 'worker-crashed',
          message: 'The sum stopped: its worker crashed (out of memory).',
          advice: 'Add again.',
        },
      });
    expect(crashes).toHaveLength(1);
    expect(workers[0]!.terminated).toBe(true);
    const again = client.request('add', { a: 2, b: 2 });
    expect(workers).toHaveLength(2);
    // What the old one still says, and what is still to be drawn of it, is ignored.
    workers[0]!.emit({ type: 'step', step: 2 });
    workers[0]!.answer(5, workers[1]!.requests()[0]!.id);
    workers[0]!.crash('again');
    acknowledge[0]!();
    expect([events.length, crashes.length, workers[1]!.received()]).toEqual([1, 1, []]);
    workers[1]!.answer(4);
    await expect(again).resolves.toBe(4);
  });

  it('rejects what is pending when the worker cannot even be started', async () => {
    const client = new WorkerClient<Sums>({
      ...task,
      connect: () => {
        throw new Error('blocked by policy');
      },
      onEvents: () => {},
    });
    const request = client.request('wait', {});
    await expect(request).rejects.toBeInstanceOf(RequestFailed);
    await expect(request).rejects.toThrow('blocked by policy');
  });

  it('asks for a reload when the worker is of another version', async () => {
    const { client, workers } = connect();
    const request = client.request('wait', {});
    workers[0]!.say({ version: protocolVersion + 1 } as WorkerMessage<Sums>);
    await expect(request).rejects.toMatchObject({ error: { code: 'version' } });
  });
});

describe('a served worker', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  class Scope extends EventTarget {
    readonly posted: WorkerMessage<Sums>[] = [];
    postMessage(message: unknown): void {
      this.posted.push(message as WorkerMessage<Sums>);
    }
    hear(message: Partial<PageMessage<Sums>>): void {
      const data = { version: protocolVersion, ...message };
      this.dispatchEvent(new MessageEvent('message', { data }));
    }
    ask(id: number, type: 'add' | 'wait', payload: object): void {
      this.hear({ kind: 'request', id, type, payload } as PageMessage<Sums>);
    }
  }

  function start(handlers: Partial<Handlers<Sums>> = {}, ready: Promise<void> = Promise.resolve()) {
    const scope = new Scope();
    let emit: (event: Sums['event']) => void = () => {};
    serve<Sums>(scope, {
      async open(given) {
        emit = given;
        await ready;
        return { add: ({ a, b }) => a + b, wait: () => null, ...handlers };
      },
      delivery: ({ type }) => (type === 'step' ? 'curve' : 'kept'),
      errorOf: (error) => ({ code: 'x', message: (error as Error).message, advice: 'No.' }),
    });
    const settled = () => vi.advanceTimersByTimeAsync(0);
    return { scope, emit: (event: Sums['event']) => emit(event), settled };
  }

  it('answers each request once it is loaded, in order', async () => {
    let load = (): void => {};
    const { scope, settled } = start({}, new Promise((resolve) => (load = resolve)));
    scope.ask(1, 'add', { a: 1, b: 2 });
    scope.ask(2, 'wait', {});
    await settled();
    expect(scope.posted).toEqual([]);
    load();
    await settled();
    expect(scope.posted).toMatchObject([
      { id: 1, ok: true, value: 3 },
      { id: 2, ok: true, value: null },
    ]);
  });

  it('answers a failure with a message, and its causes for a bug report', async () => {
    const cause = new RangeError('too long');
    const { scope, settled } = start({
      wait: () => {
        throw new Error('not now', { cause });
      },
    });
    scope.ask(7, 'wait', {});
    await settled();
    const [reply] = scope.posted;
    expect(reply).toMatchObject({ id: 7, ok: false, error: { code: 'x', message: 'not now' } });
    expect(reply).toMatchObject({
      error: {
        details: expect.stringMatching(/^Error: not now\nRangeError: too long\n\s*at /) as string,
      },
    });
  });

  it('delays events while two batches are not received, and a reply overtakes none', async () => {
    const { scope, emit, settled } = start();
    await settled();
    const batches = () => scope.posted.filter(({ kind }) => kind === 'events');
    for (let step = 0; step < 6; step++) {
      emit({ type: 'step', step });
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(batches()).toHaveLength(2);
    scope.hear({ kind: 'received', batch: 1 });
    await settled();
    expect(batches()).toHaveLength(3);
    emit({ type: 'note', text: 'before the reply' });
    scope.ask(1, 'wait', {});
    await settled();
    expect(scope.posted.at(-2)).toMatchObject({
      kind: 'events',
      events: [{ text: 'before the reply' }],
    });
    expect(scope.posted.at(-1)).toMatchObject({ kind: 'reply', id: 1 });
  });

  it('reports a lost promise, and a page of another version', async () => {
    const { scope, settled } = start();
    await settled();
    scope.dispatchEvent(
      Object.assign(new Event('unhandledrejection'), { reason: new Error('lost') }),
    );
    scope.hear({ version: 1 });
    expect(scope.posted).toMatchObject([
      { kind: 'crashed', error: { message: 'lost' } },
      { kind: 'crashed', error: { code: 'version' } },
    ]);
  });
});
