import { describe, expect, it } from 'vitest';
import { withValue } from '../../domain/settings/path.ts';
import { presets } from '../../domain/settings/presets.ts';
import { fakeSearch, smallSettings } from '../../engine/search/testing/setup.ts';
import { candidatesOf } from './cell-units.ts';
import { plannedCandidates, leastMemory, plannedNetwork } from './planned.ts';
import { emptyRun, reduceRun } from './run-model.ts';

describe('the planned super-net', () => {
  it('equals the super-net of the started search', async () => {
    const settings = smallSettings();
    const { running, recording } = fakeSearch(settings);
    await running.result;
    const begun = recording.events.findIndex(({ type }) => type === 'units') + 1;
    const run = recording.events.slice(0, begun).reduce(reduceRun, emptyRun);
    const planned = plannedCandidates(settings.space);
    const found = candidatesOf(run.details, run.units, settings.space, 0);
    expect(planned.map(({ unit, alive }) => ({ unit, alive }))).toEqual(
      found.map(({ unit, alive }) => ({ unit, alive })),
    );
    const { dataset, superNetParameters } = run.started!;
    expect(plannedNetwork(settings, { channels: 1, classes: dataset.classes })?.parameters).toBe(
      superNetParameters,
    );
  });

  it('counts the candidates of all cells', () => {
    const { cells, nodes, operations } = presets.demo.space;
    const edges = Array.from({ length: nodes }, (_, node) => node + 2).reduce((a, b) => a + b, 0);
    expect(plannedNetwork(presets.demo, { channels: 1, classes: 10 })?.operations).toBe(
      cells * edges * operations.length,
    );
  });

  it('is null for contradictory settings', () => {
    const wrong = withValue(presets.tiny, 'space.cells', 1);
    expect(plannedNetwork(wrong, { channels: 1, classes: 10 })).toBeNull();
  });
});

it('the least memory is that of weights, gradients and momentum', () => {
  expect(leastMemory({ parameters: 1_000 })).toBe(12_000);
});
