import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { fieldGroups, fieldGroupsOf } from '../settings/fields.ts';
import { presets } from '../settings/presets.ts';
import { findProblems } from '../settings/problems.ts';
import { SearchSettingsSchema } from '../settings/schema.ts';
import { buildPlan, fullMasks } from './build-plan.ts';
import {
  anySizeLayout,
  cellCount,
  createSpace,
  placesOf,
  spaceOf,
  stageCount,
} from './registry.ts';
import { cellSettings } from './settings.ts';

const { tiny, paper } = presets;
const withId = (id: unknown) => ({ ...tiny, space: { ...tiny.space, id } });

describe('the space that settings are of', () => {
  it('is cells by default, as in files of earlier versions, and if named', () => {
    expect(v.parse(SearchSettingsSchema, tiny)).toEqual(tiny);
    expect('id' in v.parse(SearchSettingsSchema, tiny).space).toBe(false);
    const named = v.parse(SearchSettingsSchema, withId('cells'));
    expect([spaceOf(tiny.space).id, spaceOf(named.space).id]).toEqual(['cells', 'cells']);
    expect(placesOf(named.space)).toEqual(placesOf(tiny.space));
  });

  it('is rejected if unknown, with field and remedy', () => {
    expect(findProblems(withId('transformer'), null)).toEqual([
      { path: 'space.id', message: 'choose from cells, mobile.' },
    ]);
    const other = { ...tiny.space, id: 'transformer' } as unknown as typeof tiny.space;
    expect(() => cellSettings(other)).toThrow(/'transformer'/);
  });

  it('describes itself, also for contradictory settings', () => {
    expect([cellCount(paper.space), stageCount(paper.space)]).toEqual([8, 3]);
    expect(anySizeLayout(paper.space).stageEnds).toEqual([1, 4, 7]);
    const wrong = { ...tiny.space, cells: 1 };
    expect(cellCount(wrong)).toBe(1);
    expect(() => createSpace(wrong, { size: 8, channels: 1, classes: 2 })).toThrow(RangeError);
  });

  it('provides the fields of the form', () => {
    const paths = fieldGroupsOf(tiny).flatMap(({ fields }) => fields.map(({ path }) => path));
    const others = fieldGroups.flatMap(({ fields }) =>
      fields.filter(({ space }) => space !== null && space !== 'cells'),
    );
    expect(others.some(({ path }) => path === 'space.groups')).toBe(true);
    expect(paths).toEqual(
      fieldGroups.flatMap(({ fields }) =>
        fields.filter((field) => !others.includes(field)).map(({ path }) => path),
      ),
    );
    const own = fieldGroups.flatMap(({ fields }) =>
      fields.filter(({ space }) => space === 'cells'),
    );
    expect(own.map(({ path }) => path)).toEqual(
      Object.keys(tiny.space).map((name) => `space.${name}`),
    );
  });

  it('emits a graph whose parts nest', () => {
    const space = createSpace(tiny.space, { size: 8, channels: 1, classes: 10 });
    const { graph } = buildPlan(space, fullMasks(space), space.cells.length - 1, 2);
    const parts = new Set(graph.nodes.map(({ scope }) => scope?.parent?.name ?? scope?.name));
    // The image belongs to none.
    expect([...parts]).toEqual([undefined, 'stem', 'cell0', 'cell1', 'cell2', 'classifier']);
  });
});
