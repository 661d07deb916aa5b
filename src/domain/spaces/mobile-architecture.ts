/** What an architecture's JSON says of a chain's layers: which units are left, and that its parts agree with each other. */
import { ArchitectureError, searchedForm } from '../architecture/schema.ts';
import type { Architecture } from '../architecture/schema.ts';
import { parameter } from '../graph/layout.ts';
import { invertedBottleneckGroups, weightsOf } from '../operations/emission.ts';
import { headName } from './mobile-graph.ts';
import type { MobileSettings } from './mobile-table.ts';
import { createMobileSpace } from './mobile.ts';
import type { MobileSpace } from './mobile.ts';
import { chainFilterGroups } from './mobile-graph.ts';
import { unprunedMasks } from './masks.ts';
import { candidateName } from './names.ts';
import type { FoundUnits, NetworkPlan } from './plan.ts';

type Operation = Architecture['cells'][number]['operations'][number];
type Bottleneck = NonNullable<Operation['bottleneck']>;

/** @throws ArchitectureError where the layers are not those of the settings. */
export function spaceOfLayers({
  settings,
  dataset,
  cells,
  form = searchedForm,
}: Architecture): MobileSpace {
  const space = createMobileSpace(
    settings.space as MobileSettings,
    { size: dataset.imageSize, channels: dataset.imageChannels, classes: dataset.classes },
    { form },
  );
  if (cells.length === 0 || cells.length > space.cells.length)
    throw new ArchitectureError(
      `cells: ${cells.length} of them, but settings.space.groups have ${space.cells.length} layers`,
    );
  cells.forEach((cell, c) => {
    for (const field of ['stage', 'reduction', 'channels', 'size'] as const)
      if (cell[field] !== space.cells[c]![field])
        throw new ArchitectureError(
          `cells.${c}.${field}: ${cell[field]}, but settings.space gives ${space.cells[c]![field]}`,
        );
  });
  return space;
}

/** @throws ArchitectureError where the space has no such unit. */
export function unitsOfLayers(architecture: Architecture, space: MobileSpace): FoundUnits {
  const masks = unprunedMasks(space, (cell) => chainFilterGroups(space, cell));
  const importances = new Map<string, number>();
  const weightMasks = new Map<string, string>();
  const keep = (name: string, filters: readonly number[]): void => {
    const mask = masks.filters[name]!;
    mask.fill(0);
    for (const filter of filters) {
      if (filter >= mask.length)
        throw new ArchitectureError(`${name}: filter ${filter} of only ${mask.length}`);
      mask[filter] = 1;
    }
  };
  architecture.cells.forEach((cell, c) => {
    masks.operations[c]!.fill(0);
    for (const operation of cell.operations) {
      const unit = space.operations.findIndex(({ name }) => name === operation.operation);
      if (unit < 0)
        throw new ArchitectureError(`cells.${c}: the search space has no ${operation.operation}`);
      const name = candidateName(c, space.edges[0]!.index, space.operations[unit]!);
      const bottleneck = bottleneckOf(operation, c);
      masks.operations[c]![unit] = 1;
      importances.set(name, operation.importance);
      const [inner, outer] = invertedBottleneckGroups(name);
      keep(inner, bottleneck.middle);
      keep(outer, bottleneck.filters);
      for (const part of ['expand', 'depthwise', 'project'] as const) {
        const { mask } = bottleneck[part];
        if (mask !== null) weightMasks.set(`${name}.${part}`, mask);
      }
    }
  });
  // On the last layer the classifier reads the head's filters.
  if (architecture.cells.length === space.cells.length) keep(headName, architecture.head.inputs);
  return { masks, importances, weightMasks };
}

/**
 * The JSON says in several places what follows from masks: all must agree.
 * @throws ArchitectureError
 */
export function checkLayers({ cells, head }: Architecture, plan: NetworkPlan): void {
  const same = (place: string, said: readonly number[], follows: readonly number[]): void => {
    if (said.length !== follows.length || said.some((id, i) => id !== follows[i]))
      throw new ArchitectureError(
        `${place}: [${said.join(', ')}], but the filters before it leave [${follows.join(', ')}]`,
      );
  };
  plan.cells.forEach((cell, c) => {
    const { operations } = cells[c]!;
    if (cell.live.some((channels) => channels.length === 0))
      throw new ArchitectureError(`cells.${c}: the layer has no channel`);
    if (operations.length !== cell.candidates.length)
      throw new ArchitectureError(`cells.${c}.operations: one of them appears twice`);
    for (const { operation: kind, blocks } of cell.candidates) {
      const said = operations.find(({ operation }) => operation === kind.name)!;
      const bottleneck = bottleneckOf(said, c);
      const place = `cells.${c}: ${said.operation}`;
      const [inner, outer] = blocks;
      if (inner!.filters.length === 0 || outer!.filters.length === 0)
        throw new ArchitectureError(`${place}: no filter is left`);
      for (const field of ['kernel', 'stride', 'expansion'] as const)
        if (bottleneck[field] !== inner![field])
          throw new ArchitectureError(
            `${place}, ${field}: ${bottleneck[field]}, but this block in settings.space has ${inner![field]}`,
          );
      same(`${place}, inputs`, bottleneck.inputs, inner!.inputs);
      for (const [, name] of blocks.flatMap(weightsOf)) {
        const part = name.split('.').at(-1) as 'expand' | 'depthwise' | 'project';
        same(`${place}, ${part}.shape`, bottleneck[part].shape, parameter(plan.table, name).shape);
      }
    }
  });
  same('head.inputs', head.inputs, plan.head.inputs);
}

function bottleneckOf({ operation, bottleneck }: Operation, cell: number): Bottleneck {
  if (!bottleneck)
    throw new ArchitectureError(`cells.${cell}: ${operation} has no field 'bottleneck'`);
  return bottleneck;
}
