import { beforeEach, expect, it } from 'vitest';
import { decodeImage } from '../../../cli/node-files.ts';
import { bytesAsTheyAre } from '../augment.ts';
import { DatasetError } from '../dataset.ts';
import { makePng } from '../files/testing.ts';
import { defaultLimits } from '../files/source.ts';
import { makerHere } from './make.ts';
import { answerMaker, MakerPool, type MakerRequest, type ThreadListener } from './maker-pool.ts';

const decoding = { limits: defaultLimits, decode: decodeImage };
const image = (shade: number) => ({
  bytes: makePng(
    Uint8Array.from({ length: 9 * 6 * 3 }, (_, i) => (shade + i * 7) & 255),
    9,
    6,
  ),
  name: `image ${shade}`,
  size: 4,
});

/** Threads that answer when told to, in any order. */
class Threads {
  readonly opened: { listener: ThreadListener; waiting: MakerRequest[]; ended: boolean }[] = [];
  timer: (() => void) | null = null;
  readonly pool = new MakerPool({
    threads: 2,
    open: (listener) => {
      const thread = { listener, waiting: [] as MakerRequest[], ended: false };
      this.opened.push(thread);
      return { post: (request) => thread.waiting.push(request), end: () => (thread.ended = true) };
    },
    later: (callback) => {
      this.timer = callback;
      return () => (this.timer = null);
    },
  });

  /** Answers the last request of thread `at`: the first come are not the first served. */
  async answer(at: number): Promise<void> {
    const { waiting, listener } = this.opened[at]!;
    const { answer } = await answerMaker(waiting.pop()!, decoding);
    listener.answer(answer);
  }
}
let threads: Threads;
beforeEach(() => {
  threads = new Threads();
});

it('makes the same as without threads, whichever answers first', async () => {
  const here = makerHere(decoding);
  const jobs = [1, 2, 3, 4].map(image);
  const made = Promise.all(jobs.map((job) => threads.pool.square(job)));
  expect(threads.opened.map(({ waiting }) => waiting.length)).toEqual([2, 2]);
  for (const at of [1, 0, 0, 1]) await threads.answer(at);
  expect(await made).toEqual(await Promise.all(jobs.map((job) => here.square(job))));

  const values = {
    ...{ ...image(9), channels: 3, levels: bytesAsTheyAre(3) },
    augmented: {
      settings: { cropPadding: 1, flip: true, randomResizedCrop: true, cutout: 2 },
      keys: [1, 2, 3] as const,
    },
  };
  const [asked, scanned] = [threads.pool.values(values), threads.pool.scan(image(9))];
  await threads.answer(0);
  await threads.answer(1);
  expect(await asked).toEqual(await here.values(values));
  expect(await scanned).toEqual(await here.scan(image(9)));
});

it('gives a thread two images at most, and drops what is no longer wanted before it began', async () => {
  const controller = new AbortController();
  const made = [1, 2, 3, 4].map((shade) => threads.pool.square(image(shade)));
  const dropped = threads.pool.square(image(5), controller.signal);
  const last = threads.pool.square(image(6));
  controller.abort(new Error('not wanted'));
  await threads.answer(0);
  await expect(dropped).rejects.toThrow('not wanted');
  const names = threads.opened.flatMap(({ waiting }) => waiting.map(({ job }) => job.name));
  expect(names.toSorted()).toEqual(['image 1', 'image 2', 'image 4', 'image 6']);
  for (const at of [0, 0, 1, 1]) await threads.answer(at);
  await Promise.all([...made, last]);
});

it('names a damaged image, and makes the others', async () => {
  const damaged = { ...image(1), bytes: image(1).bytes.slice(0, 50), name: 'train/a/1.png' };
  const [bad, good] = [threads.pool.scan(damaged), threads.pool.scan(image(2))];
  await threads.answer(0);
  await threads.answer(1);
  await expect(bad).rejects.toThrow(DatasetError);
  await expect(bad).rejects.toThrow(/train\/a\/1\.png: byte 33: .*cut off/);
  expect((await good).gray).toBe(false);
});

it('ends idle threads, and replaces one that stopped', async () => {
  const lost = threads.pool.square(image(1));
  threads.opened[0]!.listener.fail('out of memory');
  await expect(lost).rejects.toThrow('image 1: the image decoder stopped (out of memory).');
  const next = threads.pool.square(image(2));
  expect(threads.timer).toBeNull();
  await threads.answer(1);
  await next;
  threads.timer!();
  expect(threads.opened[1]!.ended).toBe(true);
  const again = threads.pool.square(image(3));
  await threads.answer(2);
  await again;
});
