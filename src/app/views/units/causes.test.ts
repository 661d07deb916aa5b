import { cellShapes } from '../../../domain/spaces/cells.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { fakeSearch, smallSettings } from '../../../engine/search/testing/setup.ts';
import { candidatesOf, filterGroupsOf } from '../../store/cell-units.ts';
import type { Candidate } from '../../store/cell-units.ts';
import { emptyRun, reduceRun } from '../../store/run-model.ts';
import type { RunModel } from '../../store/run-state.ts';
import { unitKey } from '../../store/units.ts';
import { filterState } from './FilterBars.tsx';
import { operationSentence } from './UnitDetail.tsx';

const settings = smallSettings();
const shapes = cellShapes(settings.space, settings.data.imageSize);
/** The run after every report of its units. */
let moments: RunModel[];

beforeAll(async () => {
  let asked = false;
  const { running, recording } = fakeSearch(settings, {}, (event, search) => {
    if (asked || event.type !== 'step') return;
    asked = true;
    search().steer({ kind: 'prune', cell: 0, edge: 1, operation: 'sep_conv_3x3' });
    search().steer({ kind: 'protect', cell: 0, edge: 0, operation: 'sep_conv_3x3' });
  });
  await running.result;
  moments = [];
  let run = emptyRun;
  for (const event of recording.events) {
    run = reduceRun(run, event);
    if (event.type === 'units') moments.push(run);
  }
});

const allOf = ({ details, units }: RunModel): (Candidate & { cell: number })[] =>
  Array.from({ length: settings.space.cells }, (_, cell) =>
    candidatesOf(details, units, settings.space, cell).map((one) => ({ ...one, cell })),
  ).flat();

describe('why an operation is active or pruned', () => {
  it('names the cause that the search stored', () => {
    const seen = new Set<string>();
    for (const run of moments) {
      for (const one of allOf(run)) {
        const text = operationSentence(one);
        expect(text).not.toMatch(/undefined|NaN|null/);
        seen.add(`${one.cause}: ${text.replace(/[\d.,]+/g, '#')}`);
        if (one.cause === 'last') expect(text).toMatch(/^Kept as the last operation of its node/);
        if (one.cause === 'protected') expect(text).toMatch(/^Protected manually/);
        if (one.alive && one.importance > one.threshold && one.cause === 'above')
          expect(text).toMatch(/^Active/);
      }
    }
    const causes = new Set([...seen].map((text) => text.split(':')[0]));
    expect(causes).toContain('above');
    expect(causes).toContain('protected');
  });

  it('reports manual pruning, not the threshold', () => {
    const key = unitKey({ cell: 0, from: 1, to: 2, operation: 'sep_conv_3x3' });
    const after = moments.filter(({ units }) => units[key]?.history.at(-1)?.byHand);
    expect(after.length).toBeGreaterThan(0);
    for (const run of after) {
      const one = allOf(run).find(
        (candidate) => unitKey(candidate) === key && candidate.alive === false,
      );
      if (one) expect(operationSentence(one)).toMatch(/^Pruned manually at step \d+\.$/);
    }
  });
});

it('why a filter is active or pruned', () => {
  const states = new Set<string>();
  for (const run of moments) {
    for (let cell = 0; cell < settings.space.cells; cell++) {
      for (const { filters } of filterGroupsOf(run.details, cell, () => shapes[cell]!.channels))
        for (const filter of filters) {
          const text = filterState(filter);
          if (filter.cause === 'last') expect(text).toBe('kept as the last of its convolution');
          if (filter.fate?.cause === 'threshold')
            expect(text).toMatch(/^pruned by its threshold at/);
          states.add(text.replace(/\d+/g, '#'));
        }
    }
  }
  expect(states).toContain('active');
  expect(states).toContain('pruned by its threshold at step #');
  expect([...states].some((text) => text.startsWith('removed'))).toBe(true);
});
