import { describe, expect, it } from 'vitest';
import { presets } from '../settings/presets.ts';
import { createMobileSpace } from '../spaces/mobile.ts';
import { allCandidates } from '../spaces/mobile-table.ts';
import { buildPlan, fullMasks } from '../spaces/build-plan.ts';
import { outlineOf } from '../spaces/outline.ts';
import { anySizeLayout, placesOf } from '../spaces/registry.ts';
import { outline } from './outline.ts';

describe('the outline of a graph', () => {
  it('of cells: every candidate on its edge, the states in their order', () => {
    const { space } = presets.demo;
    const groups = outlineOf(space);
    expect(groups.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5]);
    const { edges } = anySizeLayout(space);
    for (const { states, edges: drawn, joined, index, title } of groups) {
      expect(states.map(({ role }) => role)).toEqual([
        ...['input', 'input', 'node', 'node', 'node', 'output'],
      ]);
      expect(joined).toEqual([2, 3, 4]);
      expect(drawn.map(({ from, to }) => [from, to])).toEqual(
        edges.map(({ from, to }) => [from, to]),
      );
      for (const { unit, from, to } of placesOf(space))
        expect(drawn.find((edge) => edge.units.includes(unit))).toMatchObject({ from, to });
      const sources = [index - 2, index - 1].map((cell) => (cell < 0 ? null : cell));
      expect(states.slice(0, 2).map(({ source }) => source)).toEqual(sources);
      expect(title).toBe([2, 4].includes(index) ? 'Reduction cell' : 'Cell');
    }
  });

  it('of a chain: layers of one edge, with their shortcuts', () => {
    const space = createMobileSpace(
      {
        ...{ stem: 4, stemStride: 2, first: 3, head: 16, stageLayers: [2] },
        groups: [{ channels: 4, layers: 2, stride: 1 }],
        candidates: allCandidates,
      },
      { size: 14, channels: 3, classes: 5 },
    );
    const [first, second, ...more] = outline(buildPlan(space, fullMasks(space), 1, 0).graph);
    expect(more).toEqual([]);
    const all = allCandidates.map((_, unit) => unit);
    expect(first).toMatchObject({ edges: [{ from: 0, to: 1, units: all }], joined: [] });
    expect(second).toMatchObject({
      states: [
        { role: 'input', source: 0 },
        { role: 'node', source: null },
      ],
      edges: [
        { from: 0, to: 1, units: [] },
        { from: 0, to: 1, units: all },
      ],
    });
  });

  it('is null for contradictory settings', () => {
    expect(outlineOf({ ...presets.tiny.space, cells: 1 })).toEqual([]);
  });
});
