/** Random networks for tests: a super-net whose importances and thresholds are drawn so that all levels prune some. */
import { randomStream } from '../random.ts';
import { presetOperations } from '../../domain/operations/registry.ts';
import type { CellSettings } from '../../domain/spaces/cells-settings.ts';
import { createSpace } from '../../domain/spaces/cells.ts';
import { buildPlan, fullMasks } from '../../domain/spaces/build-plan.ts';
import { migrateParameters } from '../supernet/parameters.ts';
import type { NetworkParameters } from '../../domain/graph/parameters.ts';
import type { NetworkPlan } from '../../domain/spaces/plan.ts';
import type { Network } from './network.ts';

export const smallSpace: CellSettings = {
  cells: 2,
  nodes: 2,
  channels: 4,
  stages: 2,
  stemMultiplier: 2,
  operations: [...presetOperations],
};
export const everyLevel = {
  granularities: { operation: true, filter: true, weight: true },
  held: () => false,
};

export function freshNetwork(space: CellSettings = smallSpace, seed = 1, imageSize = 8): Network {
  const shape = createSpace(space, { size: imageSize, channels: 1, classes: 10 });
  const masks = fullMasks(shape);
  const plan = buildPlan(shape, masks, space.cells - 1, space.stages - 1);
  return { plan, masks, parameters: migrateParameters(plan.table, null, seed, 0) };
}

/** Scatters importances and thresholds, in place: about a third of all units fall under their thresholds. */
export function scatter(
  { plan, parameters }: { plan: NetworkPlan; parameters: NetworkParameters },
  seed = 1,
): void {
  const random = randomStream(seed, 'scatter');
  const { values } = parameters;
  for (const { name, group, offset, size } of plan.table.specs) {
    for (let i = offset; i < offset + size; i++) {
      if (group === 'alpha' || group === 'gate') values[i] = 1.5 * random.normal();
      else if (group === 'threshold') values[i] = 0.2 + 0.3 * random.uniform();
      else if (group === 'weightThreshold') values[i] = 0.15 * random.uniform();
      else if (group === 'statistic')
        values[i] = name.endsWith('.variance') ? 0.5 + random.uniform() : 0.3 * random.normal();
      else if (/\.(gamma|beta)$/.test(name)) values[i]! += 0.3 * random.normal();
    }
  }
}

export function scatteredNetwork(
  space: CellSettings = smallSpace,
  seed = 1,
  imageSize = 8,
): Network {
  const network = freshNetwork(space, seed, imageSize);
  scatter(network, seed);
  return network;
}
