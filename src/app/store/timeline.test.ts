import { beforeAll, describe, expect, it } from 'vitest';
import type { SearchEvent } from '../../domain/events/events.ts';
import { gateScale } from '../../domain/events/events.ts';
import { imageOf } from '../../engine/data.ts';
import { fakeSearch, smallSettings, syntheticData } from '../../engine/search/testing/setup.ts';
import { describeSuperNet } from '../../domain/counts.ts';
import { candidatesOf, filterGroupsOf, lastWeights, total } from './cell-units.ts';
import { emptyRun, reduceRun } from './run-model.ts';
import { superNetOf } from './super-net.ts';
import { landmark, Timeline } from './timeline.ts';
import { unitKey } from './units.ts';

/** The real search loop; only its arithmetic is faked. */
const settings = smallSettings();
let events: SearchEvent[];
let timeline: Timeline;

beforeAll(async () => {
  const { running, recording } = fakeSearch(settings);
  await running.result;
  ({ events } = recording);
  timeline = new Timeline();
  for (let i = 0; i < events.length; i += 7) timeline.append(events.slice(i, i + 7));
});

describe('Timeline', () => {
  it('gives the folded events at every stop', () => {
    let run = emptyRun;
    let folded = 0;
    timeline.stops.forEach((stop, i) => {
      while (folded < stop.events) run = reduceRun(run, events[folded++]!);
      expect(timeline.at(i)).toEqual(run);
    });
    expect(folded).toBe(events.length);
    // Backwards and at random: no stop depends on the one asked before.
    for (const i of [40, 3, 41, 12])
      expect(timeline.at(i)).toEqual(
        events.slice(0, timeline.stops[i]!.events).reduce(reduceRun, emptyRun),
      );
  });

  it('stops at every commit, with exactly its ratios on screen', () => {
    const commits = timeline.stops.flatMap((stop, i) =>
      stop.kind === 'commit' ? [{ ...stop, i }] : [],
    );
    const told = events.filter((event) => event.type === 'committed');
    expect(commits.map(({ step, round }) => ({ step, round }))).toEqual(
      told.map(({ step, round }) => ({ step, round })),
    );
    commits.forEach(({ i }, c) => {
      const run = timeline.at(i);
      expect(run.snapshots.at(-1)!.counts).toEqual(told[c]!.counts);
      expect(run.parameters).toEqual(told[c]!.parameters);
      expect(run.details.at(-1)!.step).toBe(told[c]!.step);
    });
  });

  it('names stages and regrowths', () => {
    const kinds = timeline.stops.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'stage')).toHaveLength(
      events.filter(({ type }) => type === 'stage-started').length,
    );
    expect(kinds.filter((kind) => kind === 'regrown')).toHaveLength(
      events.filter(({ type }) => type === 'regrown').length,
    );
    expect(kinds.at(-1)).toBe('end');
    const first = landmark(timeline.stops, 0, 1)!;
    expect(timeline.stops[first]!.kind).toBe('stage');
    expect(landmark(timeline.stops, landmark(timeline.stops, first, 1)!, -1)).toBe(first);
    expect(landmark(timeline.stops, 0, -1)).toBeNull();
  });

  it('stays bounded over a long run', () => {
    const long = new Timeline();
    const step = events.find((event) => event.type === 'step')!;
    long.append(events.slice(0, events.indexOf(step)));
    for (let i = 1; i <= 60_000; i++) long.append([{ ...step, step: i }]);
    expect(long.events.length).toBeLessThan(40_000);
    expect(long.run.step).toBe(60_000);
    expect(long.at(long.stops.length - 1).step).toBe(60_000);
  }, 120_000);

  it('thins out old epochs if there are too many, commits last', async () => {
    const { running, recording } = fakeSearch(smallSettings((s) => (s.stage.commitEvery = 3)));
    await running.result;
    const originals = structuredClone(recording.of('units'));
    const tight = new Timeline(160_000);
    tight.append(recording.events);
    const told = recording.of('units');
    const changed = told.filter(
      ({ cells }, i) => JSON.stringify(cells) !== JSON.stringify(originals[i]!.cells),
    );
    expect(changed.length).toBeGreaterThan(0);
    expect(changed.every(({ committed }) => !committed)).toBe(true);
    // Models and events hold the same objects: nothing is kept twice.
    expect(tight.run.details.every((detail) => told.includes(detail))).toBe(true);
    const tighter = new Timeline(1);
    tighter.append(structuredClone(recording.events));
    expect(new Set(tighter.run.details.map(({ cells }) => cells)).size).toBeLessThan(told.length);
  });
});

describe('units on screen', () => {
  it('mark each pruned operation as pruned', () => {
    const { details, units } = timeline.run;
    for (let cell = 0; cell < settings.space.cells; cell++) {
      const candidates = candidatesOf(details, units, settings.space, cell);
      for (const candidate of candidates)
        expect(candidate.alive).toBe(units[unitKey({ cell, ...candidate })]?.alive ?? true);
      const kept = timeline.run.architecture!.cells[cell]!.operations;
      expect(candidates.filter(({ alive }) => alive).map(unitKey2)).toEqual(kept.map(unitKey2));
    }
  });

  it('list every filter of the discovered network as active, and the cause of each pruned one', () => {
    let fates = 0;
    for (const { index, channels, operations, preprocess } of timeline.run.architecture!.cells) {
      const groups = filterGroupsOf(timeline.run.details, index, () => channels);
      const alive = (unit: number | null, part: number): number[] =>
        groups
          .find((group) => group.unit === unit && group.part === part)!
          .filters.filter((filter) => filter.alive)
          .map(({ id }) => id);
      preprocess.forEach(({ filters }, slot) => expect(alive(null, slot)).toEqual(filters));
      for (const { from, to, operation, blocks } of operations) {
        const place = candidatesOf(timeline.run.details, {}, settings.space, index).find(
          (one) => one.from === from && one.to === to && one.operation === operation,
        )!;
        blocks.forEach(({ filters, depthwise, pointwise }, part) => {
          expect(alive(place.unit, part)).toEqual(filters);
          expect(depthwise.alive + pointwise.alive).toBeGreaterThan(0);
        });
        if (blocks.length > 0) {
          const { weights } = lastWeights(timeline.run.details, index, place.unit)!;
          expect(total(weights.alive)).toBe(
            blocks.reduce(
              (sum, { depthwise, pointwise }) => sum + depthwise.alive + pointwise.alive,
              0,
            ),
          );
        }
      }
      for (const { unit, part, filters } of groups) {
        for (const { id, fate } of filters) {
          if (!fate) continue;
          // A stage may end and the next begin at the same step.
          const gates = events.flatMap((event) => {
            const cell =
              event.type === 'units' && event.step === fate.step
                ? event.cells.find((one) => one.cell === index)
                : undefined;
            const group = cell?.filters.find((one) => one.unit === unit && one.part === part);
            const at = group ? (group.ids?.indexOf(id) ?? id) : -1;
            return at >= 0 ? [group!.gates[at]! / gateScale] : [];
          });
          expect(gates).toContain(fate.importance);
          fates++;
        }
      }
    }
    expect(fates).toBeGreaterThan(0);
  });
});

const unitKey2 = ({
  from,
  to,
  operation,
}: {
  from: number;
  to: number;
  operation: string;
}): string => `${from} ${to} ${operation}`;

it('derives the super-net from the settings as the engine lays it out', () => {
  for (const change of [
    {},
    { cells: 8, nodes: 4, channels: 16 },
    {
      cells: 5,
      nodes: 3,
      stages: 2,
      operations: ['skip_connect', 'sep_conv_5x5', 'dil_conv_3x3'] as const,
    },
  ]) {
    const other = smallSettings((s) => Object.assign(s.space, change));
    const data = syntheticData(other, { channels: 3 });
    const engine = describeSuperNet(other, imageOf(data));
    const started = events[0]!;
    if (started.type !== 'started') throw new Error('no start');
    expect(
      superNetOf({
        ...started,
        settings: other,
        superNetParameters: engine.stageParameters.at(-1)!,
      }),
    ).toEqual(engine);
  }
});
