/** Parameter reduction by granularity: from the full super-net through operations, filters and weights to what is left. Pure. */
import type { SpaceSettings } from '../../domain/settings/schema.ts';
import { placesOf } from '../../domain/spaces/registry.ts';
import type { SuperNet } from '../../domain/counts.ts';
import type { Snapshot } from './run-state.ts';
import { unitKey } from './units.ts';

export interface ParameterLosses {
  superNet: number;
  afterOperations: number;
  afterFilters: number;
  left: number;
}

/** @param snapshot a committed one: then its counts and its operations are of the same moment. */
export function cellLosses(
  superNet: SuperNet,
  space: SpaceSettings,
  snapshot: Snapshot,
  cell: number,
): ParameterLosses {
  const summary = snapshot.cells.find((one) => one.cell === cell);
  const full = superNet.cells[cell]!.parameters;
  if (!summary) return { superNet: full, afterOperations: full, afterFilters: full, left: full };
  return {
    superNet: full,
    afterOperations: full - operationParameters(superNet, space, snapshot, cell),
    afterFilters: summary.parameters.dense,
    left: summary.parameters.active,
  };
}

/** Of several cells together: of a group of layers. */
export const groupLosses = (
  superNet: SuperNet,
  space: SpaceSettings,
  snapshot: Snapshot,
  cells: readonly number[],
): ParameterLosses =>
  cells
    .map((cell) => cellLosses(superNet, space, snapshot, cell))
    .reduce((sum, own) => ({
      superNet: sum.superNet + own.superNet,
      afterOperations: sum.afterOperations + own.afterOperations,
      afterFilters: sum.afterFilters + own.afterFilters,
      left: sum.left + own.left,
    }));

/** Of the network so far: its cells, stem and head. */
export function totalLosses(
  superNet: SuperNet,
  space: SpaceSettings,
  snapshot: Snapshot,
): ParameterLosses {
  const stage = Math.max(...snapshot.cells.map((cell) => cell.stage));
  const full = superNet.stageParameters[stage]!;
  const gone = snapshot.cells.reduce(
    (sum, { cell }) => sum + operationParameters(superNet, space, snapshot, cell),
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
  space: SpaceSettings,
  { units }: Snapshot,
  cell: number,
): number {
  return placesOf(space).reduce((sum, place) => {
    const alive = units[unitKey({ cell, ...place })]?.alive ?? true;
    return alive ? sum : sum + cells[cell]!.candidates[place.unit]!;
  }, 0);
}
