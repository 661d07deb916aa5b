/**
 * From a list of cells and operations, as publications state them, to an architecture of this lab: masks of a search
 * space, the structure that they leave (`buildPlan`), and its description with everything counted anew.
 */
import { factsOf } from '../../../domain/operations/facts.ts';
import { superNetTotals } from '../../granularity/count.ts';
import type { Network } from '../../granularity/network.ts';
import { operationNames } from '../../../domain/operations/registry.ts';
import { paperSettings } from '../../../domain/settings/presets.ts';
import {
  createSpace,
  inputStates,
  isInput,
  nodeState,
  nodeStates,
  outputState,
} from '../../../domain/spaces/cells.ts';
import { cellSizes } from '../../../domain/spaces/cells-settings.ts';
import type { CellShape, CellSpace } from '../../../domain/spaces/cells.ts';
import { buildPlan, candidateName, fullMasks } from '../../../domain/spaces/build-plan.ts';
import type { NetworkPlan, UnitMasks } from '../../../domain/spaces/plan.ts';
import { unweighted } from '../../train/rebuild.ts';
import { describeArchitecture } from '../describe.ts';
import { maskWeights, placeOf } from './structure-masks.ts';
import type { Structure, StructureOperation } from './structure-masks.ts';
import { ArchitectureError } from '../../../domain/architecture/schema.ts';
import type { Architecture } from '../../../domain/architecture/schema.ts';

/** Stem filters as a multiple of `channels`: of DARTS and of all that follow its network. */
const stemMultiplier = 3;

/** @throws ArchitectureError naming cell, operation and what the lab lacks. */
export function buildArchitecture(structure: Structure): Architecture {
  const network = networkOfStructure(structure);
  const described = describeArchitecture({
    network,
    totals: superNetTotals(network.plan.space),
    settings: settingsOf(structure),
    data: dataOf(structure),
    steps: 0,
    validationAccuracy: null,
    targetReached: true,
  });
  return {
    ...described,
    settings: { ...described.settings, targetParameters: described.parameters.active },
    origin: structure.origin,
  };
}

/** The network alone, its weights not drawn: enough to count. @throws ArchitectureError as above. */
export function networkOfStructure(structure: Structure): Network {
  const space = spaceOf(structure);
  const masks = fullMasks(space);
  for (const shape of space.cells) keepCell(structure.cells[shape.index]!, shape, space, masks);
  const endCell = space.cells.length - 1;
  const plan = buildPlan(space, masks, endCell, space.cells[endCell]!.stage);
  const network = networkOf(plan, masks);
  maskWeights(structure, network);
  return network;
}

/** As DARTS divides its cells: reductions at a third and two thirds (its model.py). */
function stageEndsOf(cells: number): number[] {
  return [Math.floor(cells / 3) - 1, Math.floor((2 * cells) / 3) - 1, cells - 1];
}

function spaceOf(structure: Structure): CellSpace {
  const { cells, classes, imageSize, imageChannels, form } = structure;
  if (cells.length < 3 || cells.length > 40)
    throw new ArchitectureError(`${cells.length} cells; 3 to 40 are supported`);
  return createSpace(
    settingsOf(structure).space,
    { size: imageSize, channels: imageChannels, classes },
    { stageEnds: stageEndsOf(cells.length), form },
  );
}

/** Those of the paper, with the structure's space: an import has no search behind it. */
function settingsOf({ cells, nodes, channels, imageSize }: Structure) {
  const used = new Set(cells.flat().map(({ operation }) => operation));
  const usual: readonly string[] = cellSizes.paper.operations;
  const space = {
    cells: cells.length,
    nodes,
    channels,
    stages: 3,
    stemMultiplier,
    operations: operationNames.filter((name) => usual.includes(name) || used.has(name)),
  };
  return { ...paperSettings, space, data: { ...paperSettings.data, imageSize } };
}

function dataOf({ classes, imageSize, imageChannels }: Structure) {
  const cifar = imageChannels === 3 && (classes === 10 || classes === 100);
  return {
    name: cifar ? `cifar-${classes}` : `${classes} classes`,
    classNames: Array.from({ length: classes }, (_, i) => `class ${i}`),
    imageSize,
    imageChannels,
  };
}

function keepCell(
  operations: readonly StructureOperation[],
  shape: CellShape,
  space: CellSpace,
  masks: UnitMasks,
): void {
  const c = shape.index;
  const alive = masks.operations[c]!.fill(0);
  const keep = (name: string, filters: readonly number[]): void => {
    const mask = masks.filters[name]!.fill(0);
    for (const filter of filters) mask[filter] = 1;
  };
  for (const one of operations) checkOperation(one, c, space);
  const widths = stateWidths(operations, shape, outputState(space.settings.nodes));
  // A factorized reduce makes one half of its filters from even pixels, the other from odd ones; all states take those ids.
  const halved =
    shape.halvesFirstInput ||
    (shape.reduction &&
      operations.some(({ operation, from }) => isInput(from) && isReduced(operation, space)));
  const ids = (width: number): number[] => idsOf(width, shape.channels, halved);
  for (const slot of inputStates) keep(`cells.${c}.preprocess${slot}`, ids(widths[slot]!));
  for (const one of operations) {
    const edge = space.edges.find(({ from, to }) => from === one.from && to === one.to)!;
    const o = space.operations.findIndex(({ name }) => name === one.operation);
    const operation = space.operations[o]!;
    const unit = edge.index * space.operations.length + o;
    if (alive[unit]) throw new ArchitectureError(`${placeOf(c, one)} appears twice`);
    alive[unit] = 1;
    const name = candidateName(c, edge.index, operation);
    const given = one.widths ?? [];
    const { blocks } = factsOf(operation);
    for (let b = 0; b < blocks.length; b++) {
      const last = b === blocks.length - 1;
      const width = last ? widths[one.to] : (given[b + 1] ?? shape.channels);
      keep(`${name}.block${b}`, last ? ids(width!) : idsOf(width!, shape.channels, false));
    }
    if (masks.filters[name]) keep(name, ids(widths[one.to]!));
  }
}

/** At stride 2 it is a factorized reduce. */
const isReduced = (name: string, { operations }: CellSpace): boolean =>
  operations.some((one) => one.name === name && factsOf(one, 2).reduce !== null);

function checkOperation(one: StructureOperation, c: number, space: CellSpace): void {
  const { operation, from, to, widths } = one;
  const known = space.operations.find(({ name }) => name === operation);
  if (!known)
    throw new ArchitectureError(
      `cell ${c}: the operation '${operation.slice(0, 40)}' is not in this lab; it has ${operationNames.join(', ')}`,
    );
  const [first, last] = [nodeState(0), nodeState(space.settings.nodes - 1)];
  if (!Number.isInteger(to) || to < first || to > last)
    throw new ArchitectureError(
      `${placeOf(c, one)}: the destination must be a node, ${first} to ${last}`,
    );
  if (!Number.isInteger(from) || from < 0 || from >= to)
    throw new ArchitectureError(
      `${placeOf(c, one)}: it must read a state before its destination, 0 to ${to - 1}`,
    );
  if (!widths) return;
  const expected = factsOf(known).blocks.length + 1;
  const { channels } = space.cells[c]!;
  if (widths.length !== expected)
    throw new ArchitectureError(
      `${placeOf(c, one)}: ${widths.length} widths; ${expected} expected`,
    );
  for (const width of widths)
    if (!Number.isInteger(width) || width < 1 || width > channels)
      throw new ArchitectureError(
        `${placeOf(c, one)}: width ${width}; a cell of ${channels} channels has 1 to ${channels}. Are the initial channels correct?`,
      );
}

/** Channels of every state: what its readers and writers say, which must agree. */
function stateWidths(
  operations: readonly StructureOperation[],
  { index, channels }: CellShape,
  states: number,
): number[] {
  const widths = new Array<number | undefined>(states);
  for (const one of operations) {
    const ends = [
      [one.from, one.widths?.[0] ?? channels],
      [one.to, one.widths?.at(-1) ?? channels],
    ] as const;
    for (const [state, width] of ends) {
      if (widths[state] !== undefined && widths[state] !== width)
        throw new ArchitectureError(
          `${placeOf(index, one)}: state ${state} has ${width} channels here, and ${widths[state]} in an operation before`,
        );
      widths[state] = width;
    }
  }
  for (let node = nodeState(0); node < states; node++)
    if (!operations.some(({ to }) => to === node))
      throw new ArchitectureError(`cell ${index}: node ${node} has no input`);
  return Array.from(widths, (width) => width ?? channels);
}

const range = (from: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => from + i);

function idsOf(width: number, channels: number, halved: boolean): number[] {
  if (!halved) return range(0, width);
  const first = Math.min(Math.floor(width / 2), Math.floor(channels / 2));
  return [...range(0, first), ...range(Math.floor(channels / 2), width - first)];
}

/** Weights are not drawn: only structure and masks are asked for. */
export function networkOf(plan: NetworkPlan, masks: UnitMasks): Network {
  const { size, groups } = plan.table;
  const values = new Float32Array(size);
  values.fill(unweighted, groups.alpha.offset, groups.alpha.offset + groups.alpha.size);
  const weightMask = new Uint8Array(size).fill(1);
  return { plan, masks, parameters: { values, momentum: new Float32Array(0), weightMask } };
}

/** @throws ArchitectureError unless a cell's output has all of its nodes: the cells of this lab know no other. */
export function requireAllNodes(concat: readonly number[], nodes: number, place: string): void {
  const all = nodeStates(nodes);
  if (concat.length === nodes && all.every((node) => concat.includes(node))) return;
  throw new ArchitectureError(
    `${place} is [${concat.slice(0, 12).join(', ')}], but the cells of this lab concatenate all of their nodes, [${all.join(', ')}]`,
  );
}
