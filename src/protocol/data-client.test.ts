import { expect, it } from 'vitest';
import { DataClient } from './data-client.ts';
import type { DataRequest, DataWorkerMessage } from './data-messages.ts';

class FakeWorker extends EventTarget {
  readonly sent: DataRequest[] = [];
  terminated = false;
  postMessage(message: DataRequest): void {
    this.sent.push(message);
  }
  terminate(): void {
    this.terminated = true;
  }
  say(data: DataWorkerMessage): void {
    this.dispatchEvent(new MessageEvent('message', { data }));
  }
}

function connect() {
  const workers: FakeWorker[] = [];
  const heard: string[] = [];
  const client = new DataClient(
    () => {
      const worker = new FakeWorker();
      workers.push(worker);
      return worker as unknown as ConstructorParameters<typeof DataClient>[0] extends () => infer T
        ? T
        : never;
    },
    {
      onProgress: ({ progress }) => heard.push(progress.phase),
      onUnreadable: ({ unreadable }) => heard.push(`${unreadable.count} unreadable`),
    },
  );
  return { client, workers, heard };
}

it('matches replies to requests, in any order', async () => {
  const { client, workers } = connect();
  const [list, remove] = [client.request('list', {}), client.request('remove', { set: 'a' })];
  const [worker] = workers;
  expect(worker!.sent.map(({ type }) => type)).toEqual(['list', 'remove']);
  const [first, second] = worker!.sent.map(({ id }) => id) as [number, number];
  worker!.say({
    version: 1,
    type: 'reply',
    id: second,
    ok: false,
    error: { code: 'x', message: 'No.', advice: '' },
  });
  worker!.say({ version: 1, type: 'reply', id: first, ok: true, value: [] });
  await expect(list).resolves.toEqual([]);
  await expect(remove).rejects.toMatchObject({ error: { code: 'x' } });
});

it('hands on progress and questions', () => {
  const { client, workers, heard } = connect();
  void client.request('list', {}).catch(() => {});
  workers[0]!.say({
    version: 1,
    type: 'progress',
    progress: { phase: 'reading', done: 1, total: 2, unit: 'bytes' },
    msLeft: null,
  });
  workers[0]!.say({
    version: 1,
    type: 'unreadable',
    unreadable: { count: 3, total: 4, examples: [] },
  });
  expect(heard).toEqual(['reading', '3 unreadable']);
});

it('rejects everything when the worker breaks down, and begins anew', async () => {
  const { client, workers } = connect();
  const waiting = [client.request('list', {}), client.request('remove', { set: 'a' })];
  workers[0]!.dispatchEvent(
    Object.assign(new Event('error', { cancelable: true }), { message: 'out of memory' }),
  );
  for (const one of waiting)
    await expect(one).rejects.toMatchObject({
      error: {
        code: 'worker-crashed',
        message: expect.stringContaining('out of memory') as string,
      },
    });
  expect(workers[0]!.terminated).toBe(true);
  const again = client.request('list', {});
  expect(workers.length).toBe(2);
  // What the old one still says is not heard.
  workers[0]!.say({
    version: 1,
    type: 'reply',
    id: workers[1]!.sent[0]!.id,
    ok: false,
    error: { code: 'old', message: '', advice: '' },
  });
  workers[1]!.say({ version: 1, type: 'reply', id: workers[1]!.sent[0]!.id, ok: true, value: [] });
  await expect(again).resolves.toEqual([]);
});
