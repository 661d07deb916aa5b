import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { SearchEvent } from '../../domain/events/events.ts';
import { emptyRun, reduceRun } from '../store/run-model.ts';
import { bestMoment, pruningMoments } from './moments.ts';
import { cellCount } from '../../domain/spaces/registry.ts';

const { events } = JSON.parse(gunzipSync(readFileSync('public/runs/tiny.json.gz')).toString()) as {
  events: SearchEvent[];
};
const run = events.reduce(reduceRun, emptyRun);
const { space } = run.started!.settings;

describe('commits in slow motion, of the recorded search', () => {
  it('prune the units that the events list, cell by cell', () => {
    const told = events.flatMap((event) =>
      event.type === 'pruned'
        ? event.operations.map(({ cell, from, to, operation }) =>
            [event.step, cell, from, to, operation].join(' '),
          )
        : [],
    );
    const shown = Array.from({ length: cellCount(space) }, (_, cell) =>
      pruningMoments(run, space, cell).flatMap(({ step, units }) =>
        units
          .filter(({ pruned }) => pruned)
          .map(({ from, to, operation }) => [step, cell, from, to, operation].join(' ')),
      ),
    ).flat();
    expect(shown.length).toBeGreaterThan(50);
    expect(shown.sort()).toEqual(told.sort());
  });

  it('show the memory of their compaction, and smaller tensors where operations were pruned', () => {
    for (const { step, dense, memory, pruned } of pruningMoments(run, space, 0)) {
      const committed = events.find((event) => event.type === 'committed' && event.step === step);
      expect(memory).toEqual({
        before: (committed as { memoryBefore: number }).memoryBefore,
        after: (committed as { memoryAfter: number }).memoryAfter,
      });
      expect(dense!.after).toBeLessThanOrEqual(dense!.before);
      if (pruned > 3) expect(dense!.after).toBeLessThan(dense!.before);
    }
  });

  it('show a pruned operation whose threshold it did not exceed at the commit', () => {
    const moments = pruningMoments(run, space, 0);
    const best = moments[bestMoment(moments, Infinity)]!;
    expect(best.pruned).toBe(Math.max(...moments.map(({ pruned }) => pruned)));
    for (const { at, pruned } of best.units)
      if (pruned) expect(at.importance).toBeLessThanOrEqual(at.threshold);
    expect(bestMoment([], 0)).toBe(-1);
    expect(moments[bestMoment(moments, moments[0]!.step)]).toBe(moments[0]);
  });
});
