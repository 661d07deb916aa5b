import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { sampleTrained } from '../../../engine/architecture/export/sample.ts';
import type { TrainMessage, TrainRequest } from '../../../protocol/train-messages.ts';
import type { ArchitectureRecord } from '../../../storage/records.ts';
import { pageStore } from '../../store/library-recording.ts';
import { lab } from '../../store/store.ts';
import { comparisons } from '../compare/state.ts';
import { training } from '../retrain/session.ts';
import { cancelMeasuring, measure, measuring } from './measuring.ts';

/** The other end of the messages: says what a test lets it say. */
class OtherEnd extends EventTarget {
  static last: OtherEnd;
  readonly received: TrainRequest[] = [];
  terminated = false;
  constructor() {
    super();
    OtherEnd.last = this;
  }
  postMessage(request: TrainRequest): void {
    this.received.push(request);
  }
  terminate(): void {
    this.terminated = true;
  }
  say(data: TrainMessage): void {
    this.dispatchEvent(new MessageEvent('message', { data }));
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
  await pageStore.addArchitecture(record);
});
afterEach(async () => {
  cancelMeasuring();
  lab.setState({ state: 'idle' });
  training.setState({ state: 'idle' });
  comparisons.setState({ work: 'idle' });
  await pageStore.removeArchitecture(record.id);
  vi.unstubAllGlobals();
});

it('keeps what was measured with the architecture', async () => {
  measure(record);
  const worker = OtherEnd.last;
  expect(worker.received).toEqual([
    { type: 'measure', architecture: record.architecture, backend: lab.getState().backend },
  ]);
  worker.say({ type: 'measuring', done: 4, total: 23 });
  expect(measuring.getState()).toMatchObject({
    id: 'a',
    progress: { done: 4, total: 23 },
    problem: null,
  });
  worker.say({ type: 'measured', latency });
  await vi.waitFor(() => expect(measuring.getState()).toEqual(nothing));
  expect(worker.terminated).toBe(true);
  expect(await pageStore.architectures()).toEqual([
    { ...record, latency: { ...latency, measured: expect.any(Number) as number } },
  ]);
});

it('is cancelled at once, and what comes after is not heard', async () => {
  measure(record);
  cancelMeasuring();
  expect(measuring.getState()).toEqual(nothing);
  expect(OtherEnd.last.terminated).toBe(true);
  OtherEnd.last.say({ type: 'measured', latency });
  expect(await pageStore.architectures()).toEqual([record]);
});

it.each<[string, () => void]>([
  ['A search', () => lab.setState({ state: 'running' })],
  ['A training', () => training.setState({ state: 'loading' })],
  ['A comparison', () => comparisons.setState({ work: 'estimating' })],
])('is refused beside other work, and gives way to it: %s', (occupant, begin) => {
  const text = `${occupant} is using the graphics device: pause or finish it first.`;
  measure(record);
  const under = OtherEnd.last;
  expect(under.received).toHaveLength(1);
  begin();
  expect(under.terminated).toBe(true);
  expect(measuring.getState()).toEqual({ ...nothing, problem: { id: 'a', text } });
  measure(record);
  expect(OtherEnd.last.received).toEqual([]);
  expect(measuring.getState()).toEqual({ ...nothing, problem: { id: 'a', text } });
});

it('runs beside work that is paused', () => {
  lab.setState({ state: 'paused' });
  measure(record);
  expect(measuring.getState()).toEqual({ ...nothing, id: 'a' });
});

it('says why it came to nothing', () => {
  measure(record);
  OtherEnd.last.say({
    type: 'error',
    error: {
      code: 'device-lost',
      message: 'The graphics device was lost: the browser gave no reason',
      advice: 'Measure again.',
    },
  });
  expect(measuring.getState().problem).toEqual({
    id: 'a',
    text: 'The graphics device was lost: the browser gave no reason. Measure again.',
  });
});

it('an architecture that was deleted meanwhile is said to be gone', async () => {
  measure(record);
  await pageStore.removeArchitecture(record.id);
  OtherEnd.last.say({ type: 'measured', latency });
  await vi.waitFor(() =>
    expect(measuring.getState().problem?.text).toMatch(
      /^It was measured, but not stored: There is no architecture 'a'/,
    ),
  );
});
