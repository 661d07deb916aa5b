import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { SearchEventSchema } from './event-schema.ts';
import type { SearchEvent } from './events.ts';
import { sampleRun } from '../../engine/search/testing/sample-run.ts';

/** Intersections merged and unions distributed, so that equality is of meaning, not of spelling. */
type Flat<T> = T extends (infer Item)[]
  ? Flat<Item>[]
  : T extends object
    ? { [K in keyof T]: Flat<T[K]> }
    : T;
type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type OfType<E extends { type: string }> = { [T in E['type']]: Flat<Extract<E, { type: T }>> };

/** Fails to compile, naming the event type, when the schema and the type differ. */
type Differing = {
  [T in SearchEvent['type']]: Equal<
    OfType<v.InferOutput<typeof SearchEventSchema>>[T &
      v.InferOutput<typeof SearchEventSchema>['type']],
    OfType<SearchEvent>[T]
  > extends true
    ? never
    : T;
}[SearchEvent['type']];
const agreement: [Differing] extends [never] ? true : Differing = true;

describe('the event schema', () => {
  it('agrees with the type', () => expect(agreement).toBe(true));

  it('accepts every event of a search as it is', async () => {
    const { events } = await sampleRun();
    for (const event of events)
      expect(v.parse(SearchEventSchema, JSON.parse(JSON.stringify(event)))).toEqual(event);
  });
});
