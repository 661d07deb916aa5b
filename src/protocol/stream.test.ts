import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SearchEvent } from '../domain/events/events.ts';
import { EventStream, thinCurves } from './stream.ts';
import type { Delivery } from './stream.ts';

const event = (type: SearchEvent['type'], step = 0) => ({ type, step, time: 0 }) as SearchEvent;

const delivery = ({ type }: SearchEvent): Delivery =>
  type === 'step'
    ? 'curve'
    : type === 'finished'
      ? 'urgent'
      : type === 'ratios'
        ? 'latest'
        : 'kept';

function setUp(options: { capacity?: number } = {}) {
  const batches: SearchEvent[][] = [];
  const stream = new EventStream<SearchEvent>({
    delivery,
    send: (events) => batches.push(events),
    interval: 100,
    window: 2,
    ...options,
  });
  return { stream, batches };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('EventStream', () => {
  it('sends at most one batch per interval, in order', () => {
    const { stream, batches } = setUp();
    for (let step = 0; step < 50; step++) {
      stream.push(event('step', step));
      vi.advanceTimersByTime(10);
      stream.received(batches.length);
    }
    vi.advanceTimersByTime(100);
    expect(batches.length).toBeLessThanOrEqual(6);
    expect(batches.flat().map(({ step }) => step)).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });

  it('waits until the page has received the previous batches', () => {
    const { stream, batches } = setUp();
    for (let i = 0; i < 10; i++) {
      stream.push(event('step'));
      vi.advanceTimersByTime(100);
    }
    expect(batches).toHaveLength(2);
    stream.received(1);
    vi.advanceTimersByTime(0);
    expect(batches).toHaveLength(3);
    expect(batches[2]).toHaveLength(8);
  });

  it('never delays the end of a search', () => {
    const { stream, batches } = setUp();
    stream.push(event('step', 1));
    stream.push(event('finished', 2));
    expect(batches).toEqual([[event('step', 1), event('finished', 2)]]);
  });

  it('sends only the latest of replaced events', () => {
    const { stream, batches } = setUp();
    for (const [i, type] of (['ratios', 'committed', 'ratios'] as const).entries())
      stream.push(event(type, i));
    vi.advanceTimersByTime(100);
    expect(batches).toEqual([[event('committed', 1), event('ratios', 2)]]);
  });

  it('bounds the queue by thinning curves, and loses nothing else', () => {
    const { stream, batches } = setUp({ capacity: 100 });
    for (let i = 0; i < 3; i++) {
      stream.push(event('step'));
      vi.advanceTimersByTime(100);
    }
    for (let i = 0; i < 10_000; i++) stream.push(event(i % 1000 === 0 ? 'committed' : 'step', i));
    stream.flush();
    const last = batches.at(-1)!;
    expect(last.length).toBeLessThanOrEqual(111);
    expect(last.filter(({ type }) => type === 'committed')).toHaveLength(10);
    expect(last.at(-1)!.step).toBe(9_999);
  });
});

it('thinCurves keeps the latest step and all other events', () => {
  const events = [event('step', 1), event('step', 2), event('pruned', 2), event('step', 3)];
  expect(thinCurves(events, delivery).map(({ type, step }) => `${type} ${step}`)).toEqual([
    'step 1',
    'pruned 2',
    'step 3',
  ]);
});
