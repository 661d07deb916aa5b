import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SearchEvent } from '../domain/events/events.ts';
import { EventBatcher, thinSteps } from './batcher.ts';

const event = (type: SearchEvent['type'], step = 0) => ({ type, step, time: 0 }) as SearchEvent;

function setUp(options: { capacity?: number } = {}) {
  const batches: SearchEvent[][] = [];
  const batcher = new EventBatcher({
    send: (events) => batches.push(events),
    interval: 100,
    window: 2,
    ...options,
  });
  return { batcher, batches };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('EventBatcher', () => {
  it('sends at most one batch an interval, in order', () => {
    const { batcher, batches } = setUp();
    for (let step = 0; step < 50; step++) {
      batcher.push(event('step', step));
      vi.advanceTimersByTime(10);
      batcher.drawn(batches.length);
    }
    vi.advanceTimersByTime(100);
    expect(batches.length).toBeLessThanOrEqual(6);
    expect(batches.flat().map(({ step }) => step)).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });

  it('holds back until the page has drawn', () => {
    const { batcher, batches } = setUp();
    for (let i = 0; i < 10; i++) {
      batcher.push(event('step'));
      vi.advanceTimersByTime(100);
    }
    expect(batches).toHaveLength(2);
    batcher.drawn(1);
    vi.advanceTimersByTime(0);
    expect(batches).toHaveLength(3);
    expect(batches[2]).toHaveLength(8);
  });

  it('never keeps the end of a search waiting', () => {
    const { batcher, batches } = setUp();
    batcher.push(event('step', 1));
    batcher.push(event('finished', 2));
    expect(batches).toEqual([[event('step', 1), event('finished', 2)]]);
  });

  it('bounds what waits by thinning curves, and loses nothing else', () => {
    const { batcher, batches } = setUp({ capacity: 100 });
    for (let i = 0; i < 3; i++) {
      batcher.push(event('step'));
      vi.advanceTimersByTime(100);
    }
    for (let i = 0; i < 10_000; i++) batcher.push(event(i % 1000 === 0 ? 'committed' : 'step', i));
    batcher.flush();
    const last = batches.at(-1)!;
    expect(last.length).toBeLessThanOrEqual(111);
    expect(last.filter(({ type }) => type === 'committed')).toHaveLength(10);
    expect(last.at(-1)!.step).toBe(9_999);
  });
});

it('thinSteps keeps the newest step and all other events', () => {
  const events = [event('step', 1), event('step', 2), event('pruned', 2), event('step', 3)];
  expect(thinSteps(events).map(({ type, step }) => `${type} ${step}`)).toEqual([
    'step 1',
    'pruned 2',
    'step 3',
  ]);
});
