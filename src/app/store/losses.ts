/** Where the parameters went: from the full super-net through operations, filters and weights to what is left. Pure. */
import type { OperationName } from '../../engine/settings.ts';
import type { SuperNet } from '../../protocol/messages.ts';
import type { Snapshot } from './run-model.ts';
import { unitKey } from './units.ts';

export interface ParameterLosses {
  superNet: number;
  afterOperations: number;
  afterFilters: number;
  left: number;
}

export interface Edge {
  from: number;
  to: number;
}

/** Edges of a cell in the engine's order: (0,2),(1,2),(0,3),(1,3),(2,3),... */
export function cellEdges(nodes: number): Edge[] {
  return Array.from({ length: nodes }, (_, node) => node + 2).flatMap((to) =>
    Array.from({ length: to }, (_, from) => ({ from, to })),
  );
}

/** The states that an edge joins; in the engine's order they do not depend on the number of nodes. */
export function edgePlace(edge: number): Edge {
  let from = edge;
  let to = 2;
  while (from >= to) from -= to++;
  return { from, to };
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
  const full = superNet.cells[cell].parameters;
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
  const full = superNet.stageParameters[stage];
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
  { nodes, operations }: SpaceOrder,
  { units }: Snapshot,
  cell: number,
): number {
  return cellEdges(nodes).reduce(
    (sum, { from, to }, edge) =>
      operations.reduce((own, operation, o) => {
        const alive = units[unitKey({ cell, from, to, operation })]?.alive ?? true;
        return alive ? own : own + cells[cell].candidates[edge * operations.length + o];
      }, sum),
    0,
  );
}
