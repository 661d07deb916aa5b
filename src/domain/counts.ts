/** How much there is of an unpruned super-net: parameters by part, and weights that the weight level can mask. */
import type { SearchSettings } from './settings/schema.ts';
import { buildPlan, candidateName, fullMasks } from './spaces/build-plan.ts';
import { evaluationForm } from './architecture/schema.ts';
import { createSpace } from './spaces/registry.ts';
import type { SpaceShape } from './spaces/shape.ts';
import type { NetworkPlan } from './spaces/plan.ts';
import { parameter } from './graph/layout.ts';
import type { Node, Scope } from './graph/graph.ts';

/** The unpruned super-net in numbers: what ratios and losses of parameters are measured against. */
export interface SuperNet {
  /** Parameters up to each stage's last cell, under that stage's head. */
  stageParameters: number[];
  cells: SuperNetCell[];
}

export interface SuperNetCell {
  stage: number;
  reduction: boolean;
  channels: number;
  /** Pixels a side of its output. */
  size: number;
  parameters: number;
  /** Parameters of each candidate, at edge * operations + operation. */
  candidates: number[];
}

/**
 * What a parameter belongs to: `stem`, `heads.S`, `cells.C.preprocessS`, or a candidate operation `cells.C.edges.E.OP`; in
 * a chain also `first` and `head`.
 * Vectors of a whole cell (`cells.C.alpha`) are their own owner.
 */
export function ownerOf(name: string): string {
  const parts = name.split('.');
  const [part = ''] = parts;
  if (['stem', 'first', 'head'].includes(part)) return part;
  if (parts[0] === 'heads') return parts.slice(0, 2).join('.');
  return parts.slice(0, parts[2] === 'edges' ? 5 : 3).join('.');
}

const plans = new WeakMap<SpaceShape, NetworkPlan[]>();

/** The super-net before any pruning, up to the last cell of each stage. Kept for each space. */
export function unprunedPlans(space: SpaceShape): readonly NetworkPlan[] {
  const known = plans.get(space);
  if (known) return known;
  const masks = fullMasks(space);
  const made = space.stageEnds.map((end, stage) => buildPlan(space, masks, end, stage));
  plans.set(space, made);
  return made;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

type Image = { size: number; channels: number; classes: number };

/** As a search counts: with the norms that the network that comes out has behind its pools. */
const countedSpace = (settings: SearchSettings, image: Image): SpaceShape =>
  createSpace(settings.space, image, { form: evaluationForm });

/** @throws RangeError when the settings contradict each other. */
export const describeSuperNet = (settings: SearchSettings, image: Image): SuperNet =>
  describeSpace(countedSpace(settings, image));

/** What needs less memory, for a super-net that no device here holds. */
export const lessMemory = 'Choose a smaller batch, smaller images, fewer channels, or more stages';

/** What a super-net asks of a device. */
export interface Demand {
  /** Multiply-accumulates of one image through the whole super-net. */
  readonly macs: number;
  /** Bytes of each stage before it prunes, about: what a backward pass keeps, weights, gradients and momentum. */
  readonly stageBytes: readonly number[];
  /** Bytes of its largest tensor. */
  readonly largestTensor: number;
}

/** @throws RangeError when the settings contradict each other. */
export function planSuperNet(
  settings: SearchSettings,
  image: Image,
): { superNet: SuperNet; demand: Demand } {
  const space = countedSpace(settings, image);
  return { superNet: describeSpace(space), demand: demandOf(space, settings) };
}

/** Kinds of node whose results a step keeps for its backward pass; others are computed again where they are read. */
const keptKinds: ReadonlySet<string> = new Set(['image', 'convolution', 'mix']);
/**
 * What the backward pass needs besides, as a share of the convolutions of the largest cell or layer: its gradients share
 * memory by lifetime. Within 3 % of what three searches reported (tiny, larger, mobile-tiny).
 */
const workspaceShare = 0.8;
const bytesOfNumber = 4;
/** Of an activation with the setting `halfFloats`. */
const bytesOfHalf = 2;
/** Weights, their gradients and their momentum. */
const arraysOfWeights = 3;

function demandOf(
  space: SpaceShape,
  { batchSize, halfFloats }: Pick<SearchSettings, 'batchSize' | 'halfFloats'>,
): Demand {
  const plans = unprunedPlans(space);
  // Device tensors have channels in groups of four.
  const bytesOf = ({ kind, channels, size }: Node): number =>
    (halfFloats && kind !== 'image' ? bytesOfHalf : bytesOfNumber) *
    (4 * Math.ceil(channels.length / 4) * size ** 2 * batchSize);
  const whole = plans.at(-1)!;
  const macsOf = (node: Node): number => {
    if (node.kind === 'convolution')
      return parameter(whole.table, node.weight).size * node.size ** 2;
    return node.kind === 'linear' ? parameter(whole.table, `${node.name}.weight`).size : 0;
  };
  return {
    macs: sum(whole.graph.nodes.map(macsOf)),
    stageBytes: plans.map(
      ({ graph, table }) =>
        sum(graph.nodes.filter(({ kind }) => keptKinds.has(kind)).map(bytesOf)) +
        workspaceShare * largestPart(graph.nodes, bytesOf) +
        arraysOfWeights * bytesOfNumber * table.groups.weight.size,
    ),
    largestTensor: Math.max(
      ...whole.graph.nodes.filter(({ kind }) => keptKinds.has(kind)).map(bytesOf),
    ),
  };
}

/** Of the convolutions of one cell, layer, stem or head. */
function largestPart(nodes: readonly Node[], bytesOf: (node: Node) => number): number {
  const parts = new Map<Scope | null, number>();
  for (const node of nodes) {
    if (node.kind !== 'convolution') continue;
    let part = node.scope;
    while (part?.parent) part = part.parent;
    parts.set(part, (parts.get(part) ?? 0) + bytesOf(node));
  }
  return Math.max(0, ...parts.values());
}

function describeSpace(space: SpaceShape): SuperNet {
  const stages = unprunedPlans(space);
  const owners = new Map<string, number>();
  for (const { group, name, size } of stages.at(-1)!.table.specs) {
    if (group === 'weight') owners.set(ownerOf(name), (owners.get(ownerOf(name)) ?? 0) + size);
  }
  const sizes = [...owners];
  return {
    stageParameters: stages.map((plan) => plan.table.groups.weight.size),
    cells: space.cells.map(({ index, stage, reduction, channels, size }) => ({
      ...{ stage, reduction, channels, size },
      parameters: sum(
        sizes.filter(([name]) => name.startsWith(`cells.${index}.`)).map(([, own]) => own),
      ),
      candidates: space.edges.flatMap((edge) =>
        space.operations.map(
          (operation) => owners.get(candidateName(index, edge.index, operation)) ?? 0,
        ),
      ),
    })),
  };
}

/** Weights of each unpruned candidate that the weight level can mask: by cell, at edge * operations + operation. */
export function maskableWeights(space: SpaceShape): number[][] {
  const units = space.edges.length * space.operations.length;
  const weights = space.cells.map(() => new Array<number>(units).fill(0));
  for (const { maskedBy, size } of unprunedPlans(space).at(-1)!.table.specs)
    if (maskedBy) weights[maskedBy.cell]![maskedBy.unit]! += size;
  return weights;
}
