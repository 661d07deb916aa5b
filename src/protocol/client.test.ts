import { describe, expect, it, vi } from 'vitest';
import type { SearchEvent } from '../domain/events/events.ts';
import { paperSettings } from '../domain/settings/presets.ts';
import { RequestFailed, SearchClient } from './client.ts';
import type { ClientState, Transport } from './client.ts';
import type { PageMessage, Payload, Request, WorkerError, WorkerMessage } from './messages.ts';

/** The wire alone: what was posted, and a way to say something back. */
class FakeTransport extends EventTarget implements Transport {
  readonly posted: PageMessage[] = [];
  terminated = false;
  postMessage(message: PageMessage): void {
    this.posted.push(structuredClone(message));
  }
  terminate(): void {
    this.terminated = true;
  }
  say(message: WorkerMessage): void {
    this.dispatchEvent(new MessageEvent('message', { data: message }));
  }
  requests(): Request[] {
    return this.posted.filter((message) => message.type !== 'drawn');
  }
  /** Answers the last request. */
  answer(error?: WorkerError): void {
    const { id } = this.requests().at(-1)!;
    this.say(
      error
        ? { version: 1, type: 'reply', id, ok: false, error }
        : { version: 1, type: 'reply', id, ok: true, value: null },
    );
  }
  events(...types: SearchEvent['type'][]): void {
    const events = types.map((type) => ({ type, step: 0, time: 0 }) as SearchEvent);
    this.say({ version: 1, type: 'events', batch: ++this.batch, events });
  }
  private batch = 0;
}

const payload: Payload<'start'> = {
  settings: paperSettings,
  dataset: { kind: 'fashion-mnist', baseUrl: '/' },
  backend: 'webgpu',
  run: { id: 'a', resume: false },
};
const problem: WorkerError = { code: 'data', message: 'no data', advice: 'look again' };

function setUp() {
  const transports: FakeTransport[] = [];
  const states: ClientState[] = [];
  const errors: WorkerError[] = [];
  const batches: { types: string[]; drawn: () => void }[] = [];
  const histories: string[][] = [];
  const onLoading = vi.fn();
  const client = new SearchClient(
    () => {
      transports.push(new FakeTransport());
      return transports.at(-1)!;
    },
    {
      onState: (state) => states.push(state),
      onEvents: (events, drawn) => batches.push({ types: events.map(({ type }) => type), drawn }),
      onError: (error) => errors.push(error),
      onLoading,
      onSuperNet: () => {},
      onHistory: (events) => histories.push(events.map(({ type }) => type)),
      onRecording: () => {},
    },
  );
  return {
    client,
    states,
    errors,
    batches,
    histories,
    onLoading,
    transports,
    worker: () => transports.at(-1)!,
  };
}

async function running() {
  const all = setUp();
  const started = all.client.start(payload);
  all.worker().answer();
  await started;
  all.worker().events('started');
  return all;
}

describe('a search', () => {
  it('goes from idle over loading, running, paused and stopping to finished', async () => {
    const { client, states, worker } = await running();
    client.pause();
    worker().answer();
    worker().events('paused');
    client.resume();
    worker().answer();
    worker().events('resumed');
    client.stop();
    worker().answer();
    worker().events('stopped');
    expect(states).toEqual(['loading', 'running', 'paused', 'running', 'stopping', 'finished']);
    expect(
      worker()
        .requests()
        .map(({ type }) => type),
    ).toEqual(['start', 'pause', 'resume', 'stop']);
  });

  it('is paused only once the engine says so', async () => {
    const { client, worker } = await running();
    client.pause();
    worker().answer();
    expect(client.state).toBe('running');
    worker().events('paused');
    expect(client.state).toBe('paused');
  });

  it('passes data set progress on', async () => {
    const { client, worker, onLoading } = setUp();
    void client.start(payload);
    worker().say({ version: 1, type: 'loading', loaded: 3, total: 9 });
    expect(onLoading).toHaveBeenCalledWith(3, 9);
  });

  it('fails with the reason when it cannot start', async () => {
    const { client, errors, worker } = setUp();
    const started = client.start(payload);
    worker().answer(problem);
    await started;
    expect(client.state).toBe('failed');
    expect(errors).toEqual([problem]);
  });

  it('fails by event without a second report from the dying worker', async () => {
    const { client, errors, worker } = await running();
    worker().events('failed');
    worker().say({ version: 1, type: 'crashed', error: problem });
    expect(client.state).toBe('failed');
    expect(errors).toEqual([]);
  });

  it('takes no second start, and no pause when nothing runs', async () => {
    const { client, worker, transports } = await running();
    await client.start(payload);
    expect(transports).toHaveLength(1);
    worker().events('finished');
    client.pause();
    client.resume();
    client.stop();
    expect(worker().requests()).toHaveLength(1);
  });

  it('that is stopped while loading ends at once', () => {
    const { client, worker, states } = setUp();
    void client.start(payload);
    client.stop();
    expect(worker().terminated).toBe(true);
    expect(states).toEqual(['loading', 'idle']);
  });
});

describe('back-pressure', () => {
  it('acknowledges a batch when it is drawn, not before', async () => {
    const { batches, worker } = await running();
    const drawn = () => worker().posted.filter(({ type }) => type === 'drawn');
    expect(drawn()).toEqual([]);
    batches[0].drawn();
    expect(drawn()).toEqual([{ version: 1, type: 'drawn', batch: 1 }]);
  });
});

describe('a crash', () => {
  it.each(['error', 'messageerror'] as const)(
    '(%s) rejects everything pending and ends the worker',
    async (type) => {
      const { client, worker, errors } = setUp();
      const probes = [client.probe(), client.probe()];
      worker().dispatchEvent(new Event(type));
      for (const result of await Promise.allSettled(probes)) {
        expect(result).toMatchObject({ status: 'rejected', reason: expect.any(RequestFailed) });
      }
      expect(worker().terminated).toBe(true);
      expect(client.state).toBe('failed');
      expect(errors).toHaveLength(1);
      expect(errors[0].advice).not.toBe('');
    },
  );

  it('during a search fails it once', async () => {
    const { client, worker, states, errors } = await running();
    client.pause();
    worker().say({ version: 1, type: 'crashed', error: problem });
    await Promise.resolve();
    expect(states.filter((state) => state === 'failed')).toHaveLength(1);
    expect(errors).toEqual([problem]);
  });

  it('of versions asks for a reload', () => {
    const { client, worker, errors } = setUp();
    void client.probe().catch(() => {});
    worker().say({ version: 2 } as unknown as WorkerMessage);
    expect(errors[0].code).toBe('version');
  });
});

describe('generations', () => {
  it('reuse the probing worker for the first search, and take a fresh one for the next', async () => {
    const { client, worker, transports } = setUp();
    const probe = client.probe();
    worker().answer();
    await probe;
    void client.start(payload);
    expect(transports).toHaveLength(1);
    worker().answer();
    worker().events('started', 'finished');
    void client.start(payload);
    expect(transports).toHaveLength(2);
    expect(transports[0].terminated).toBe(true);
    expect(client.state).toBe('loading');
  });

  it('that are over are not heard any more', async () => {
    const { client, batches, states, errors, transports } = await running();
    client.abandon();
    void client.start(payload);
    states.length = 0;
    const heard = batches.length;
    transports[0].events('paused', 'finished');
    transports[0].dispatchEvent(new Event('error'));
    batches[0].drawn();
    expect(batches).toHaveLength(heard);
    expect(states).toEqual([]);
    expect(errors).toEqual([]);
    expect(transports[1].posted.map(({ type }) => type)).toEqual(['start']);
  });

  it('that are replaced reject what was pending, without failing the next', async () => {
    const { client, errors } = await running();
    client.stop();
    client.abandon();
    await Promise.resolve();
    expect(client.state).toBe('idle');
    expect(errors).toEqual([]);
  });
});
