import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parameter } from '../../domain/graph/layout.ts';
import type { NetworkPlan } from '../../domain/spaces/plan.ts';
import type { ParameterSpec } from '../../domain/graph/parameters.ts';
import { commitLive, prunedNothing } from './commit.ts';
import { countParameters, superNetTotals } from './count.ts';
import { sigmoid, slice } from './network.ts';
import type { Network } from './network.ts';
import { everyLevel, freshNetwork, scatteredNetwork, smallSpace } from './testing.ts';
import { resetThresholds, yieldToLastSurvivors } from './thresholds.ts';

const set = (
  { plan, parameters }: Network,
  name: string,
  change: (values: Float32Array) => void,
): void => change(slice(parameters.values, parameter(plan.table, name)));

/** Position of an element in another layout, by original ids; -1 where it is gone. */
function positionIn(plan: NetworkPlan, spec: ParameterSpec, i: number): number {
  const other = plan.table.byName.get(spec.name);
  if (!other) return -1;
  let rest = i;
  let position = 0;
  let stride = 1;
  for (let axis = spec.shape.length - 1; axis >= 0; axis--) {
    const at = rest % spec.shape[axis]!;
    const to = spec.ids[axis] ? other.ids[axis]!.indexOf(spec.ids[axis]![at]!) : at;
    if (to < 0) return -1;
    position += to * stride;
    stride *= other.shape[axis]!;
    rest = Math.floor(rest / spec.shape[axis]!);
  }
  return other.offset + position;
}

describe('a commit', () => {
  it('prunes nothing at the start of a search', () => {
    const network = freshNetwork();
    const { pruned, network: after } = commitLive(network, everyLevel);
    expect(prunedNothing(pruned)).toBe(true);
    expect(countParameters(after)).toEqual(countParameters(network));
  });

  it('removes operations, filters and weights below their own thresholds', () => {
    const network = freshNetwork();
    const unit = network.plan.cells[1]!.candidates.find(
      ({ operation }) => operation.name === 'dil_conv_3x3',
    )!.unit;
    set(network, 'cells.1.alpha', (alpha) => (alpha[0] = -3));
    set(network, 'cells.1.operationThreshold', (thresholds) => (thresholds[0] = 0.1));
    set(network, 'cells.1.filterThreshold', (thresholds) => (thresholds[unit] = 0.4));
    set(network, 'cells.1.edges.0.dil_conv_3x3.block0.gate', (gates) => (gates[2] = -1));
    set(network, 'cells.1.weightThreshold', (thresholds) => (thresholds[unit] = 0.05));
    const { pruned, network: after } = commitLive(network, everyLevel);
    expect(pruned.operations).toMatchObject([
      { cell: 1, candidate: { unit: 0 }, importance: sigmoid(-3) },
    ]);
    expect([...pruned.filters]).toEqual([[1, 1]]);
    expect([...pruned.weights.keys()]).toEqual([1]);
    expect(after.plan.cells[1]!.candidates.find((k) => k.unit === unit)!.outputs).not.toContain(2);
    const array = parameter(after.plan.table, 'cells.1.edges.0.dil_conv_3x3.block0.depthwise');
    slice(after.parameters.values, array).forEach((w, i) =>
      expect(slice(after.parameters.weightMask, array)[i]).toBe(
        Math.abs(w) > Math.fround(0.05) ? 1 : 0,
      ),
    );
  });

  it('keeps the candidate of a node with the largest margin, over all its edges', () => {
    const network = freshNetwork();
    set(network, 'cells.0.operationThreshold', (thresholds) => thresholds.fill(0.9));
    set(network, 'cells.0.operationThreshold', (thresholds) => (thresholds[9] = 0.8));
    const { network: after } = commitLive(network, everyLevel);
    expect(after.plan.cells[0]!.candidates.map(({ to }) => to)).toEqual([2, 3]);
    expect(after.plan.cells[0]!.candidates[0]!.unit).toBe(9);
  });

  it('never filters a stride-2 skip connection, but does the preprocess of the same kind', () => {
    const network = freshNetwork({ ...smallSpace, cells: 3, stages: 3 });
    for (const cell of [0, 1, 2]) {
      set(network, `cells.${cell}.filterThreshold`, (thresholds) => thresholds.fill(0.9));
      set(network, `cells.${cell}.preprocessFilterThreshold`, (thresholds) => thresholds.fill(0.9));
    }
    const { network: after } = commitLive(network, everyLevel);
    const reduces = after.plan.cells[1]!.candidates.filter(({ reduce }) => reduce);
    expect(reduces.length).toBeGreaterThan(0);
    for (const { reduce } of reduces)
      expect(reduce!.filters).toHaveLength(after.plan.cells[1]!.shape.channels);
    expect(after.plan.cells[2]!.preprocess[0]).toMatchObject({ split: 8, filters: [0] });
  });

  it('does not change frozen cells and disabled levels', () => {
    const network = scatteredNetwork();
    const held = commitLive(network, { ...everyLevel, held: (cell) => cell === 0 }).pruned;
    expect(
      held.operations.some(({ cell }) => cell === 0) || held.filters.has(0) || held.weights.has(0),
    ).toBe(false);
    const off = commitLive(network, {
      ...everyLevel,
      granularities: { operation: false, filter: false, weight: false },
    });
    expect(prunedNothing(off.pruned)).toBe(true);
  });

  it('gathers values, momentum and masks of remaining units, and does not change its input', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
        const network = scatteredNetwork(smallSpace, seed);
        network.parameters.momentum.forEach((_, i, all) => (all[i] = i));
        const before = structuredClone({ ...network.parameters, masks: network.masks });
        const { network: after, pruned } = commitLive(network, everyLevel);
        expect({ ...network.parameters, masks: network.masks }).toEqual(before);
        expect(prunedNothing(pruned)).toBe(false);
        for (const spec of after.plan.table.specs) {
          for (let i = 0; i < spec.size; i++) {
            const from = positionIn(network.plan, spec, i);
            expect(from).toBeGreaterThanOrEqual(0);
            expect(after.parameters.values[spec.offset + i]).toBe(network.parameters.values[from]);
            if (spec.group === 'weight')
              expect(after.parameters.momentum[spec.offset + i]).toBe(
                network.parameters.momentum[from],
              );
          }
        }
        expect(countParameters(after).dense).toBe(
          after.plan.table.specs
            .filter(({ group }) => group === 'weight')
            .reduce((sum, { size }) => sum + size, 0),
        );
      }),
      { numRuns: 10 },
    );
  });

  it('prunes nothing more when repeated', () => {
    const once = commitLive(scatteredNetwork(), everyLevel).network;
    const twice = commitLive(once, everyLevel);
    expect(twice.pruned.operations).toEqual([]);
    expect(twice.pruned.filters.size).toBe(0);
    expect(twice.network.plan.table.size).toBe(once.plan.table.size);
  });
});

describe('thresholds', () => {
  it('are lowered to the last survivor of a group', () => {
    const network = freshNetwork();
    for (const name of ['filterThreshold', 'preprocessFilterThreshold', 'weightThreshold'])
      set(network, `cells.0.${name}`, (t) => t.fill(3));
    const { network: after } = commitLive(network, everyLevel);
    yieldToLastSurvivors(after);
    const { plan, parameters } = after;
    const [t] = slice(
      parameters.values,
      parameter(plan.table, 'cells.0.preprocessFilterThreshold'),
    );
    expect(t).toBeLessThan(0.5);
    expect(t).toBeGreaterThan(0.4999);
    for (const { name, maskedBy } of plan.table.specs) {
      if (maskedBy?.cell !== 0) continue;
      const spec = parameter(plan.table, name);
      const threshold = slice(parameters.values, parameter(plan.table, 'cells.0.weightThreshold'))[
        maskedBy.unit
      ]!;
      const alive = [...slice(parameters.values, spec)].filter(
        (_, i) => slice(parameters.weightMask, spec)[i],
      );
      if (alive.length > 0) expect(Math.max(...alive.map(Math.abs))).toBeGreaterThan(threshold);
    }
  });

  it('are reset with their momentum', () => {
    const { plan, parameters } = scatteredNetwork();
    parameters.momentum.fill(1);
    resetThresholds(plan, parameters, (cell) => cell === 1);
    for (const all of [parameters.values, parameters.momentum]) {
      expect(
        slice(all, parameter(plan.table, 'cells.1.filterThreshold')).every((x) => x === 0),
      ).toBe(true);
      expect(
        slice(all, parameter(plan.table, 'cells.0.filterThreshold')).some((x) => x !== 0),
      ).toBe(true);
    }
  });
});

describe('totals', () => {
  it('count every unit of the unpruned super-net', () => {
    const { plan } = freshNetwork();
    const totals = superNetTotals(plan.space);
    expect(totals.operation).toEqual([35, 35]);
    // Six blocks an edge, two preprocesses; in the reduction cell a stride-2 skip connection on each of four edges.
    expect(totals.filter).toEqual([(5 * 6 + 2) * 4, (5 * 6 + 2 + 4) * 8]);
    const taps = 2 * 9 + 2 * 25 + 9 + 25;
    expect(totals.weight).toEqual([5 * (taps * 4 + 6 * 16), 5 * (taps * 8 + 6 * 64)]);
    expect(totals.parameters.at(-1)).toBe(plan.table.groups.weight.size);
  });
});
