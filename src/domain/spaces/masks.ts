/** The masks of units as a search begins with them. */
import type { FilterGroup, UnitMasks } from './plan.ts';
import type { CellShape, SpaceShape } from './shape.ts';

/** Every operation and every filter alive. @param groupsOf everything in a cell that has filters. */
export function unprunedMasks(
  { cells, edges, operations }: SpaceShape,
  groupsOf: (cell: CellShape) => readonly FilterGroup[],
): UnitMasks {
  const filters: Record<string, Uint8Array> = {};
  for (const { name, width } of cells.flatMap(groupsOf))
    filters[name] = new Uint8Array(width).fill(1);
  const units = edges.length * operations.length;
  return { operations: cells.map(() => new Uint8Array(units).fill(1)), filters };
}
