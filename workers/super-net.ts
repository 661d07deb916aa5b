/** The unpruned super-net in numbers, from the same plan the engine trains: the page measures losses of parameters by it. */
import { ownerOf } from '../src/engine/granularity/network.ts';
import type { SearchData } from '../src/engine/data.ts';
import type { SearchSettings } from '../src/domain/settings/schema.ts';
import { createSpace } from '../src/domain/spaces/cells.ts';
import { buildPlan, candidateName, fullMasks } from '../src/engine/supernet/build-plan.ts';
import type { SuperNet } from '../src/protocol/messages.ts';

/** @throws RangeError when the settings contradict each other. */
export function describeSuperNet(settings: SearchSettings, data: SearchData): SuperNet {
  const space = createSpace(settings.space, {
    size: data.imageSize,
    channels: data.imageChannels,
    classes: data.classNames.length,
  });
  const masks = fullMasks(space);
  const plans = space.stageEnds.map((end, stage) => buildPlan(space, masks, end, stage));
  const owners = new Map<string, number>();
  for (const { group, name, size } of plans.at(-1)!.table.specs) {
    if (group === 'weight') owners.set(ownerOf(name), (owners.get(ownerOf(name)) ?? 0) + size);
  }
  const sizes = [...owners];
  return {
    stageParameters: plans.map((plan) => plan.table.groups.weight.size),
    cells: space.cells.map(({ index, stage, reduction, channels, size }) => ({
      stage,
      reduction,
      channels,
      size,
      parameters: sizes
        .filter(([name]) => name.startsWith(`cells.${index}.`))
        .reduce((sum, [, own]) => sum + own, 0),
      candidates: space.edges.flatMap((edge) =>
        space.operations.map(
          (operation) => owners.get(candidateName(index, edge.index, operation)) ?? 0,
        ),
      ),
    })),
  };
}
