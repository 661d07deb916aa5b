/**
 * The network that an architecture's JSON describes, with fresh weights: masks from the JSON (its space reads them),
 * structure from the masks, as everywhere in the engine (`buildPlan`), importances and weight masks along the graph.
 *
 * A node adds its operations plainly, as in the paper's evaluation network; in files of the version before (see
 * `NetworkForm`) the importance sigmoid(alpha) that the search learned still scales each
 * operation's output. Filter gates are folded: a gate follows a batch norm and so is a part of its gamma and beta, which
 * are trained anew. `trainedLevels` says the same to a stepper.
 */
import { decodeBitmap } from '../architecture/bitmap.ts';
import { ArchitectureError } from '../../domain/architecture/schema.ts';
import type { Architecture } from '../../domain/architecture/schema.ts';
import { slice } from '../granularity/network.ts';
import { auxiliaryCell } from './settings.ts';
import type { Network } from '../granularity/network.ts';
import type { Granularity } from '../../domain/granularities.ts';
import { parameter } from '../../domain/graph/layout.ts';
import { checkStructure, readStructure } from '../../domain/spaces/found-structure.ts';
import type { FoundUnits } from '../../domain/spaces/plan.ts';
import { migrateParameters } from '../supernet/parameters.ts';

/** The weight level multiplies by the committed masks; operations and filters are already the plan's. */
export const trainedLevels: Readonly<Record<Granularity, boolean>> = {
  operation: false,
  filter: false,
  weight: true,
};

/** Below every magnitude by more than the reach of the straight-through derivative: masks nothing, and adds no gradient. */
const neverMasks = -2;

/** An alpha whose sigmoid is 1 in 32-bit floats, with no gradient. */
export const unweighted = 40;

/**
 * @param seed draws the weights.
 * @param auxiliary with an auxiliary head where the network has a cell for it; its other weights are the same.
 * @throws ArchitectureError where the JSON contradicts itself.
 */
export function rebuildNetwork(
  architecture: Architecture,
  seed: number,
  { auxiliary = false } = {},
): Network {
  const { plan, units } = structureOf(architecture, { auxiliary });
  const { table, graph } = plan;
  const parameters = migrateParameters(table, null, seed, 0);
  const { offset, size } = table.groups.weightThreshold;
  parameters.values.fill(neverMasks, offset, offset + size);
  for (const node of graph.nodes) {
    if (node.kind === 'mix') {
      for (const { unit, name } of node.terms) {
        if (!unit) continue;
        const alpha = slice(parameters.values, parameter(table, `cells.${unit.cell}.alpha`));
        alpha[unit.unit] = node.plain ? unweighted : logit(units.importances.get(name)!, name);
      }
    } else if (node.kind === 'convolution') {
      const spec = parameter(table, node.weight);
      const mask = units.weightMasks.get(node.weight);
      if (mask !== undefined)
        slice(parameters.weightMask, spec).set(bitmapOf(mask, spec.size, node.weight));
    }
  }
  return { plan, masks: units.masks, parameters };
}

/** The structure alone, without weights. @throws ArchitectureError where the JSON contradicts itself. */
export function structureOf(
  architecture: Architecture,
  { auxiliary = false } = {},
): Pick<Network, 'plan' | 'masks'> & { units: FoundUnits } {
  const found = readStructure(architecture, auxiliary ? auxiliaryCell(architecture) : null);
  checkStructure(architecture, found);
  const { plan, units } = found;
  return { plan, masks: units.masks, units };
}

function bitmapOf(text: string, length: number, place: string): Uint8Array {
  try {
    return decodeBitmap(text, length);
  } catch (error) {
    throw new ArchitectureError(`${place}: mask: ${(error as Error).message}`);
  }
}

function logit(importance: number, candidate: string): number {
  if (!(importance >= 0 && importance <= 1))
    throw new ArchitectureError(`${candidate}: importance ${importance} is not between 0 and 1`);
  // An importance that was rounded to 0 or 1 has no finite alpha.
  const inside = Math.min(Math.max(importance, 1e-7), 1 - 1e-7);
  return Math.log(inside / (1 - inside));
}
