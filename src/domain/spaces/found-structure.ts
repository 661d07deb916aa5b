/** The structure that an architecture's JSON states, whatever its space: units read, graph emitted from them, both compared. */
import { ArchitectureError } from '../architecture/schema.ts';
import type { Architecture } from '../architecture/schema.ts';
import { buildPlan } from './build-plan.ts';
import type { FoundUnits, NetworkPlan } from './plan.ts';
import { spaceOf } from './registry.ts';

export interface FoundStructure {
  readonly plan: NetworkPlan;
  readonly units: FoundUnits;
}

/**
 * Not yet compared with all that the JSON states: see `checkStructure`.
 * @param auxiliaryCell cell on which an auxiliary head stands; null = none.
 * @throws ArchitectureError where the JSON contradicts itself.
 */
export function readStructure(
  architecture: Architecture,
  auxiliaryCell: number | null = null,
): FoundStructure {
  const { space, units } = contradictions(() =>
    spaceOf(architecture.settings.space).read(architecture),
  );
  const endCell = architecture.cells.length - 1;
  const { stage } = space.cells[endCell]!;
  return { plan: buildPlan(space, units.masks, endCell, stage, auxiliaryCell), units };
}

/** @throws ArchitectureError where the JSON states another structure than its masks leave. */
export const checkStructure = (architecture: Architecture, { plan }: FoundStructure): void =>
  spaceOf(architecture.settings.space).check(architecture, plan);

/** Settings that contradict each other are a fault of the file here. */
function contradictions<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) throw new ArchitectureError(`settings.${error.message}`);
    throw error;
  }
}
