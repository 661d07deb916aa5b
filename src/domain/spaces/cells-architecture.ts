/** What an architecture's JSON says of cells: which units are left, and that its parts agree with each other. */
import { ArchitectureError, searchedForm } from '../architecture/schema.ts';
import type { Architecture } from '../architecture/schema.ts';
import { parameter } from '../graph/layout.ts';
import type { CellSettings } from './cells-settings.ts';
import { cellFilterGroups } from './cells-graph.ts';
import { createSpace, stageEnds } from './cells.ts';
import type { CellSpace } from './cells.ts';
import type { CandidatePlan, CellPlan, FoundUnits, NetworkPlan } from './plan.ts';
import { cellSettings } from './settings.ts';
import { unprunedMasks } from './masks.ts';
import { candidateName } from './names.ts';

type Cell = Architecture['cells'][number];
type Operation = Cell['operations'][number];

/** @throws ArchitectureError where the cells are not those of the settings. */
export function spaceOfCells(architecture: Architecture): CellSpace {
  const { settings, dataset, cells, form = searchedForm } = architecture;
  const own = cellSettings(settings.space);
  const space = createSpace(
    own,
    { size: dataset.imageSize, channels: dataset.imageChannels, classes: dataset.classes },
    { form, stageEnds: stageEndsOf(own, cells) },
  );
  if (cells.length === 0 || cells.length > space.cells.length) {
    throw new ArchitectureError(
      `cells: ${cells.length} of them, but settings.space.cells is ${space.cells.length}`,
    );
  }
  cells.forEach((cell, c) => {
    for (const field of ['stage', 'reduction', 'channels', 'size'] as const)
      if (cell[field] !== space.cells[c]![field])
        throw new ArchitectureError(
          `cells.${c}.${field}: ${cell[field]}, but the cells before it and settings.space give ${space.cells[c]![field]}`,
        );
  });
  return space;
}

/**
 * The cells say where their stages end: that outlives a change of the rule by which a search divides its cells. Stages
 * that a stopped search did not reach end by today's rule.
 */
function stageEndsOf(space: CellSettings, cells: readonly Cell[]): number[] {
  const ends = cells.flatMap(({ stage }, c) => (stage === cells[c + 1]?.stage ? [] : [c]));
  for (const end of stageEnds(space).slice(ends.length))
    ends.push(Math.max(end, (ends.at(-1) ?? -1) + 1));
  return ends;
}

/** @throws ArchitectureError where the space has no such unit. */
export function unitsOfCells(architecture: Architecture, space: CellSpace): FoundUnits {
  const masks = unprunedMasks(space, (cell) => cellFilterGroups(space, cell));
  const importances = new Map<string, number>();
  const weightMasks = new Map<string, string>();
  const keep = (name: string, filters: readonly number[]): void => {
    const mask = masks.filters[name];
    if (!mask) throw new ArchitectureError(`${name}: the search space has no such filters`);
    mask.fill(0);
    for (const filter of filters) {
      if (filter >= mask.length)
        throw new ArchitectureError(`${name}: filter ${filter} of only ${mask.length}`);
      mask[filter] = 1;
    }
  };
  architecture.cells.forEach((cell, c) => {
    const survivors = masks.operations[c]!;
    survivors.fill(0);
    cell.preprocess.forEach(({ filters }, slot) => keep(`cells.${c}.preprocess${slot}`, filters));
    for (const operation of cell.operations) {
      const edge = space.edges.find(
        ({ from, to }) => from === operation.from && to === operation.to,
      );
      const o = space.operations.findIndex(({ name }) => name === operation.operation);
      const found = space.operations[o];
      if (!edge || !found)
        throw new ArchitectureError(
          `cells.${c}: the search space has no ${operation.operation} from ${operation.from} to ${operation.to}`,
        );
      survivors[edge.index * space.operations.length + o] = 1;
      const name = candidateName(c, edge.index, found);
      importances.set(name, operation.importance);
      operation.blocks.forEach((block, b) => {
        keep(`${name}.block${b}`, block.filters);
        for (const part of ['depthwise', 'pointwise'] as const) {
          const { mask } = block[part];
          if (mask !== null) weightMasks.set(`${name}.block${b}.${part}`, mask);
        }
      });
      if (operation.reduce) keep(name, operation.reduce.filters);
    }
  });
  return { masks, importances, weightMasks };
}

function operationOf(
  cell: Cell,
  { operation, from, to }: Pick<CandidatePlan, 'operation' | 'from' | 'to'>,
): Operation {
  return cell.operations.find(
    (o) => o.operation === operation.name && o.from === from && o.to === to,
  )!;
}

/**
 * The JSON says in several places what follows from masks: all must agree, and every state must have a channel.
 * @throws ArchitectureError
 */
export function checkCells({ cells, head }: Architecture, plan: NetworkPlan): void {
  const same = (place: string, said: readonly number[], follows: readonly number[]): void => {
    if (said.length !== follows.length || said.some((id, i) => id !== follows[i])) {
      throw new ArchitectureError(
        `${place}: [${said.join(', ')}], but the filters before it leave [${follows.join(', ')}]`,
      );
    }
  };
  plan.cells.forEach((cell, c) => {
    const own = cells[c]!;
    checkStates(cell);
    cell.preprocess.forEach(({ inputs }, slot) =>
      same(`cells.${c}.preprocess.${slot}.inputs`, own.preprocess[slot]!.inputs, inputs),
    );
    if (own.operations.length !== cell.candidates.length)
      throw new ArchitectureError(`cells.${c}.operations: one of them appears twice`);
    for (const candidate of cell.candidates) {
      const said = operationOf(own, candidate);
      if (said.blocks.length !== candidate.blocks.length) {
        throw new ArchitectureError(
          `cells.${c}: ${said.operation} has ${candidate.blocks.length} blocks, not ${said.blocks.length}`,
        );
      }
      candidate.blocks.forEach((block, b) => {
        const place = `cells.${c}: ${said.operation} ${said.from}-${said.to}, block ${b}`;
        const stated = said.blocks[b]!;
        same(`${place}, inputs`, stated.inputs, block.inputs);
        for (const part of ['depthwise', 'pointwise'] as const)
          same(
            `${place}, ${part}.shape`,
            stated[part].shape,
            parameter(plan.table, `${block.name}.${part}`).shape,
          );
      });
    }
  });
  same('head.inputs', head.inputs, plan.head.inputs);
}

function checkStates({ shape, live, preprocess, candidates }: CellPlan): void {
  live.forEach((channels, state) => {
    if (channels.length === 0)
      throw new ArchitectureError(`cells.${shape.index}: state ${state} has no channel`);
  });
  const blocks = [
    ...preprocess,
    ...candidates.flatMap((k) => [...k.blocks, ...(k.reduce ? [k.reduce] : [])]),
  ];
  for (const { name, filters } of blocks)
    if (filters.length === 0) throw new ArchitectureError(`${name}: no filter is left`);
}
