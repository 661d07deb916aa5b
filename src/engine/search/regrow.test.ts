import { factsOf } from '../../domain/operations/facts.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commitLive, compact } from '../granularity/commit.ts';
import { slice } from '../granularity/network.ts';
import type { Network } from '../granularity/network.ts';
import { everyLevel, freshNetwork, scatteredNetwork, smallSpace } from '../granularity/testing.ts';
import { randomStream } from '../random.ts';
import { parameter } from '../../domain/graph/layout.ts';
import { chooseRegrowth, regrow, regrownCount } from './regrow.ts';

const pruned = (seed = 1) => commitLive(scatteredNetwork(undefined, seed), everyLevel).network;

/** Takes drawn channels from nodes: from every convolution into them, with the pools and identities that would bring them. */
function narrowed(network: Network, seed: number): Network {
  const stream = randomStream(seed, 'narrow');
  const masks = {
    operations: network.masks.operations.map((mask) => mask.slice()),
    filters: Object.fromEntries(
      Object.entries(network.masks.filters).map(([name, mask]) => [name, mask.slice()]),
    ),
  };
  for (const { shape, candidates } of network.plan.cells) {
    for (const to of new Set(candidates.map((k) => k.to))) {
      const into = candidates.filter((k) => k.to === to);
      if (!into.some(({ blocks }) => blocks.length > 0)) continue;
      const gone = Array.from({ length: shape.channels - 1 }, (_, id) => id).filter(
        () => stream.uniform() < 0.5,
      );
      for (const { name, unit, blocks, reduce } of into) {
        const group = blocks.at(-1)?.name ?? (reduce ? name : null);
        if (group === null) masks.operations[shape.index]![unit] = 0;
        else for (const id of gone) masks.filters[group]![id] = 0;
      }
    }
  }
  return compact(network, masks);
}

describe('regrowth', () => {
  it('draws pruned places, each once, the same ones for the same seed', () => {
    const network = pruned();
    const all = network.masks.operations
      .flat()
      .reduce((sum, mask) => sum + mask.filter((alive) => !alive).length, 0);
    const chosen = chooseRegrowth(network, all + 5, randomStream(1));
    // Pools and identities that would widen their node stay away.
    expect(chosen.length).toBeLessThanOrEqual(all);
    expect(chosen.length).toBeGreaterThan(all / 2);
    expect(new Set(chosen.map(({ cell, unit }) => `${cell} ${unit}`)).size).toBe(chosen.length);
    for (const { cell, unit } of chosen) expect(network.masks.operations[cell]![unit]).toBe(0);
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
        (_, i) => chooseRegrowth(network, 1, randomStream(i))[0]!.cell,
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
        if (factsOf(operations[unit % operations.length]!).convolves) thresholds[unit] = 0.9;
      },
    );
    slice(parameters.momentum, parameter(plan.table, 'cells.0.alpha')).fill(1);
    const after = commitLive({ plan, parameters, masks }, everyLevel).network;
    const chosen = chooseRegrowth(after, 100, randomStream(1));
    expect(new Set(chosen.map(({ cell }) => cell))).toEqual(new Set([0]));
    // Three types are left with equal evidence, four get half of it: shares of 3 + 4 / 2.
    for (const { typeScore } of chosen) expect(typeScore).toBeCloseTo(1 / 10, 3);
  });

  it('restores an operation at the live widths of its states: new weights, gates 0, its importance as pruned', () => {
    const network = pruned();
    const unit = network.plan.space.operations.findIndex(({ name }) => name === 'sep_conv_3x3');
    // Any cell and edge where it is pruned.
    const [cell, edge] = network.masks.operations
      .flatMap((mask, c) =>
        network.plan.space.edges.map((e) => [c, e.index, mask[e.index * 7 + unit]]),
      )
      .find(([, , alive]) => !alive)!;
    const place = edge! * 7 + unit;
    const after = regrow(network, [{ cell: cell!, unit: place, cellScore: 1, typeScore: 1 }], 1, 5);
    const name = `cells.${cell}.edges.${edge}.sep_conv_3x3`;
    const { from, to } = network.plan.space.edges[edge!]!;
    const { live } = network.plan.cells[cell!]!;
    const { blocks } = after.plan.cells[cell!]!.candidates.find((k) => k.unit === place)!;
    expect(blocks.map(({ inputs, filters }) => [inputs, filters])).toEqual([
      [live[from], live[from]],
      [live[from], live[to]],
    ]);
    expect(after.plan.cells[cell!]!.live).toEqual(live);
    const of = (part: string) => parameter(after.plan.table, `${name}.${part}`);
    expect([...slice(after.parameters.values, of('block1.gate'))]).toEqual(live[to]!.map(() => 0));
    expect(slice(after.parameters.weightMask, of('block1.pointwise')).every((on) => on)).toBe(true);
    expect(slice(after.parameters.values, of('block1.pointwise')).some((w) => w !== 0)).toBe(true);
    const alpha = ({ parameters, plan }: Network) =>
      slice(parameters.values, parameter(plan.table, `cells.${cell}.alpha`))[place];
    expect(alpha(after)).toBe(alpha(network));
    // Nothing else changes.
    expect(after.plan.cells[cell!]!.candidates).toHaveLength(
      network.plan.cells[cell!]!.candidates.length + 1,
    );
    expect(slice(after.parameters.values, parameter(after.plan.table, 'stem.conv'))).toEqual(
      slice(network.parameters.values, parameter(network.plan.table, 'stem.conv')),
    );
  });

  it('never increases the live channels of a state', () => {
    let lost = 0;
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom(3, 4, 6),
        (seed, count, channels) => {
          const space = { ...smallSpace, cells: 3, stages: 3, channels };
          const before = narrowed(
            commitLive(scatteredNetwork(space, seed), everyLevel).network,
            seed,
          );
          lost += before.plan.cells.reduce(
            (sum, { shape, live }) =>
              sum + live.filter((ids) => ids.length < shape.channels).length,
            0,
          );
          const chosen = chooseRegrowth(before, count, randomStream(seed));
          const after = regrow(before, chosen, seed, 1);
          expect(after.plan.cells.map(({ live }) => live)).toEqual(
            before.plan.cells.map(({ live }) => live),
          );
          // What was there before is as wide as it was.
          for (const { name, shape } of before.plan.table.specs)
            expect(after.plan.table.byName.get(name)!.shape).toEqual(shape);
        },
      ),
      { numRuns: 40 },
    );
    // Without states that lost channels nothing could come back.
    expect(lost).toBeGreaterThan(50);
  });

  it('regrows a share rounded down, at least one in a small super-net that pruned any', () => {
    expect([0, 3, 9, 10, 14].map((n) => regrownCount(n, 0.2, 105))).toEqual([0, 1, 1, 2, 2]);
    expect([0, 3, 9, 10, 14].map((n) => regrownCount(n, 0.2, 784))).toEqual([0, 0, 1, 2, 2]);
  });
});
