import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { sampleTrained } from '../../engine/architecture/export/sample.ts';
import { FakeWorker } from '../../protocol/testing.ts';
import type { TrainContract } from '../../protocol/train-messages.ts';
import type { ArchitectureRecord } from '../../storage/records.ts';
import { pageStore } from '../store/library-recording.ts';
import { lab } from '../store/store.ts';
import { comparisons } from './comparison-state.ts';
import { training } from './training.ts';
import { cancelMeasuring, measure, measuring } from './measuring.ts';

/** The worker that was started last. */
let worker: FakeWorker<TrainContract>;
class OtherEnd extends FakeWorker<TrainContract> {
  constructor() {
    super();
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- what `new Worker` in the code under test has made
    worker = this;
  }
}

const record: ArchitectureRecord = {
  id: 'a',
  runId: null,
  name: 'A',
  created: 1,
  architecture: sampleTrained().architecture,
};
const latency = { images: 1, passes: 20, median: 1, percentile95: 2, adapter: 'An adapter' };
const nothing = { id: null, progress: null, problem: null };

beforeEach(async () => {
  vi.stubGlobal('Worker', OtherEnd);
  await pageStore.architectures.add(record);
});
afterEach(async () => {
  cancelMeasuring();
  lab.setState({ state: 'idle' });
  training.setState({ state: 'idle' });
  comparisons.setState({ work: 'idle' });
  await pageStore.architectures.remove(record.id);
  vi.unstubAllGlobals();
});

it('stores the measurement with the architecture', async () => {
  measure(record);
  expect(worker.requests()).toMatchObject([
    {
      type: 'measure',
      payload: { architecture: record.architecture, backend: lab.getState().backend },
    },
  ]);
  worker.emit({ type: 'measuring', done: 4, total: 23 });
  expect(measuring.getState()).toMatchObject({
    id: 'a',
    progress: { done: 4, total: 23 },
    problem: null,
  });
  worker.answer(latency);
  await vi.waitFor(() => expect(measuring.getState()).toEqual(nothing));
  expect(worker.terminated).toBe(true);
  expect(await pageStore.architectures.list()).toEqual([
    { ...record, latency: { ...latency, measured: expect.any(Number) as number } },
  ]);
});

it('is cancelled at once, and later messages are ignored', async () => {
  measure(record);
  cancelMeasuring();
  expect(measuring.getState()).toEqual(nothing);
  expect(worker.terminated).toBe(true);
  worker.answer(latency, 1);
  expect(await pageStore.architectures.list()).toEqual([record]);
});

it.each<[string, () => void]>([
  ['A search', () => lab.setState({ state: 'running' })],
  ['A training', () => training.setState({ state: 'loading' })],
  ['A comparison', () => comparisons.setState({ work: 'estimating' })],
])('is rejected during other work, and yields to it: %s', (occupant, begin) => {
  const text = `${occupant} is using the graphics device: pause or finish it first.`;
  measure(record);
  expect(worker.requests()).toHaveLength(1);
  begin();
  expect(worker.terminated).toBe(true);
  expect(measuring.getState()).toEqual({ ...nothing, problem: { id: 'a', text } });
  const last = worker;
  measure(record);
  expect(worker).toBe(last);
  expect(measuring.getState()).toEqual({ ...nothing, problem: { id: 'a', text } });
});

it('runs while other work is paused', () => {
  lab.setState({ state: 'paused' });
  measure(record);
  expect(measuring.getState()).toEqual({ ...nothing, id: 'a' });
});

it('reports why it failed', async () => {
  measure(record);
  worker.refuse({
    code: 'device-lost',
    message: 'The graphics device was lost: the browser gave no reason',
    advice: 'Measure again.',
  });
  await vi.waitFor(() => expect(measuring.getState().id).toBeNull());
  expect(measuring.getState().problem).toEqual({
    id: 'a',
    text: 'The graphics device was lost: the browser gave no reason. Measure again.',
  });
});

it('reports an architecture that was deleted in the meantime', async () => {
  measure(record);
  await pageStore.architectures.remove(record.id);
  worker.answer(latency);
  await vi.waitFor(() =>
    expect(measuring.getState().problem?.text).toMatch(
      /^It was measured, but not stored: There is no architecture 'a'/,
    ),
  );
});
