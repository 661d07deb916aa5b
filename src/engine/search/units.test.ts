/** Over 250 lines: all cases look at the same recorded searches. */
import { describe, expect, it } from 'vitest';
import { commitLive, compact } from '../granularity/commit.ts';
import { superNetTotals, summarizeCells } from '../granularity/count.ts';
import { prunableFilters } from '../granularity/live.ts';
import type { Discretization } from '../granularity/live.ts';
import { count, sigmoid, slice } from '../granularity/network.ts';
import { everyLevel, freshNetwork, scatteredNetwork } from '../granularity/testing.ts';
import { buildPlan, fullMasks } from '../../domain/spaces/build-plan.ts';
import { parameter } from '../../domain/graph/layout.ts';
import { gateScale, histogramBins, unitCauses } from '../../domain/events/events.ts';
import { fakeSearch, smallSettings } from './testing/setup.ts';
import { describeUnits } from './units.ts';
import type { Judgement } from './units.ts';

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((a, b) => a + b, 0);

describe('describeUnits', () => {
  const trained = scatteredNetwork();
  const { network: left, pruned } = commitLive(trained, everyLevel);
  const cells = describeUnits(left, { trained, by: everyLevel });

  it('gives every candidate its importance, threshold and fate', () => {
    const { table, space } = trained.plan;
    for (const { cell, operations } of cells) {
      const alpha = slice(trained.parameters.values, parameter(table, `cells.${cell}.alpha`));
      const thresholds = slice(
        trained.parameters.values,
        parameter(table, `cells.${cell}.operationThreshold`),
      );
      expect(operations.importances).toHaveLength(space.edges.length * space.operations.length);
      operations.importances.forEach((importance, unit) =>
        expect(importance).toBeCloseTo(sigmoid(alpha[unit]!), 3),
      );
      operations.thresholds.forEach((threshold, unit) =>
        expect(threshold).toBeCloseTo(thresholds[unit]!, 3),
      );
      expect([...operations.alive].map(Number)).toEqual([...left.masks.operations[cell]!]);
    }
    const gone = cells.flatMap(({ cell, operations }) =>
      [...operations.alive].flatMap((alive, unit) => (alive === '0' ? [`${cell} ${unit}`] : [])),
    );
    expect(gone.length).toBeGreaterThan(0);
    expect(new Set(gone)).toEqual(
      new Set(pruned.operations.map(({ cell, candidate }) => `${cell} ${candidate.unit}`)),
    );
  });

  it('gives every filter that the thresholds judged its gate, threshold and fate', () => {
    let dead = 0;
    for (const cell of trained.plan.cells) {
      const groups = [...prunableFilters(cell)];
      const units = cells[cell.shape.index]!.filters;
      expect(units).toHaveLength(groups.length);
      groups.forEach(({ name, filters, thresholds, index }, g) => {
        const { ids, gates, threshold, alive } = units[g]!;
        expect(ids ?? Array.from({ length: cell.shape.channels }, (_, id) => id)).toEqual([
          ...filters,
        ]);
        const logits = slice(
          trained.parameters.values,
          parameter(trained.plan.table, `${name}.gate`),
        );
        gates.forEach((gate, i) => expect(gate / gateScale).toBeCloseTo(sigmoid(logits[i]!), 4));
        expect(threshold).toBeCloseTo(
          slice(trained.parameters.values, parameter(trained.plan.table, thresholds))[index]!,
          3,
        );
        expect([...alive].map(Number)).toEqual(filters.map((id) => left.masks.filters[name]![id]));
        dead += alive.split('0').length - 1;
      });
    }
    expect(dead).toBeGreaterThan(0);
  });

  it('counts the weights of every surviving candidate by magnitude and mask', () => {
    const full = buildPlan(
      left.plan.space,
      fullMasks(left.plan.space),
      left.plan.endCell,
      left.plan.stage,
    );
    for (const { cell, weights } of cells) {
      const own = left.plan.table.specs.filter(({ maskedBy }) => maskedBy?.cell === cell);
      expect(new Set(weights.map(({ unit }) => unit))).toEqual(
        new Set(own.map(({ maskedBy }) => maskedBy!.unit)),
      );
      for (const { unit, alive, masked, width, total, threshold } of weights) {
        const specs = own.filter(({ maskedBy }) => maskedBy!.unit === unit);
        const values = specs.flatMap((spec) =>
          [...slice(left.parameters.values, spec)].map(Math.abs),
        );
        const masks = specs.flatMap((spec) => [...slice(left.parameters.weightMask, spec)]);
        expect(sum(alive)).toBe(sum(masks));
        expect(sum(masked)).toBe(masks.length - sum(masks));
        expect([alive.length, masked.length]).toEqual([histogramBins, histogramBins]);
        // From the histogram alone: how many alive weights lie below the middle of the range.
        const half = (width * histogramBins) / 2;
        expect(sum(alive.slice(0, histogramBins / 2))).toBe(
          values.filter((value, i) => masks[i] && value < half).length,
        );
        expect(total).toBe(
          sum(
            full.table.specs
              .filter(({ maskedBy }) => maskedBy?.cell === cell && maskedBy.unit === unit)
              .map(({ size }) => size),
          ),
        );
        const thresholds = slice(
          trained.parameters.values,
          parameter(trained.plan.table, `cells.${cell}.weightThreshold`),
        );
        expect(threshold).toBeCloseTo(thresholds[unit]!, 3);
      }
    }
  });

  it('is plain JSON, and has no pruned unit in a new super-net', () => {
    expect(JSON.parse(JSON.stringify(cells))).toEqual(cells);
    const fresh = freshNetwork();
    for (const { operations, filters, weights } of describeUnits(fresh)) {
      expect(operations.alive).not.toContain('0');
      expect(filters.every(({ ids, alive }) => ids === null && !alive.includes('0'))).toBe(true);
      expect(
        weights.every(({ alive, masked, total }) => sum(masked) === 0 && sum(alive) === total),
      ).toBe(true);
    }
  });
});

describe('causes', () => {
  const trained = scatteredNetwork();
  const causesOf = (by: Discretization | null, hand?: Judgement['hand']) => {
    const left = by ? commitLive(trained, by).network : trained;
    return describeUnits(left, { trained, by, ...(hand && { hand }) });
  };
  const margins = (cell: number, unit: number): number => {
    const { table } = trained.plan;
    const of = (name: string) =>
      slice(trained.parameters.values, parameter(table, `cells.${cell}.${name}`))[unit];
    return sigmoid(of('alpha')!) - of('operationThreshold')!;
  };

  it('state for each operation whether its threshold pruned it, or why it is kept', () => {
    for (const { cell, operations } of causesOf(everyLevel)) {
      [...operations.causes!].forEach((cause, unit) => {
        if (cause === unitCauses.threshold) {
          expect(operations.alive[unit]).toBe('0');
          expect(margins(cell, unit)).toBeLessThanOrEqual(0);
        } else {
          expect(operations.alive[unit]).toBe('1');
          expect(cause).toBe(margins(cell, unit) > 0 ? unitCauses.above : unitCauses.last);
        }
      });
    }
    // Under such thresholds every node keeps one candidate alone.
    const starved = scatteredNetwork();
    for (const { name, offset, size } of starved.plan.table.specs)
      if (name.endsWith('operationThreshold'))
        starved.parameters.values.fill(0.999, offset, offset + size);
    const cells = describeUnits(commitLive(starved, everyLevel).network, {
      trained: starved,
      by: everyLevel,
    });
    for (const { operations } of cells) {
      const { nodes } = starved.plan.space;
      expect(operations.causes!.split(unitCauses.last)).toHaveLength(nodes + 1);
      expect(operations.causes!.split(unitCauses.above)).toHaveLength(1);
    }
  });

  it('state for each filter whether its threshold pruned it, its operation was pruned, or it is the last', () => {
    const seen = new Set<string>();
    for (const { operations, filters } of causesOf(everyLevel)) {
      for (const { unit, gates, threshold, alive, causes } of filters) {
        const withOperation = unit !== null && operations.alive[unit] === '0';
        [...causes!].forEach((cause, i) => {
          seen.add(cause);
          const above = gates[i]! / gateScale > threshold;
          if (withOperation) expect(cause).toBe(unitCauses.operation);
          else if (alive[i] === '0') expect(cause).toBe(unitCauses.threshold);
          // Gates and thresholds are rounded in the event.
          else if (Math.abs(gates[i]! / gateScale - threshold) > 1e-3)
            expect(cause).toBe(above ? unitCauses.above : unitCauses.last);
        });
      }
    }
    expect([...seen].sort()).toEqual(
      [unitCauses.above, unitCauses.operation, unitCauses.threshold].sort(),
    );
    const starved = scatteredNetwork();
    for (const { name, offset, size } of starved.plan.table.specs)
      if (/[fF]ilterThreshold$/.test(name))
        starved.parameters.values.fill(0.999, offset, offset + size);
    for (const { operations, filters } of describeUnits(commitLive(starved, everyLevel).network, {
      trained: starved,
      by: everyLevel,
    })) {
      for (const { unit, causes } of filters)
        if (unit === null || operations.alive[unit] === '1')
          expect(causes!.split(unitCauses.last)).toHaveLength(2);
    }
  });

  it('count weights that are the last of their array', () => {
    const starved = scatteredNetwork();
    for (const { name, offset, size } of starved.plan.table.specs)
      if (name.endsWith('weightThreshold'))
        starved.parameters.values.fill(99, offset, offset + size);
    const judged = describeUnits(commitLive(starved, everyLevel).network, {
      trained: starved,
      by: everyLevel,
    });
    for (const { weights } of judged)
      for (const { last, alive } of weights) expect(last).toBe(sum(alive));
    expect(sum(judged.flatMap(({ weights }) => weights.map(({ last }) => last!)))).toBeGreaterThan(
      0,
    );
    for (const { weights } of causesOf(null)) for (const { last } of weights) expect(last).toBe(0);
  });

  it('name protection, frozen masks, and manual changes', () => {
    const { operations } = causesOf(everyLevel)[0]!;
    const under = operations.causes!.indexOf(unitCauses.threshold);
    const kept = causesOf({ ...everyLevel, kept: (cell, unit) => cell === 0 && unit === under });
    expect(kept[0]!.operations.causes![under]).toBe(unitCauses.protected);
    const held = causesOf({ ...everyLevel, held: (cell) => cell === 0 });
    expect(held[0]!.operations.causes![under]).toBe(unitCauses.held);
    const convolution = trained.plan.cells[0]!.candidates.find(({ blocks }) => blocks.length > 0)!;
    const masks = structuredClone(trained.masks) as typeof trained.masks;
    masks.operations[0]![convolution.unit] = 0;
    const [cell] = describeUnits(compact(trained, masks), {
      trained,
      by: null,
      hand: { cell: 0, unit: convolution.unit },
    });
    expect(cell!.operations.causes![convolution.unit]).toBe(unitCauses.hand);
    expect(cell!.operations.causes!.split(unitCauses.above)).toHaveLength(
      cell!.operations.causes!.length,
    );
    for (const { unit, causes } of cell!.filters)
      expect(new Set(causes)).toEqual(
        new Set(unit === convolution.unit ? [unitCauses.hand] : [unitCauses.above]),
      );
  });
});

describe('units events of a search', () => {
  it('use the thresholds that pruned, also when lowered to the goal', async () => {
    const { running, recording } = fakeSearch(smallSettings());
    await running.result;
    expect(recording.of('stage-finished').some(({ reason }) => reason === 'goal-reached')).toBe(
      true,
    );
    // A regrowth judges nothing, and thresholds rose on while it was scored.
    const regrown = new Set(
      recording.events.flatMap((event, i) => (event.type === 'regrown' ? [i + 2] : [])),
    );
    for (const [i, event] of recording.events.entries()) {
      if (event.type !== 'units' || regrown.has(i)) continue;
      for (const { operations } of event.cells) {
        [...operations.causes!].forEach((cause, unit) => {
          const margin = operations.importances[unit]! - operations.thresholds[unit]!;
          if (cause === unitCauses.threshold) expect(margin).toBeLessThan(2e-4);
          if (cause === unitCauses.above && operations.thresholds[unit]! > 0)
            expect(margin).toBeGreaterThan(-2e-4);
        });
      }
    }
  });

  it('follow every ratios event and agree with it', async () => {
    const { running, recording } = fakeSearch(smallSettings());
    await running.result;
    const { events } = recording;
    const ratios = recording.of('ratios');
    expect(recording.of('units')).toHaveLength(ratios.length);
    let levels = 0;
    events.forEach((event, i) => {
      if (event.type !== 'ratios') return;
      const units = events[i + 1]!;
      if (units.type !== 'units') throw new Error(`${units.type} follows ratios`);
      expect(units).toMatchObject({
        step: event.step,
        stage: event.stage,
        committed: event.committed,
      });
      for (const { cell, counts } of event.cells) {
        const own = units.cells.find((one) => one.cell === cell)!;
        expect(own.operations.alive.split('1').length - 1).toBe(counts.operation.left);
        expect(sum(own.weights.flatMap(({ alive }) => alive))).toBe(counts.weight.left);
        // Stride-2 skip connections have filters that no threshold judges.
        const filters = own.filters.filter(
          ({ unit }) => unit === null || own.operations.alive[unit] === '1',
        );
        const left = sum(filters.map(({ alive }) => alive.split('1').length - 1));
        expect(left).toBeLessThanOrEqual(counts.filter.left);
        if (units.cells.length > 0 && counts.filter.left === left) levels++;
      }
    });
    expect(levels).toBeGreaterThan(0);
  });

  it('show an operation below its threshold if a pruned event reports it', async () => {
    const { running, recording } = fakeSearch(smallSettings());
    await running.result;
    const { events } = recording;
    const at = events.findIndex((event) => event.type === 'pruned' && event.operations.length > 0);
    const told = events[at]!;
    const units = events.slice(at).find((event) => event.type === 'units');
    if (told.type !== 'pruned' || units?.type !== 'units') throw new Error('nothing was pruned');
    const { operations } = smallSettings().space;
    for (const { cell, edge, operation, importance, threshold } of told.operations) {
      const unit = edge * operations.length + operations.indexOf(operation);
      const own = units.cells.find((one) => one.cell === cell)!.operations;
      expect(own.alive[unit]).toBe('0');
      expect(own.importances[unit]).toBeCloseTo(importance, 3);
      expect(own.thresholds[unit]).toBeCloseTo(threshold, 3);
    }
  });
});

it('counts with the totals of the super-net', () => {
  const network = scatteredNetwork();
  const [cell] = summarizeCells(network, superNetTotals(network.plan.space));
  expect(sum(describeUnits(network)[0]!.weights.map(({ total }) => total))).toBe(
    cell!.counts.weight.total,
  );
  expect(count(network.masks.operations[0]!)).toBe(cell!.counts.operation.left);
});
