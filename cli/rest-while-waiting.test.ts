import { expect, it } from 'vitest';
import { restWhileWaiting } from './rest-while-waiting.ts';

const delay = (ms: number): Promise<undefined> =>
  new Promise((resolve) => setTimeout(() => resolve(undefined), ms));

/** Turns of the event loop until a promise settles. */
async function turnsOf(wait: Promise<unknown>): Promise<number> {
  let turns = 0;
  let over = false;
  const count = (): void => {
    turns++;
    if (!over) setImmediate(count);
  };
  setImmediate(count);
  await wait.finally(() => (over = true));
  return turns;
}

it('sleeps in the turns of the event loop that wait for the device, and passes on what it waited for', async () => {
  const failure = new Error('lost');
  class GPUQueue {
    onSubmittedWorkDone(): Promise<undefined> {
      return delay(100);
    }
  }
  class GPUBuffer {
    mapAsync(mode: number): Promise<undefined> {
      return mode === 1 ? delay(100) : Promise.reject(failure);
    }
  }
  const spinning = await turnsOf(new GPUQueue().onSubmittedWorkDone());
  restWhileWaiting({ GPUQueue, GPUBuffer } as never);
  // A sleep is 1 ms, but shorter at the start.
  const most = Math.min(500, spinning);
  expect(await turnsOf(new GPUQueue().onSubmittedWorkDone())).toBeLessThan(most);
  expect(await turnsOf(new GPUBuffer().mapAsync(1))).toBeLessThan(most);
  await expect(new GPUBuffer().mapAsync(2)).rejects.toBe(failure);
});
