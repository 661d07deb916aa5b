/** The three granularities on a chain of MBConv layers: commits, compaction, gone layers, regrowth. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPlan, fullMasks } from '../../domain/spaces/build-plan.ts';
import { parameter } from '../../domain/graph/layout.ts';
import { createMobileSpace } from '../../domain/spaces/mobile.ts';
import type { MobileTable } from '../../domain/spaces/mobile-table.ts';
import { randomStream } from '../random.ts';
import { chooseRegrowth, regrow, regrowthScores } from '../search/regrow.ts';
import { smallSettings, syntheticData } from '../search/testing/setup.ts';
import { createComposedStepper } from '../supernet/composed-stepper.ts';
import { migrateParameters } from '../supernet/parameters.ts';
import type { Stepper } from '../supernet/stepper.ts';
import { commitLive } from './commit.ts';
import { countParameters, summarizeCells, superNetTotals } from './count.ts';
import { liveUnits } from './live.ts';
import { slice } from './network.ts';
import type { Network } from './network.ts';
import { everyLevel, scatter } from './testing.ts';
import { resetThresholds, yieldToLastSurvivors } from './thresholds.ts';

const table: MobileTable = {
  ...{ stem: 4, stemStride: 1, first: 4, head: 12, stageLayers: [2, 2] },
  groups: [
    { channels: 4, layers: 2, stride: 1 },
    { channels: 6, layers: 2, stride: 2 },
  ],
  candidates: [
    { kernel: 3, expansion: 2 },
    { kernel: 5, expansion: 3 },
    { kernel: 7, expansion: 2 },
  ],
};
const space = createMobileSpace(table, { size: 8, channels: 1, classes: 10 });

function network(seed: number): Network {
  const masks = fullMasks(space);
  const plan = buildPlan(space, masks, 3, 1);
  const parameters = migrateParameters(plan.table, null, seed, 0);
  scatter({ plan, parameters }, seed);
  return { plan, masks, parameters };
}

const vector = ({ plan, parameters }: Network, name: string): Float32Array =>
  slice(parameters.values, parameter(plan.table, name));

const settings = smallSettings((s) => (s.batchSize = 4));
const batch = syntheticData(settings).trainBatch(0, 0);

describe('a chain of MBConvs', () => {
  let stepper: Stepper;
  beforeAll(async () => {
    stepper = await createComposedStepper('cpu');
  });
  afterAll(() => stepper.dispose());

  async function logits({ plan, parameters }: Network): Promise<Float32Array> {
    const { granularities } = everyLevel;
    await stepper.load(plan, parameters, { batchSize: 4, granularities });
    return stepper.logits(batch, 'running');
  }

  it.each([3, 6])(
    'computes the same after a commit at every level, with less (seed %i)',
    async (seed) => {
      const before = network(seed);
      // A commit leaves every gate a filter: what the forward pass has none of, it would bring back.
      yieldToLastSurvivors(before);
      const { network: after, pruned } = commitLive(before, everyLevel);
      expect(pruned.operations.length).toBeGreaterThan(0);
      expect(pruned.filters.size).toBeGreaterThan(0);
      expect(pruned.weights.size).toBeGreaterThan(0);
      const [was, is] = [await logits(before), await logits(after)];
      const error = Math.max(...is.map((x, i) => Math.abs(x - was[i]!)));
      expect(error).toBeLessThan(1e-4 * Math.max(...was.map(Math.abs)));
      expect(countParameters(after).dense).toBeLessThan(countParameters(before).dense);
      expect(after.plan.table.byName.get('head.gate')!.size).toBeLessThan(12);
    },
  );

  it('loses a layer only where a shortcut replaces it', () => {
    const one = network(1);
    for (const layer of [0, 1, 2, 3]) vector(one, `cells.${layer}.operationThreshold`).fill(0.999);
    const masks = liveUnits(one, everyLevel);
    const left = masks.operations.map((mask) => mask.reduce((a, b) => a + b, 0));
    expect(space.cells.map(({ shortcut }) => shortcut)).toEqual([true, true, false, true]);
    expect(left).toEqual([0, 0, 1, 0]);
  });

  it('counts, steps and starts stages without the removed layers', async () => {
    const one = network(1);
    for (const layer of [0, 1, 3]) vector(one, `cells.${layer}.operationThreshold`).fill(0.999);
    const { network: after } = commitLive(one, everyLevel);
    const totals = superNetTotals(space);
    const cells = summarizeCells(after, totals);
    expect(cells[0]!.counts.operation).toEqual({ left: 0, total: 3 });
    expect(cells[0]!.parameters).toEqual({ dense: 0, active: 0 });
    // The head's filters count to the last layer.
    expect(cells[3]!.counts.filter.left).toBe(after.plan.table.byName.get('head.gate')!.size);
    resetThresholds(after.plan, after.parameters);
    expect(vector(after, 'head.filterThreshold')[0]).toBe(0);
    expect((await logits(after)).every(Number.isFinite)).toBe(true);
  });

  it('scores the layers of a group together, and a type without survivors by half', () => {
    const one = network(2);
    for (const layer of [0, 1, 2, 3]) {
      vector(one, `cells.${layer}.alpha`).fill(0);
      vector(one, `cells.${layer}.operationThreshold`).set([0.1, 0.9, 0.1]);
      slice(one.parameters.momentum, parameter(one.plan.table, `cells.${layer}.alpha`)).fill(1);
    }
    const { network: after } = commitLive(one, everyLevel);
    const { cells, types } = regrowthScores(after);
    expect(cells.map((score) => score.toFixed(3))).toEqual(['0.500', '0.500']);
    expect(types.map((scores) => scores.map((score) => score.toFixed(1)))).toEqual([
      ['0.4', '0.2', '0.4'],
      ['0.4', '0.2', '0.4'],
    ]);
  });

  it('regrows into a group that lost everything', () => {
    const one = network(2);
    for (const layer of [0, 1]) vector(one, `cells.${layer}.operationThreshold`).fill(0.999);
    for (const layer of [0, 1, 2, 3])
      slice(one.parameters.momentum, parameter(one.plan.table, `cells.${layer}.alpha`)).fill(1);
    const { network: after } = commitLive(one, everyLevel);
    const { cells } = regrowthScores(after);
    expect(cells[0]).toBeCloseTo(1 / 3, 6);
    const drawn = chooseRegrowth(after, 6, randomStream(1));
    expect(drawn.some(({ cell }) => cell < 2)).toBe(true);
  });

  it('restores a block at the live widths, with newly initialized weights and open thresholds', () => {
    const { network: after } = commitLive(network(3), everyLevel);
    const [cell, unit] = after.masks.operations
      .flatMap((mask, c) => [...mask].map((alive, o) => [c, o, alive]))
      .find(([c, , alive]) => c! > 0 && !alive)!;
    const { plan, parameters } = regrow(after, [{ cell: cell!, unit: unit! }], 1, 1);
    const [into, out] = after.plan.cells[cell!]!.live;
    expect(plan.cells[cell!]!.live).toEqual([into, out]);
    const { blocks } = plan.cells[cell!]!.candidates.find((candidate) => candidate.unit === unit)!;
    const { expansion } = table.candidates[unit!]!;
    expect(blocks.map(({ filters }) => filters.length)).toEqual([
      expansion * into!.length,
      out!.length,
    ]);
    expect(blocks[1]!.filters).toEqual(out);
    for (const name of ['operationThreshold', 'filterThreshold', 'weightThreshold'])
      expect(slice(parameters.values, parameter(plan.table, `cells.${cell}.${name}`))[unit!]).toBe(
        0,
      );
  });
});
