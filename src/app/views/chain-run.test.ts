/** Views over a search of a chain, by the fake stepper: what they name, and that their filters are the architecture's. */
import { beforeAll, describe, expect, it } from 'vitest';
import { presets } from '../../domain/settings/presets.ts';
import { layoutOf, spaceOf } from '../../domain/spaces/registry.ts';
import type { Architecture } from '../../domain/architecture/schema.ts';
import { fakeSearch } from '../../engine/search/testing/setup.ts';
import { describeEntry } from '../components/LogRow.tsx';
import { candidatesOf, filterGroupsOf } from '../store/cell-units.ts';
import { emptyRun, reduceRun } from '../store/run-model.ts';
import type { RunModel } from '../store/run-state.ts';
import { cellRange, cellTitle, groupsOf, placeName } from '../store/state-name.ts';
import { lab } from '../store/store.ts';
import { filtersTitle } from '../why/phrases.ts';
import { rowGroups } from './discretization/rows.ts';
import { heatRows } from './balance/csv-rows.ts';
import { candidateTitle } from './units/UnitDetail.tsx';

const settings = structuredClone(presets['mobile-tiny']);
settings.regularizer.lambda0 = 2e-3;
settings.data.imageSize = 8;
settings.batchSize = 8;

describe('a run of a chain', () => {
  let run: RunModel;
  let architecture: Architecture;
  beforeAll(async () => {
    const { running, recording } = fakeSearch(settings);
    architecture = (await running.result)!;
    run = recording.events.reduce(reduceRun, emptyRun);
    lab.setState({ run });
  });

  const groupsIn = (cell: number) => {
    const { space, data } = settings;
    const shape = layoutOf(space, data.imageSize).cells[cell]!;
    return filterGroupsOf(run.details, cell, (unit, part) =>
      spaceOf(space).filterWidth(space, shape, unit, part),
    );
  };

  it('is described in layers and groups, never in cells, nodes or edges', () => {
    const texts = run.log.entries.map(describeEntry);
    expect(texts.length).toBeGreaterThan(20);
    expect(texts.some((text) => /^Pruned mb \d e\d, layer \d$/.test(text))).toBe(true);
    expect(texts.join('\n')).not.toMatch(/\b(cells?|nodes?|edges?)\b|\u2192 (input|output)/);
    expect([cellTitle(2), cellRange(0, 1), placeName({ from: 0, to: 1 })]).toEqual([
      ...['layer 3, group 2', 'layers 1\u20132', null],
    ]);
    expect(groupsOf(settings.space).map(({ title, cells }) => [title, ...cells])).toEqual([
      ['group 1', 0, 1],
      ['group 2', 2, 3, 4],
    ]);
    expect(heatRows(lab.getState())[0]).toContain('layer');
  });

  it('lists every filter of the architecture as alive, of groups as wide as they are', () => {
    const widths = (cell: number): number[] => groupsIn(cell).map(({ filters }) => filters.length);
    // Layer 3 expands 4 channels by 3 and by 6, and has 8 output filters; the head belongs to layer 5.
    expect(new Set(widths(2))).toEqual(new Set([12, 24, 8]));
    expect(widths(4)).toContain(32);
    for (const { index, operations } of architecture.cells) {
      const candidates = candidatesOf(run.details, run.units, settings.space, index);
      const alive = (operation: string, part: number): number[] => {
        const { unit } = candidates.find((one) => one.operation === operation)!;
        return groupsIn(index)
          .find((group) => group.unit === unit && group.part === part)!
          .filters.filter((filter) => filter.alive)
          .map(({ id }) => id);
      };
      for (const { operation, bottleneck } of operations) {
        expect(alive(operation, 0)).toEqual(bottleneck!.middle);
        expect(alive(operation, 1)).toEqual(bottleneck!.filters);
      }
    }
  });

  it('names the filters of a block and of the head', () => {
    const candidates = candidatesOf(run.details, run.units, settings.space, 4);
    expect(candidateTitle(candidates[0]!)).toBe('MBConv 3\u00d73, expansion 3');
    const groups = rowGroups('filter', { candidates, filterGroups: groupsIn(4), weights: [] });
    expect(groups.map(({ title, rows }) => [title, rows.length])).toEqual([
      ['Head', 1],
      ['Candidate blocks', 6],
    ]);
    const title = (unit: number | null, part: number): string =>
      filtersTitle(candidates, { cell: 4, unit, part });
    expect([title(0, 0), title(0, 1), title(null, 0)]).toEqual([
      'Expanded channels of mb 3 e3, layer 5',
      'Output filters of mb 3 e3, layer 5',
      'Filters of the head, layer 5',
    ]);
  });
});
