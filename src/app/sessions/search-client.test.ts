import { describe, expect, it, vi } from 'vitest';
import type { SearchEvent } from '../../domain/events/events.ts';
import { paperSettings } from '../../domain/settings/presets.ts';
import { SearchClient } from './search-client.ts';
import type { ClientState } from './search-client.ts';
import type { SearchContract, StartPayload, WorkerError } from '../../protocol/messages.ts';
import { protocolVersion, RequestFailed } from '../../protocol/rpc.ts';
import type { WorkerMessage } from '../../protocol/rpc.ts';
import { FakeWorker } from '../../protocol/testing.ts';

const payload: StartPayload = {
  settings: paperSettings,
  dataset: { kind: 'fashion-mnist', baseUrl: '/' },
  backend: 'webgpu',
  run: { id: 'a', resume: false },
};
const problem: WorkerError = { code: 'data', message: 'no data', advice: 'check again' };

function setUp() {
  const transports: FakeWorker<SearchContract>[] = [];
  const states: ClientState[] = [];
  const errors: WorkerError[] = [];
  const batches: string[][] = [];
  const drawn: (() => void)[] = [];
  const histories: string[][] = [];
  const onProgress = vi.fn();
  const client = new SearchClient(
    () => {
      transports.push(new FakeWorker());
      return transports.at(-1)!;
    },
    {
      onState: (state) => states.push(state),
      onEvents: (events) => batches.push(events.map(({ type }) => type)),
      afterDrawing: (then) => drawn.push(then),
      onError: (error) => errors.push(error),
      onLoading: onProgress,
      onCompiling: onProgress,
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
    drawn,
    histories,
    onProgress,
    transports,
    worker: () => transports.at(-1)!,
  };
}

const events = (...types: SearchEvent['type'][]): SearchContract['event'][] =>
  types.map((type) => ({
    type: 'search',
    event: { type, step: 0, time: 0 } as SearchEvent,
  }));

async function running() {
  const all = setUp();
  const started = all.client.start(payload);
  all.worker().answer(null);
  await started;
  all.worker().emit(...events('started'));
  return all;
}

describe('a search', () => {
  it('goes from idle over loading, running, paused and stopping to finished', async () => {
    const { client, states, worker } = await running();
    client.pause();
    worker().answer(null);
    worker().emit(...events('paused'));
    client.resume();
    worker().answer(null);
    worker().emit(...events('resumed'));
    client.stop();
    worker().answer(null);
    worker().emit(...events('stopped'));
    expect(states).toEqual(['loading', 'running', 'paused', 'running', 'stopping', 'finished']);
    expect(
      worker()
        .requests()
        .map(({ type }) => type),
    ).toEqual(['start', 'pause', 'resume', 'stop']);
  });

  it('is paused only once the engine reports it', async () => {
    const { client, worker } = await running();
    client.pause();
    worker().answer(null);
    expect(client.state).toBe('running');
    worker().emit(...events('paused'));
    expect(client.state).toBe('paused');
  });

  it('passes progress of loading and of compiling on', async () => {
    const { client, worker, onProgress } = setUp();
    void client.start(payload);
    worker().emit({ type: 'loading', loaded: 3, total: 9 });
    expect(onProgress).toHaveBeenCalledWith(3, 9);
    worker().emit({ type: 'compiling', done: 4, total: 35 });
    expect(onProgress).toHaveBeenCalledWith(4, 35);
  });

  it('fails with the reason when it cannot start', async () => {
    const { client, errors, worker } = setUp();
    const started = client.start(payload);
    worker().refuse(problem);
    await started;
    expect(client.state).toBe('failed');
    expect(errors).toEqual([problem]);
  });

  it('fails by event without a second report from the dying worker', async () => {
    const { client, errors, worker } = await running();
    worker().emit(...events('failed'));
    worker().say({ version: protocolVersion, kind: 'crashed', error: problem });
    expect(client.state).toBe('failed');
    expect(errors).toEqual([]);
  });

  it('ignores a second start, and a pause without a search', async () => {
    const { client, worker, transports } = await running();
    await client.start(payload);
    expect(transports).toHaveLength(1);
    worker().emit(...events('finished'));
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

describe('a batch of events', () => {
  it('is acknowledged once it is drawn, not before', async () => {
    const { drawn, worker } = await running();
    expect(worker().received()).toEqual([]);
    drawn[0]!();
    expect(worker().received()).toEqual([1]);
  });

  it('keeps its order where other messages lie between', async () => {
    const { batches, histories, worker } = await running();
    batches.length = 0;
    const history = events('started').map((one) => one.type === 'search' && one.event);
    worker().emit(
      ...events('step', 'ratios'),
      { type: 'history', events: history as SearchEvent[] },
      ...events('step'),
    );
    expect(batches).toEqual([['step', 'ratios'], ['step']]);
    expect(histories).toEqual([['started']]);
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
      expect(errors[0]!.advice).not.toBe('');
    },
  );

  it('during a search fails it once', async () => {
    const { client, worker, states, errors } = await running();
    client.pause();
    worker().say({ version: protocolVersion, kind: 'crashed', error: problem });
    await Promise.resolve();
    expect(states.filter((state) => state === 'failed')).toHaveLength(1);
    expect(errors).toEqual([problem]);
  });

  it('of versions asks for a reload', () => {
    const { client, worker, errors } = setUp();
    void client.probe().catch(() => {});
    worker().say({ version: 1 } as WorkerMessage<SearchContract>);
    expect(errors[0]!.code).toBe('version');
  });
});

describe('generations', () => {
  it('reuse the probing worker for the first search, and take a fresh one for the next', async () => {
    const { client, worker, transports } = setUp();
    const probe = client.probe();
    worker().answer(null);
    await probe;
    void client.start(payload);
    expect(transports).toHaveLength(1);
    worker().answer(null);
    worker().emit(...events('started', 'finished'));
    void client.start(payload);
    expect(transports).toHaveLength(2);
    expect(transports[0]!.terminated).toBe(true);
    expect(client.state).toBe('loading');
  });

  it('answer a probe whose worker was ended', async () => {
    const { client, worker } = setUp();
    const probe = client.probe();
    await Promise.resolve(client.stopMeasuring());
    worker().answer(null);
    expect(await probe).toBeNull();
  });

  it('that have ended are ignored', async () => {
    const { client, batches, drawn, states, errors, transports } = await running();
    client.abandon();
    void client.start(payload);
    states.length = 0;
    const heard = batches.length;
    transports[0]!.emit(...events('paused', 'finished'));
    transports[0]!.dispatchEvent(new Event('error'));
    drawn[0]!();
    expect(batches).toHaveLength(heard);
    expect(states).toEqual([]);
    expect(errors).toEqual([]);
    expect(transports[1]!.posted).toMatchObject([{ kind: 'request', type: 'start' }]);
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
