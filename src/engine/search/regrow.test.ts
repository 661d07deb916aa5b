import { describe, expect, it } from 'vitest';
import { commitLive } from '../granularity/commit.ts';
import { slice } from '../granularity/network.ts';
import { everyLevel, freshNetwork, scatteredNetwork } from '../granularity/testing.ts';
import { randomStream } from '../random.ts';
import { parameter } from '../supernet/layout.ts';
import { chooseRegrowth, regrow } from './regrow.ts';

const pruned = (seed = 1) => commitLive(scatteredNetwork(undefined, seed), everyLevel).network;

describe('regrowth', () => {
  it('draws pruned places, each once, the same ones for the same seed', () => {
    const network = pruned();
    const all = network.masks.operations
      .flat()
      .reduce((sum, mask) => sum + mask.filter((alive) => !alive).length, 0);
    const chosen = chooseRegrowth(network, all + 5, randomStream(1));
    expect(chosen).toHaveLength(all);
    expect(new Set(chosen.map(({ cell, unit }) => `${cell} ${unit}`)).size).toBe(all);
    for (const { cell, unit } of chosen) expect(network.masks.operations[cell][unit]).toBe(0);
    expect(chooseRegrowth(network, 3, randomStream(7))).toEqual(
      chooseRegrowth(network, 3, randomStream(7)),
    );
  });

  it('prefers cells with large gradients', () => {
    const network = pruned();
    const { plan, parameters } = network;
    const drawnFrom1 = (favoured: number): number => {
      for (const cell of [0, 1])
        slice(parameters.momentum, parameter(plan.table, `cells.${cell}.alpha`)).fill(
          cell === favoured ? 1 : 1e-6,
        );
      const draws = Array.from(
        { length: 200 },
        (_, i) => chooseRegrowth(network, 1, randomStream(i))[0].cell,
      );
      return draws.filter((cell) => cell === 1).length;
    };
    expect(drawnFrom1(1)).toBeGreaterThan(1.5 * drawnFrom1(0));
  });

  it('gives a type without survivors half the smallest score', () => {
    const network = freshNetwork();
    const { plan, parameters, masks } = network;
    // Only pools and skips survive in cell 0; all convolutions are pruned.
    const operations = plan.space.operations;
    slice(parameters.values, parameter(plan.table, 'cells.0.operationThreshold')).forEach(
      (_, unit, thresholds) => {
        if (operations[unit % operations.length].blocks > 0) thresholds[unit] = 0.9;
      },
    );
    const after = commitLive({ plan, parameters, masks }, everyLevel).network;
    const chosen = chooseRegrowth(after, 100, randomStream(1));
    expect(new Set(chosen.map(({ cell }) => cell))).toEqual(new Set([0]));
    // Three types are left with equal evidence: a third each; the others get half of that.
    for (const { typeScore } of chosen) expect(typeScore).toBeCloseTo(1 / 6, 3);
  });

  it('brings an operation back whole: fresh weights, gates 0, full masks, its importance as first drawn', () => {
    const network = pruned();
    const unit = network.plan.space.operations.findIndex(({ name }) => name === 'sep_conv_3x3');
    // Any cell and edge where it is pruned.
    const [cell, edge] = network.masks.operations
      .flatMap((mask, c) =>
        network.plan.space.edges.map((e) => [c, e.index, mask[e.index * 7 + unit]]),
      )
      .find(([, , alive]) => !alive)!;
    const place = edge * 7 + unit;
    const after = regrow(network, [{ cell, unit: place, cellScore: 1, typeScore: 1 }], 1, 5);
    const name = `cells.${cell}.edges.${edge}.sep_conv_3x3`;
    const { channels } = after.plan.cells[cell].shape;
    expect([
      ...slice(after.parameters.values, parameter(after.plan.table, `${name}.block0.gate`)),
    ]).toEqual(Array(channels).fill(0));
    expect(
      slice(
        after.parameters.weightMask,
        parameter(after.plan.table, `${name}.block1.pointwise`),
      ).every((alive) => alive),
    ).toBe(true);
    expect(
      slice(after.parameters.values, parameter(after.plan.table, `${name}.block1.pointwise`)).some(
        (w) => w !== 0,
      ),
    ).toBe(true);
    const alpha = (parameters: typeof after.parameters, plan: typeof after.plan) =>
      slice(parameters.values, parameter(plan.table, `cells.${cell}.alpha`))[place];
    const first = freshNetwork();
    expect(alpha(after.parameters, after.plan)).toBe(alpha(first.parameters, first.plan));
    // Nothing else changes.
    expect(after.plan.cells[cell].candidates).toHaveLength(
      network.plan.cells[cell].candidates.length + 1,
    );
    expect(slice(after.parameters.values, parameter(after.plan.table, 'stem.conv'))).toEqual(
      slice(network.parameters.values, parameter(network.plan.table, 'stem.conv')),
    );
  });
});
