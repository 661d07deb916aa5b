import { describe, expect, it } from 'vitest';
import { withValue } from '../../domain/settings/path.ts';
import { presets } from '../../domain/settings/presets.ts';
import { fakeSearch, smallSettings } from '../../engine/search/testing/setup.ts';
import { candidatesOf } from './cell-units.ts';
import { plannedCandidates, plannedNetwork } from './planned.ts';
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

describe('what it asks of a device', () => {
  const image = { channels: 1, classes: 10 };

  it.each([
    ['tiny', 3_087_744],
    ['mobile-tiny', 6_380_656],
  ] as const)(
    'is the memory that a search of %s reports in its first stage',
    (preset, reported) => {
      // Software adapters; the first stage begins unpruned.
      const [first = 0] = plannedNetwork(presets[preset], image)!.stageBytes;
      expect(first / reported).toBeGreaterThan(0.95);
      expect(first / reported).toBeLessThan(1.05);
    },
  );

  it('is that of the size of the settings, whatever size the images of the set have', () => {
    const set = { ...image, size: 28, name: 'fashion-mnist' };
    expect(plannedNetwork(presets.paper, set)).toEqual(plannedNetwork(presets.paper, image));
  });

  it('grows with the batch, and by stage', () => {
    const { stageBytes } = plannedNetwork(presets['mobile-tiny'], image)!;
    const wide = plannedNetwork({ ...presets['mobile-tiny'], batchSize: 64 }, image)!;
    expect(stageBytes).toHaveLength(3);
    expect([...stageBytes].sort((a, b) => a - b)).toEqual(stageBytes);
    expect(wide.stageBytes[0]! / stageBytes[0]!).toBeGreaterThan(3.5);
    expect(wide.largestTensor).toBe(
      4 * plannedNetwork(presets['mobile-tiny'], image)!.largestTensor,
    );
  });

  it('counts multiply-accumulates as the parts of a chain add up', () => {
    const mobile = presets['mobile-tiny'];
    const one = { ...mobile.space, ...{ candidates: [{ kernel: 3, expansion: 6 } as const] } };
    const groups = [{ channels: 4, layers: 1, stride: 1 as const }];
    const space = { ...one, groups, stageLayers: [1] };
    // Stem 9*1*6, first block 9*6 + 6*4, layer 4*24 + 9*24 + 24*4, head 4*32: each for 12 x 12 pixels; classifier 32*10.
    expect(plannedNetwork({ ...mobile, space }, image)!.macs).toBe(
      144 * (54 + 54 + 24 + 96 + 216 + 96 + 128) + 320,
    );
  });
});
