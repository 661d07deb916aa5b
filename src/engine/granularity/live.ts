/**
 * The discretization functions on the host: mask = 1[importance - threshold > 0] for operations, filters and weights
 * (docs/algorithm.md, Forward), each within what is committed already.
 *
 * Something always survives, so that every structure computes: of a node without a shortcut the candidate operation, of a block or
 * preprocess the filter, of a depthwise or pointwise array the weight with the largest importance - threshold.
 */
import { parameter } from '../../domain/graph/layout.ts';
import type { CandidatePlan, CellPlan, UnitMasks } from '../../domain/spaces/plan.ts';
import type { ParameterSpec } from '../../domain/graph/parameters.ts';
import type { Granularity } from '../../domain/granularities.ts';
import { sigmoid, slice } from './network.ts';
import type { Network } from './network.ts';

export interface Discretization {
  /** Levels that prune; the masks of the others stay as they are. */
  readonly granularities: Readonly<Record<Granularity, boolean>>;
  /** Cells whose masks are held, whatever their thresholds say. */
  readonly held: (cell: number) => boolean;
  /** Operations that a user protects (unit: edge * operations + operation); default none. */
  readonly kept?: (cell: number, unit: number) => boolean;
}

/** Importance and threshold of one candidate operation. */
export interface OperationMargin {
  readonly candidate: CandidatePlan;
  readonly importance: number;
  readonly threshold: number;
}

/** Of the surviving candidates of a cell, by destination node. */
export function operationMargins(network: Network, cell: CellPlan): OperationMargin[] {
  const { table } = network.plan;
  const alpha = slice(
    network.parameters.values,
    parameter(table, `cells.${cell.shape.index}.alpha`),
  );
  const thresholds = slice(
    network.parameters.values,
    parameter(table, `cells.${cell.shape.index}.operationThreshold`),
  );
  return cell.candidates.map((candidate) => ({
    candidate,
    importance: sigmoid(alpha[candidate.unit]!),
    threshold: thresholds[candidate.unit]!,
  }));
}

/** Indices of positive margins. */
const above = (margins: readonly number[]): number[] =>
  margins.flatMap((margin, i) => (margin > 0 ? [i] : []));

/** Indices of positive margins; where there is none, of the largest. */
function survivors(margins: readonly number[]): number[] {
  const alive = above(margins);
  if (alive.length > 0 || margins.length === 0) return alive;
  return [margins.indexOf(margins.reduce((a, b) => Math.max(a, b)))];
}

/** Masks of operations and filters that a commit at this moment would leave. */
export function liveUnits(
  network: Network,
  { granularities, held, kept = () => false }: Discretization,
): UnitMasks {
  const masks: UnitMasks = {
    operations: network.masks.operations.map((mask) => mask.slice()),
    filters: Object.fromEntries(
      Object.entries(network.masks.filters).map(([name, mask]) => [name, mask.slice()]),
    ),
  };
  for (const cell of network.plan.cells) {
    if (held(cell.shape.index)) continue;
    if (granularities.operation)
      pruneOperations(network, cell, masks, (unit) => kept(cell.shape.index, unit));
    if (granularities.filter) pruneFilters(network, cell, masks);
  }
  return masks;
}

function pruneOperations(
  network: Network,
  cell: CellPlan,
  masks: UnitMasks,
  kept: (unit: number) => boolean,
): void {
  const margins = operationMargins(network, cell);
  const mask = masks.operations[cell.shape.index]!;
  for (const to of new Set(cell.candidates.map((k) => k.to))) {
    const node = margins.filter((m) => m.candidate.to === to);
    const values = node.map((m) => m.importance - m.threshold);
    const alive = new Set(cell.shape.shortcut ? above(values) : survivors(values));
    node.forEach((m, i) => {
      if (!alive.has(i) && !kept(m.candidate.unit)) mask[m.candidate.unit] = 0;
    });
  }
}

/** Everything in a cell whose filters a threshold prunes. A candidate's factorized reduce has no filter step. */
export function* prunableFilters(
  cell: CellPlan,
): Generator<{ name: string; filters: readonly number[]; thresholds: string; index: number }> {
  const c = cell.shape.index;
  for (const { name, filters, threshold } of cell.gated)
    yield { name, filters, thresholds: threshold.name, index: threshold.element };
  for (const { blocks, unit } of cell.candidates) {
    for (const { name, filters } of blocks)
      yield { name, filters, thresholds: `cells.${c}.filterThreshold`, index: unit };
  }
}

function pruneFilters({ plan, parameters }: Network, cell: CellPlan, masks: UnitMasks): void {
  for (const { name, filters, thresholds, index } of prunableFilters(cell)) {
    const gates = slice(parameters.values, parameter(plan.table, `${name}.gate`));
    const threshold = slice(parameters.values, parameter(plan.table, thresholds))[index]!;
    const alive = new Set(survivors(Array.from(gates, (gate) => sigmoid(gate) - threshold)));
    filters.forEach((filter, i) => {
      if (!alive.has(i)) masks.filters[name]![filter] = 0;
    });
  }
}

/** The weight threshold above a masked array. */
export function weightThreshold(
  { plan, parameters }: Network,
  masked: NonNullable<ParameterSpec['maskedBy']>,
): number {
  return slice(parameters.values, parameter(plan.table, `cells.${masked.cell}.weightThreshold`))[
    masked.unit
  ]!;
}

/** Weight masks, in the packed layout of the network, that a commit at this moment would leave. */
export function liveWeights(network: Network, { granularities, held }: Discretization): Uint8Array {
  const weightMask = network.parameters.weightMask.slice();
  if (!granularities.weight) return weightMask;
  for (const spec of network.plan.table.specs) {
    if (!spec.maskedBy || held(spec.maskedBy.cell)) continue;
    const threshold = weightThreshold(network, spec.maskedBy);
    const values = slice(network.parameters.values, spec);
    const mask = slice(weightMask, spec);
    let largest = -1;
    let left = 0;
    for (let i = 0; i < spec.size; i++) {
      if (!mask[i]) continue;
      if (largest < 0 || Math.abs(values[i]!) > Math.abs(values[largest]!)) largest = i;
      mask[i] = Math.abs(values[i]!) - threshold > 0 ? 1 : 0;
      left += mask[i]!;
    }
    // Compaction may have taken an array's last survivors along with their channels: masks never rise, so it stays
    // empty, and the batch norm after it gives its shift alone.
    if (left === 0 && largest >= 0) mask[largest] = 1;
  }
  return weightMask;
}
