import { beforeAll, describe, expect, it } from 'vitest';
import type { SearchEvent } from '../../domain/events/events.ts';
import { imageOf } from '../../engine/data.ts';
import { fakeSearch, smallSettings, syntheticData } from '../../engine/search/testing/setup.ts';
import { describeSuperNet } from '../../domain/counts.ts';
import { maxPoints, visiblePoints } from './curves.ts';
import { logKinds } from './log.ts';
import { cellEdges } from '../../domain/spaces/cells.ts';
import { cellLosses, totalLosses } from './losses.ts';
import { currentStage, emptyRun, lastSnapshot, reduceRun } from './run-model.ts';
import type { RunModel } from './run-state.ts';
import { unitKey } from './units.ts';

/** The real search loop; only its arithmetic is faked. */
const settings = smallSettings();
let events: SearchEvent[];
let run: RunModel;

const fold = (all: readonly SearchEvent[], from = emptyRun): RunModel =>
  all.reduce(reduceRun, from);

beforeAll(async () => {
  let steered = false;
  const { running, recording } = fakeSearch(settings, {}, (event, search) => {
    if (steered || event.type !== 'step') return;
    steered = true;
    search().steer({ kind: 'prune', cell: 0, edge: 1, operation: 'sep_conv_3x3' });
    search().steer({ kind: 'protect', cell: 0, edge: 0, operation: 'dil_conv_3x3' });
  });
  await running.result;
  ({ events } = recording);
  run = fold(events);
});

describe('reduceRun over a whole search', () => {
  it('ends with the result of the search', () => {
    expect(run.outcome).toBe('finished');
    expect(run.architecture).not.toBeNull();
    expect(run.parameters?.active).toBe(run.architecture!.parameters.active);
    expect(run.stages.map(({ joint }) => joint)).toEqual([false, false, false, true]);
    expect(run.stages.every(({ endStep }) => endStep !== null)).toBe(true);
    expect(lastSnapshot(run)!.counts).toEqual(run.architecture!.remaining);
  });

  it('knows every surviving operation of the discovered network, and no other', () => {
    const { cells } = run.architecture!;
    const alive = cells.flatMap(({ index: cell }) =>
      cellEdges(settings.space.nodes)
        .flatMap(({ from, to }) =>
          settings.space.operations.map((operation) => ({ cell, from, to, operation })),
        )
        .filter((place) => run.units[unitKey(place)]?.alive ?? true)
        .map(unitKey),
    );
    const discovered = cells.flatMap(({ index: cell, operations }) =>
      operations.map((operation) => unitKey({ cell, ...operation })),
    );
    expect(new Set(alive)).toEqual(new Set(discovered));
    expect(run.regrown).toBeGreaterThan(0);
    expect(Object.values(run.units).some(({ regrown }) => regrown)).toBe(true);
  });

  it('counts every parameter like the architecture', () => {
    const superNet = describeSuperNet(settings, imageOf(syntheticData(settings)));
    const snapshot = run.snapshots.filter(({ committed }) => committed).at(-1)!;
    const { superNet: full, afterOperations, afterFilters, active } = run.architecture!.parameters;
    expect(totalLosses(superNet, settings.space, snapshot)).toEqual({
      superNet: full,
      afterOperations,
      afterFilters,
      left: active,
    });
    for (const { index, parameters } of run.architecture!.cells) {
      const losses = cellLosses(superNet, settings.space, snapshot, index);
      expect(losses.afterFilters).toBe(parameters.dense);
      expect(losses.superNet).toBeGreaterThanOrEqual(losses.afterOperations);
      expect(losses.afterOperations).toBeGreaterThanOrEqual(losses.afterFilters);
    }
  });

  it('logs each pruned operation once, with consecutive numbers', () => {
    const { entries } = run.log;
    const operations = entries.filter(
      (entry) =>
        entry.kind.endsWith('pruned') &&
        'granularity' in entry &&
        entry.granularity === 'operation',
    );
    // One went by hand.
    expect(operations).toHaveLength(run.pruned.operation - 1);
    expect(entries.map(({ id }) => id)).toEqual(entries.map((_, i) => i + 1));
    expect(new Set(entries.map(({ kind }) => kind))).toEqual(
      // This run is no fork: see forked.test.ts.
      new Set(logKinds.filter((kind) => kind !== 'forked')),
    );
  });

  it('does not depend on the batches', () => {
    const middle = Math.floor(events.length / 2);
    expect(fold(events.slice(middle), fold(events.slice(0, middle)))).toEqual(run);
  });

  it('never mutates its input', () => {
    const half = fold(events.slice(0, events.length / 2));
    const copy = structuredClone(half);
    fold(events.slice(events.length / 2), half);
    expect(half).toEqual(copy);
  });
});

describe('reduceRun', () => {
  it('starts afresh with a new search', () => {
    expect(reduceRun(run, events[0]!)).toEqual({ ...emptyRun, started: events[0] });
  });

  it('keeps the architecture when a search is stopped, and the reason when it fails', () => {
    const begun = fold(events.slice(0, 40));
    expect(
      reduceRun(begun, { type: 'stopped', step: 9, time: 9, architecture: null }),
    ).toMatchObject({ outcome: 'stopped', architecture: null });
    const failed = reduceRun(begun, {
      type: 'failed',
      step: 9,
      time: 9,
      code: 'diverged',
      message: 'm',
      advice: 'a',
    });
    expect(failed).toMatchObject({
      outcome: 'failed',
      failure: { code: 'diverged', message: 'm', advice: 'a' },
    });
    expect(currentStage(failed)).not.toBeNull();
  });

  it('stays small over a long search', () => {
    const step = events.find((event) => event.type === 'step')!;
    const steps = 20_000;
    let long = emptyRun;
    for (let i = 1; i <= steps; i++)
      long = reduceRun(long, { ...step, step: i, crossEntropy: i, lambda: 0 });
    const points = visiblePoints(long.curves);
    expect(points.length).toBeLessThanOrEqual(maxPoints);
    expect(points.at(-1)!.step).toBe(steps);
    // Means keep the level: of 1..n it is (n + 1) / 2.
    const mean =
      long.curves.points.reduce((sum, { crossEntropy }) => sum + crossEntropy, 0) /
      long.curves.points.length;
    expect(mean).toBeCloseTo((long.curves.points.length * long.curves.stride + 1) / 2, 6);
  });
});
