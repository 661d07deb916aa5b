/** A network as the JSON that a user takes away (`schema.ts`). */
import type { SearchData } from '../data.ts';
import {
  addCounts,
  addParameters,
  countParameters,
  parametersByOwner,
  summarizeCells,
} from '../granularity/count.ts';
import type { Totals } from '../granularity/count.ts';
import { count, sigmoid, slice } from '../granularity/network.ts';
import type { Network } from '../granularity/network.ts';
import type { Ancestor } from '../../domain/events/ancestry.ts';
import type { SearchSettings } from '../../domain/settings/schema.ts';
import { buildPlan, candidateName, fullMasks } from '../../domain/spaces/build-plan.ts';
import { parameter } from '../../domain/graph/layout.ts';
import { migrateParameters } from '../supernet/parameters.ts';
import type { BlockPlan } from '../../domain/operations/emission.ts';
import type { CandidatePlan, CellPlan, NetworkPlan } from '../../domain/spaces/plan.ts';
import { engineVersion } from '../version.ts';
import { encodeBitmap } from './bitmap.ts';
import { addMacs, macsByOwner } from './macs.ts';
import type { Macs } from './macs.ts';
import { architectureFormat, searchedForm } from '../../domain/architecture/schema.ts';
import type { Architecture, ParameterSize } from '../../domain/architecture/schema.ts';

export interface Discovery {
  readonly network: Network;
  readonly totals: Totals;
  readonly settings: SearchSettings;
  readonly data: Pick<SearchData, 'name' | 'classNames' | 'imageSize' | 'imageChannels'>;
  readonly steps: number;
  readonly validationAccuracy: number | null;
  /** Default null: not known. */
  readonly validationImages?: number | null;
  readonly targetReached: boolean;
  /** Of a fork. */
  readonly ancestry?: Ancestor[];
}

/** @param discovery.network as searched, or already in the form of its outcome: see `SpaceShape.outcome`. */
export function describeArchitecture({
  network: searched,
  totals,
  settings,
  data,
  ...found
}: Discovery): Architecture {
  const network = outcomeOf(searched);
  const { plan } = network;
  const parameters = countParameters(network);
  const full = unpruned(plan);
  return {
    format: architectureFormat,
    version: usesBottlenecks(plan) ? 2 : 1,
    engineVersion,
    settings,
    dataset: {
      name: data.name,
      classes: data.classNames.length,
      imageSize: data.imageSize,
      imageChannels: data.imageChannels,
      classNames: [...data.classNames],
    },
    targetReached: found.targetReached,
    ...(found.ancestry && { ancestry: found.ancestry }),
    steps: found.steps,
    validationAccuracy: found.validationAccuracy,
    validationImages: found.validationImages ?? null,
    remaining: addCounts(summarizeCells(network, totals).map(({ counts }) => counts)),
    parameters: {
      superNet: full.plan.table.groups.weight.size,
      afterOperations: withoutOperations(network).table.groups.weight.size,
      afterFilters: parameters.dense,
      active: parameters.active,
      dense: parameters.dense,
    },
    macs: {
      superNet: addMacs(macsByOwner(full).values()).dense,
      ...addMacs(macsByOwner(network).values()),
    },
    ...(plan.space.form !== searchedForm && { form: plan.space.form }),
    stem: { channels: plan.space.stemChannels },
    cells: describeCells(network),
    head: { inputs: [...plan.head.inputs], classes: plan.space.classes },
  };
}

/** The network that comes out of a super-net: the same units in the form of its outcome. Not to be trained as it is. */
function outcomeOf(network: Network): Network {
  const { space, endCell, stage, table } = network.plan;
  const { outcome } = space;
  if (space.form.sum === outcome.sum && space.form.poolNorm === outcome.poolNorm) return network;
  const plan = buildPlan({ ...space, form: outcome }, network.masks, endCell, stage);
  const old = { table, parameters: network.parameters };
  return { plan, masks: network.masks, parameters: migrateParameters(plan.table, old, 0, 0) };
}

/** The same cells before anything was pruned. Its parameters are not drawn: only sizes are asked for. */
function unpruned({ space, endCell, stage }: NetworkPlan): Network {
  const masks = fullMasks(space);
  const plan = buildPlan(space, masks, endCell, stage);
  const nothing = new Float32Array(0);
  return {
    plan,
    masks,
    parameters: {
      values: nothing,
      momentum: nothing,
      weightMask: new Uint8Array(plan.table.size).fill(1),
    },
  };
}

function withoutOperations({
  plan: { space, endCell, stage },
  masks: { operations },
}: Network): NetworkPlan {
  return buildPlan(space, { operations, filters: fullMasks(space).filters }, endCell, stage);
}

interface Sizes {
  readonly parameters: ReadonlyMap<string, ParameterSize>;
  readonly macs: ReadonlyMap<string, Macs>;
}

function describeCells(network: Network): Architecture['cells'] {
  const sizes: Sizes = { parameters: parametersByOwner(network), macs: macsByOwner(network) };
  return network.plan.cells.map((cell) => {
    const { shape, preprocess, candidates } = cell;
    const own = <T>(all: ReadonlyMap<string, T>): T[] =>
      [...all].filter(([name]) => name.startsWith(`cells.${shape.index}.`)).map(([, size]) => size);
    return {
      index: shape.index,
      stage: shape.stage,
      reduction: shape.reduction,
      channels: shape.channels,
      size: shape.size,
      preprocess: preprocess.map(({ source, inputs, filters, split }) => ({
        kind: split === null ? 'convolution' : 'factorized-reduce',
        source,
        inputs: [...inputs],
        filters: [...filters],
        split,
      })),
      operations: candidates.map((candidate) => describeOperation(network, cell, candidate, sizes)),
      parameters: addParameters(own(sizes.parameters)),
      macs: addMacs(own(sizes.macs)),
    };
  });
}

function describeOperation(
  network: Network,
  { shape }: CellPlan,
  candidate: CandidatePlan,
  sizes: Sizes,
): Architecture['cells'][number]['operations'][number] {
  const { operation, edge, from, to, stride, unit, blocks, reduce } = candidate;
  const alpha = parameter(network.plan.table, `cells.${shape.index}.alpha`);
  const name = candidateName(shape.index, edge, operation);
  return {
    operation: operation.name,
    from,
    to,
    stride,
    importance: sigmoid(network.parameters.values[alpha.offset + unit]!),
    ...describeBlocks(network, blocks),
    reduce: reduce && {
      inputs: [...reduce.inputs],
      filters: [...reduce.filters],
      split: reduce.split,
    },
    // Pools and stride-1 skip connections own no parameters.
    parameters: sizes.parameters.get(name) ?? { dense: 0, active: 0 },
    macs: sizes.macs.get(name) ?? { dense: 0, sparse: 0 },
  };
}

const expands = ({ expansion }: BlockPlan): boolean => expansion !== undefined;

const usesBottlenecks = ({ cells }: NetworkPlan): boolean =>
  cells.some(({ candidates }) => candidates.some(({ blocks }) => blocks.some(expands)));

type Blocks = Pick<Architecture['cells'][number]['operations'][number], 'blocks' | 'bottleneck'>;

/** Blocks one after another, or the two halves of a bottleneck. */
function describeBlocks(network: Network, blocks: readonly BlockPlan[]): Blocks {
  const [inner, outer] = blocks;
  if (inner?.expansion === undefined || !outer)
    return { blocks: blocks.map((block) => describeBlock(network, block)) };
  const { kernel, stride, expansion, inputs, filters: middle, weights } = inner;
  return {
    blocks: [],
    bottleneck: {
      ...{ kernel, stride, expansion },
      ...{ inputs: [...inputs], middle: [...middle], filters: [...outer.filters] },
      expand: describeArray(network, weights.expand!),
      depthwise: describeArray(network, weights.depthwise!),
      project: describeArray(network, outer.weights.pointwise!),
    },
  };
}

function describeBlock(
  network: Network,
  { kernel, stride, dilation, inputs, filters, weights }: BlockPlan,
) {
  return {
    kernel,
    stride,
    dilation,
    inputs: [...inputs],
    filters: [...filters],
    depthwise: describeArray(network, weights.depthwise!),
    pointwise: describeArray(network, weights.pointwise!),
  };
}

function describeArray({ plan, parameters }: Network, name: string) {
  const spec = parameter(plan.table, name);
  const mask = slice(parameters.weightMask, spec);
  const alive = count(mask);
  return { shape: [...spec.shape], alive, mask: alive === spec.size ? null : encodeBitmap(mask) };
}
