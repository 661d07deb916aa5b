import katex from 'katex';
import { describe, expect, it } from 'vitest';
import { fakeSearch, smallSettings } from '../../engine/search/testing/setup.ts';
import { learnViews } from '../router.ts';
import { emptyRun, reduceRun } from '../store/run-model.ts';
import { lab } from '../store/store.ts';
import { inSpace, stops } from './stops.ts';

describe('the guided tour', () => {
  it('has a view for every stop, and formulas that can be set', () => {
    expect(stops).toHaveLength(learnViews.length);
    for (const { formula, text } of stops)
      for (const id of ['cells', 'mobile'] as const) {
        expect(() =>
          katex.renderToString(inSpace(formula, { id }), { output: 'mathml', throwOnError: true }),
        ).not.toThrow();
        // A tour of one space does not speak of the other's parts.
        expect(inSpace(text, { id })).not.toMatch(id === 'cells' ? /\blayers?\b/ : /\bcells?\b/);
      }
  });

  it('describes the run: before, during and after it', async () => {
    const { running, recording } = fakeSearch(smallSettings());
    await running.result;
    const { events } = recording;
    const texts = [0, events.findIndex(({ type }) => type === 'pruned') + 1, events.length].map(
      (count) => {
        const state = {
          ...lab.getState(),
          run: events.slice(0, count).reduce(reduceRun, emptyRun),
        };
        return stops.map(({ live }) => live(state));
      },
    );
    for (const all of texts)
      for (const text of all) expect(text).not.toMatch(/undefined|NaN|null|\[object/);
    // Every stop has something else to say at the end than before the start.
    expect(texts[2]!.filter((text, i) => text === texts[0]![i])).toEqual([]);
  });

  it('asks only for changes that the search accepts', async () => {
    const refusals: (string | null)[] = [];
    let asked = false;
    const { running, recording } = fakeSearch(smallSettings(), {}, (event, search) => {
      // What the search changes by itself after a change was not asked for.
      if (event.type === 'steered' && !event.automatic) refusals.push(event.refusal);
      // Late enough that each has something to act on.
      if (asked || event.type !== 'regrown') return;
      asked = true;
      const state = { ...lab.getState(), run: recording.events.reduce(reduceRun, emptyRun) };
      for (const { action } of stops) {
        if (typeof action?.steering !== 'function') continue;
        const change = action.steering(state);
        expect(change, action.label).not.toBeNull();
        search().steer(change!);
      }
    });
    await running.result;
    expect(refusals.length).toBe(
      stops.filter(({ action }) => typeof action?.steering === 'function').length,
    );
    expect(refusals.every((refusal) => refusal === null)).toBe(true);
  });
});
