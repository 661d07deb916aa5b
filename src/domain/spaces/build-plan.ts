/** The graph of a super-net and its masks, whatever its space is. */
import { unprunedMasks } from './masks.ts';
import type { FilterGroup, NetworkPlan, UnitMasks } from './plan.ts';
import { spaceOf } from './registry.ts';
import type { CellShape, SpaceShape } from './shape.ts';

export { candidateName } from './names.ts';

/** Masks of an unpruned super-net: every operation and every filter alive. */
export const fullMasks = (space: SpaceShape): UnitMasks =>
  unprunedMasks(space, (cell) => filterGroups(space, cell));

/** See `Space.filterGroups`. */
export const filterGroups = (space: SpaceShape, cell: CellShape): FilterGroup[] =>
  spaceOf(space.settings).filterGroups(space, cell);

/** See `Space.emit`. */
export const buildPlan = (
  space: SpaceShape,
  masks: UnitMasks,
  endCell: number,
  stage: number,
  auxiliaryCell: number | null = null,
): NetworkPlan => spaceOf(space.settings).emit(space, masks, endCell, stage, auxiliaryCell);
