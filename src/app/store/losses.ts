/** Where the parameters went: from the full super-net through operations, filters and weights to what is left. Pure. */
import type { OperationName } from '../../domain/operations/registry.ts';
import { placesOf } from '../../domain/spaces/cells.ts';
import type { SuperNet } from '../../domain/counts.ts';
import type { Snapshot } from './run-state.ts';
import { unitKey } from './units.ts';

export interface ParameterLosses {
  superNet: number;
  afterOperations: number;
  afterFilters: number;
  left: number;
}

/** The search space as the settings order it: candidates are at edge * operations + operation. */
export interface SpaceOrder {
  nodes: number;
  operations: readonly OperationName[];
}

/** @param snapshot a committed one: then its counts and its operations are of the same moment. */
export function cellLosses(
  superNet: SuperNet,
  order: SpaceOrder,
  snapshot: Snapshot,
  cell: number,
): ParameterLosses {
  const summary = snapshot.cells.find((one) => one.cell === cell);
  const full = superNet.cells[cell]!.parameters;
  if (!summary) return { superNet: full, afterOperations: full, afterFilters: full, left: full };
  return {
    superNet: full,
    afterOperations: full - operationParameters(superNet, order, snapshot, cell),
    afterFilters: summary.parameters.dense,
    left: summary.parameters.active,
  };
}

/** Of the network so far: its cells, stem and head. */
export function totalLosses(
  superNet: SuperNet,
  order: SpaceOrder,
  snapshot: Snapshot,
): ParameterLosses {
  const stage = Math.max(...snapshot.cells.map((cell) => cell.stage));
  const full = superNet.stageParameters[stage]!;
  const gone = snapshot.cells.reduce(
    (sum, { cell }) => sum + operationParameters(superNet, order, snapshot, cell),
    0,
  );
  return {
    superNet: full,
    afterOperations: full - gone,
    afterFilters: snapshot.parameters.dense,
    left: snapshot.parameters.active,
  };
}

function operationParameters(
  { cells }: SuperNet,
  order: SpaceOrder,
  { units }: Snapshot,
  cell: number,
): number {
  return placesOf(order).reduce((sum, place) => {
    const alive = units[unitKey({ cell, ...place })]?.alive ?? true;
    return alive ? sum : sum + cells[cell]!.candidates[place.unit]!;
  }, 0);
}
