/**
 * A commit: what the thresholds prune at this moment is pruned for good and leaves the tensors. Pure: the network given
 * is not changed.
 */
import { buildPlan } from '../../domain/spaces/build-plan.ts';
import { parameter } from '../../domain/graph/layout.ts';
import { migrateParameters } from '../supernet/parameters.ts';
import type { UnitMasks } from '../../domain/spaces/plan.ts';
import { liveUnits, liveWeights, operationMargins } from './live.ts';
import type { Discretization, OperationMargin } from './live.ts';
import { count, slice } from './network.ts';
import type { Network } from './network.ts';

/**
 * What each level pruned by itself: a filter is listed when its own threshold pruned it, not when it went with its
 * operation; a weight likewise.
 */
export interface PrunedUnits {
  readonly operations: readonly (OperationMargin & { readonly cell: number })[];
  /** By cell; cells that lost nothing are absent. */
  readonly filters: ReadonlyMap<number, number>;
  readonly weights: ReadonlyMap<number, number>;
}

export function prunedNothing({ operations, filters, weights }: PrunedUnits): boolean {
  return operations.length === 0 && filters.size === 0 && weights.size === 0;
}

/** The same parameters in the structure that `masks` leave: a gather, nothing is drawn. */
export function compact(network: Network, masks: UnitMasks): Network {
  const { space, endCell, stage, table } = network.plan;
  const plan = buildPlan(space, masks, endCell, stage);
  const parameters = migrateParameters(plan.table, { table, parameters: network.parameters }, 0, 0);
  return { plan, masks, parameters };
}

export function commitLive(
  network: Network,
  discretization: Discretization,
): { network: Network; pruned: PrunedUnits } {
  const masks = liveUnits(network, discretization);
  const operations = network.plan.cells.flatMap((cell) =>
    operationMargins(network, cell)
      .filter(({ candidate }) => !masks.operations[cell.shape.index]![candidate.unit])
      .map((margin) => ({ ...margin, cell: cell.shape.index })),
  );
  const filters = countFilters(network, masks);
  const structural = operations.length > 0 || filters.size > 0;
  const compacted = structural
    ? compact(network, masks)
    : { ...network, parameters: copy(network) };
  // After compaction, so that an array's last weight is one that is really there.
  const weightMask = liveWeights(compacted, discretization);
  const weights = countWeights(compacted, weightMask);
  const result = { ...compacted, parameters: { ...compacted.parameters, weightMask } };
  for (const { cell, candidate } of operations) freeze(result, cell, candidate.unit);
  return { network: result, pruned: { operations, filters, weights } };
}

function copy({ parameters }: Network): Network['parameters'] {
  return {
    ...parameters,
    values: parameters.values.slice(),
    momentum: parameters.momentum.slice(),
  };
}

/** Stops the momentum of a pruned candidate's importance and thresholds: without it they would drift on. */
export function freeze({ plan, parameters }: Network, cell: number, unit: number): void {
  for (const name of ['alpha', 'operationThreshold', 'filterThreshold', 'weightThreshold']) {
    slice(parameters.momentum, parameter(plan.table, `cells.${cell}.${name}`))[unit] = 0;
  }
}

function countFilters({ plan, masks: before }: Network, after: UnitMasks): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { shape, gated, candidates } of plan.cells) {
    const alive = candidates.filter(({ unit }) => after.operations[shape.index]![unit]);
    const names = [...gated, ...alive.flatMap(({ blocks }) => blocks)].map(({ name }) => name);
    const lost = names.reduce(
      (sum, name) => sum + count(before.filters[name]!) - count(after.filters[name]!),
      0,
    );
    if (lost > 0) counts.set(shape.index, lost);
  }
  return counts;
}

function countWeights({ plan, parameters }: Network, after: Uint8Array): Map<number, number> {
  const counts = new Map<number, number>();
  for (const spec of plan.table.specs) {
    if (!spec.maskedBy) continue;
    const lost = count(slice(parameters.weightMask, spec)) - count(slice(after, spec));
    if (lost > 0) counts.set(spec.maskedBy.cell, (counts.get(spec.maskedBy.cell) ?? 0) + lost);
  }
  return counts;
}
