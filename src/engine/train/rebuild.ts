/**
 * The network that an architecture's JSON describes, with fresh weights: masks from the JSON, structure from the masks,
 * as everywhere in the engine (`buildPlan`).
 *
 * A node adds its operations plainly, as in the paper's evaluation network; in files of the version before (see
 * `NetworkForm`) the importance sigmoid(alpha) that the search learned still scales each
 * operation's output. Filter gates are folded: a gate follows a batch norm and so is a part of its gamma and beta, which
 * are trained anew. `trainedLevels` says the same to a stepper.
 */
import { decodeBitmap } from '../architecture/bitmap.ts';
import { ArchitectureError, searchedForm } from '../../domain/architecture/schema.ts';
import type { Architecture } from '../../domain/architecture/schema.ts';
import { slice } from '../granularity/network.ts';
import { auxiliaryCell } from './settings.ts';
import type { Network } from '../granularity/network.ts';
import type { Granularity } from '../../domain/granularities.ts';
import { createSpace, stageEnds } from '../../domain/spaces/cells.ts';
import type { SpaceShape } from '../../domain/spaces/cells.ts';
import { buildPlan, candidateName, fullMasks } from '../../domain/spaces/build-plan.ts';
import { parameter } from '../../domain/graph/layout.ts';
import { migrateParameters } from '../supernet/parameters.ts';
import type { CandidatePlan, CellPlan, NetworkPlan, UnitMasks } from '../../domain/spaces/plan.ts';

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

type Cell = Architecture['cells'][number];
type Operation = Cell['operations'][number];

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
  const { plan, masks } = structureOf(architecture, { auxiliary });
  const { space } = plan;
  const parameters = migrateParameters(plan.table, null, seed, 0);
  const { offset, size } = plan.table.groups.weightThreshold;
  parameters.values.fill(neverMasks, offset, offset + size);
  plan.cells.forEach((cell, c) => {
    const alpha = slice(parameters.values, parameter(plan.table, `cells.${c}.alpha`));
    for (const candidate of cell.candidates) {
      const operation = operationOf(architecture.cells[c], candidate);
      alpha[candidate.unit] =
        space.form.sum === 'plain'
          ? unweighted
          : logit(operation.importance, `cells.${c}: importance of ${operation.operation}`);
      candidate.blocks.forEach(({ name }, b) => {
        for (const part of ['depthwise', 'pointwise'] as const) {
          const spec = parameter(plan.table, `${name}.${part}`);
          const { mask } = operation.blocks[b][part];
          if (mask !== null)
            slice(parameters.weightMask, spec).set(bitmapOf(mask, spec.size, `${name}.${part}`));
        }
      });
    }
  });
  return { plan, masks, parameters };
}

/** The structure alone, without weights. @throws ArchitectureError where the JSON contradicts itself. */
export function structureOf(
  architecture: Architecture,
  { auxiliary = false } = {},
): Pick<Network, 'plan' | 'masks'> {
  const space = spaceOf(architecture);
  const masks = masksOf(architecture, space);
  const endCell = architecture.cells.length - 1;
  const { stage } = space.cells[endCell];
  const plan = buildPlan(
    space,
    masks,
    endCell,
    stage,
    auxiliary ? auxiliaryCell(architecture) : null,
  );
  check(architecture, plan);
  return { plan, masks };
}

function spaceOf({ settings, dataset, cells, form = searchedForm }: Architecture): SpaceShape {
  const space = createSpace(
    settings.space,
    { size: dataset.imageSize, channels: dataset.imageChannels, classes: dataset.classes },
    { form, stageEnds: stageEndsOf(settings.space, cells) },
  );
  if (cells.length === 0 || cells.length > space.cells.length) {
    throw new ArchitectureError(
      `cells: ${cells.length} of them, but settings.space.cells is ${space.cells.length}`,
    );
  }
  cells.forEach((cell, c) => {
    for (const field of ['stage', 'reduction', 'channels', 'size'] as const)
      if (cell[field] !== space.cells[c][field])
        throw new ArchitectureError(
          `cells.${c}.${field}: ${cell[field]}, but the cells before it and settings.space give ${space.cells[c][field]}`,
        );
  });
  return space;
}

/**
 * The cells say where their stages end: that outlives a change of the rule by which a search divides its cells. Stages
 * that a stopped search did not reach end by today's rule.
 */
function stageEndsOf(space: Architecture['settings']['space'], cells: readonly Cell[]): number[] {
  const ends = cells.flatMap(({ stage }, c) => (stage === cells[c + 1]?.stage ? [] : [c]));
  for (const end of stageEnds(space).slice(ends.length))
    ends.push(Math.max(end, (ends.at(-1) ?? -1) + 1));
  return ends;
}

function masksOf(architecture: Architecture, space: SpaceShape): UnitMasks {
  const masks = fullMasks(space);
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
    masks.operations[c].fill(0);
    cell.preprocess.forEach(({ filters }, slot) => keep(`cells.${c}.preprocess${slot}`, filters));
    for (const operation of cell.operations) {
      const edge = space.edges.find(
        ({ from, to }) => from === operation.from && to === operation.to,
      );
      const o = space.operations.findIndex(({ name }) => name === operation.operation);
      if (!edge || o < 0)
        throw new ArchitectureError(
          `cells.${c}: the search space has no ${operation.operation} from ${operation.from} to ${operation.to}`,
        );
      masks.operations[c][edge.index * space.operations.length + o] = 1;
      const name = candidateName(c, edge.index, space.operations[o]);
      operation.blocks.forEach(({ filters }, b) => keep(`${name}.block${b}`, filters));
      if (operation.reduce) keep(name, operation.reduce.filters);
    }
  });
  return masks;
}

export function operationOf(
  cell: Cell,
  { operation, from, to }: Pick<CandidatePlan, 'operation' | 'from' | 'to'>,
): Operation {
  return cell.operations.find(
    (o) => o.operation === operation.name && o.from === from && o.to === to,
  )!;
}

/** The JSON says in several places what follows from masks: all must agree, and every state must have a channel. */
function check({ cells, head }: Architecture, plan: NetworkPlan): void {
  const same = (place: string, said: readonly number[], follows: readonly number[]): void => {
    if (said.length !== follows.length || said.some((id, i) => id !== follows[i])) {
      throw new ArchitectureError(
        `${place}: [${said.join(', ')}], but the filters before it leave [${follows.join(', ')}]`,
      );
    }
  };
  plan.cells.forEach((cell, c) => {
    checkStates(cell);
    cell.preprocess.forEach(({ inputs }, slot) =>
      same(`cells.${c}.preprocess.${slot}.inputs`, cells[c].preprocess[slot].inputs, inputs),
    );
    if (cells[c].operations.length !== cell.candidates.length)
      throw new ArchitectureError(`cells.${c}.operations: one of them is there twice`);
    for (const candidate of cell.candidates) {
      const said = operationOf(cells[c], candidate);
      if (said.blocks.length !== candidate.blocks.length) {
        throw new ArchitectureError(
          `cells.${c}: ${said.operation} has ${candidate.blocks.length} blocks, not ${said.blocks.length}`,
        );
      }
      candidate.blocks.forEach((block, b) => {
        const place = `cells.${c}: ${said.operation} ${said.from}-${said.to}, block ${b}`;
        same(`${place}, inputs`, said.blocks[b].inputs, block.inputs);
        for (const part of ['depthwise', 'pointwise'] as const)
          same(
            `${place}, ${part}.shape`,
            said.blocks[b][part].shape,
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

function bitmapOf(text: string, length: number, place: string): Uint8Array {
  try {
    return decodeBitmap(text, length);
  } catch (error) {
    throw new ArchitectureError(`${place}: mask: ${(error as Error).message}`);
  }
}

function logit(importance: number, place: string): number {
  if (!(importance >= 0 && importance <= 1))
    throw new ArchitectureError(`${place}: ${importance} is not between 0 and 1`);
  // An importance that was rounded to 0 or 1 has no finite alpha.
  const inside = Math.min(Math.max(importance, 1e-7), 1 - 1e-7);
  return Math.log(inside / (1 - inside));
}
