/** Emits the graph of a MobileNet-like super-net from its table and the committed masks of its units. */
import { GraphBuilder } from '../graph/builder.ts';
import type { Node } from '../graph/graph.ts';
import { zero } from '../graph/layout.ts';
import { Emission, invertedBottleneckGroups } from '../operations/emission.ts';
import { factsOf } from '../operations/facts.ts';
import type { CandidateOperation } from '../operations/registry.ts';
import { mobileLayers } from './mobile-table.ts';
import type { MobileLayer, MobileSettings } from './mobile-table.ts';
import type { MobileSpace } from './mobile.ts';
import { candidateName } from './names.ts';
import type {
  CandidatePlan,
  CellPlan,
  FilterGroup,
  GatedGroup,
  HeadPlan,
  NetworkPlan,
  UnitMasks,
} from './plan.ts';
import type { CellShape } from './shape.ts';

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** Parameters of the head: .conv .norm.* .gate .filterThreshold */
export const headName = 'head';

const lastLayer = ({ cells }: MobileSpace): number => cells.length - 1;

const expansionOf = (operation: CandidateOperation): number =>
  factsOf(operation).blocks[0]!.expansion!;

const layerOf = ({ settings }: MobileSpace, index: number): MobileLayer =>
  mobileLayers(settings)[index]!;

/** Everything in a layer that has gates: both convolutions of every candidate; the head counts to the last layer. */
export function chainFilterGroups(space: MobileSpace, { index }: CellShape): FilterGroup[] {
  const { inputs, outputs } = layerOf(space, index);
  const groups = space.operations.flatMap((operation): FilterGroup[] => {
    const [inner, outer] = invertedBottleneckGroups(candidateName(index, 0, operation));
    return [
      { name: inner, width: inputs * expansionOf(operation) },
      { name: outer, width: outputs },
    ];
  });
  if (index === lastLayer(space)) groups.push({ name: headName, width: space.settings.head });
  return groups;
}

/** Of one group: see `Space.filterWidth`. */
export function chainFilterWidth(
  settings: MobileSettings,
  { index }: CellShape,
  unit: number | null,
  part: number,
): number {
  if (unit === null) return settings.head;
  const { inputs, outputs } = mobileLayers(settings)[index]!;
  return part === 0 ? inputs * settings.candidates[unit]!.expansion : outputs;
}

/** What the emission of one network goes by. */
export interface ChainEmission {
  readonly space: MobileSpace;
  readonly masks: UnitMasks;
  readonly graph: GraphBuilder;
  readonly alive: (group: string) => number[];
}

/**
 * The structure that trains layers 0..endCell under the head of `stage`: the real one on the last layer, else a global
 * pool and a linear layer. Physically absent from it: what masks removed, and every weight that could only read a dead
 * channel. A channel of a layer is live where its shortcut brings it or a surviving candidate writes it.
 */
export function buildChain(
  space: MobileSpace,
  masks: UnitMasks,
  endCell: number,
  stage: number,
  auxiliaryCell: number | null,
): NetworkPlan {
  const network = chainEmission(space, masks);
  const { graph } = network;
  const inputs = [emitStem(network)];
  const cells = space.cells.slice(0, endCell + 1).map((shape) => {
    const cell = emitLayer(network, shape, inputs[shape.index]!);
    inputs.push(cell.output);
    return cell;
  });
  const last = cells[endCell]!;
  const real = endCell === lastLayer(space);
  const features = real ? emitHead(network, last.output) : last.output;
  const head = emitClassifier(network, features, `heads.${stage}`);
  const ends = real ? { ...last, gated: [headGroup(network)] } : last;
  let auxiliary: NetworkPlan['auxiliary'] = null;
  if (auxiliaryCell !== null) {
    // Named by its stage where that is not the head's.
    const { stage: own } = space.cells[auxiliaryCell]!;
    const name = `heads.${own === stage ? 'auxiliary' : own}`;
    auxiliary = {
      ...emitClassifier(network, cells[auxiliaryCell]!.output, name, 'auxiliary'),
      cell: auxiliaryCell,
    };
  }
  const unitNodes = space.operations.map(() => 0);
  return {
    ...{ space, endCell, stage, unitNodes, head, auxiliary },
    cells: [...cells.slice(0, endCell), ends],
    ...graph.build(),
  };
}

export function chainEmission(space: MobileSpace, masks: UnitMasks): ChainEmission {
  const alive = (group: string): number[] => {
    const mask = masks.filters[group];
    if (!mask) throw new Error(`no filter mask for ${group}`);
    return range(mask.length).filter((i) => mask[i]);
  };
  return { space, masks, graph: new GraphBuilder(), alive };
}

/** The stem and the first block, which are not searched. */
function emitStem({ space, graph }: ChainEmission): Node {
  const { stem, stemStride, first } = space.settings;
  const image = graph.image(space.imageChannels, space.imageSize);
  const stemmed = graph.within('stem', 'Stem', () =>
    graph.norm(
      graph.convolution(image, 'stem.conv', range(stem), { kernel: 3, stride: stemStride }),
      'stem.norm',
    ),
  );
  return graph.within('first', 'First block', () => {
    const spread = graph.norm(
      graph.depthwise(graph.relu6(stemmed), 'first.depthwise', { kernel: 3 }),
      'first.depthwiseNorm',
    );
    return graph.norm(
      graph.convolution(graph.relu6(spread), 'first.project', range(first)),
      'first.projectNorm',
    );
  });
}

export function emitLayer(network: ChainEmission, shape: CellShape, input: Node): CellPlan {
  const { space, graph } = network;
  const { index } = shape;
  return graph.within(`layer${index}`, 'Layer', () => {
    const candidates = emitCandidates(network, shape, input);
    const terms = [
      ...(shape.shortcut ? [shortcutTerm(graph, index, input)] : []),
      ...candidates.map(({ node, unit, name, scope }) => ({
        ...{ node, unit: { cell: index, unit }, name, scope },
      })),
    ];
    // A layer that lost all of its candidates is not there: its input is its output.
    const output =
      shape.shortcut && candidates.length === 0
        ? input
        : graph.mix(`cells.${index}.output`, terms, {
            ...{ size: shape.size, plain: space.form.sum === 'plain' },
          });
    addVectors(graph, index, space.operations.length);
    const states = [input, output];
    return {
      ...{ shape, preprocess: [], gated: [], candidates, states, output },
      live: states.map(({ channels }) => channels),
    };
  });
}

const shortcutTerm = (graph: GraphBuilder, layer: number, node: Node) =>
  graph.within('shortcut', 'Shortcut', (scope) => ({
    ...{ unit: null, name: `cells.${layer}.shortcut`, scope, node },
  }));

function emitCandidates(
  { space, masks, graph, alive }: ChainEmission,
  { index, channels }: CellShape,
  input: Node,
): CandidatePlan[] {
  const { stride } = layerOf(space, index);
  const { index: edge, from, to } = space.edges[0]!;
  return space.operations.flatMap((operation, unit): CandidatePlan[] => {
    if (!masks.operations[index]![unit]) return [];
    const name = candidateName(index, edge, operation);
    const emission = new Emission({
      ...{ graph, name, input, stride, alive, width: channels, unit: { cell: index, unit } },
      filterThresholds: `cells.${index}.filterThreshold`,
      normsPools: space.form.poolNorm,
    });
    return graph.within(operation.name, operation.label, (scope) => {
      const node = operation.emit(emission);
      return [
        {
          ...{ name, operation, edge, from, to, unit, stride, scope, node },
          ...{ outputs: node.channels, ...emission.parts },
        },
      ];
    });
  });
}

/** Importances and thresholds of a layer's candidates. */
function addVectors({ layout }: GraphBuilder, layer: number, units: number): void {
  layout.add(`cells.${layer}.alpha`, 'alpha', [units], { kind: 'normal', deviation: 1e-3 });
  layout.add(`cells.${layer}.operationThreshold`, 'threshold', [units], zero);
  layout.add(`cells.${layer}.filterThreshold`, 'threshold', [units], zero);
  layout.add(`cells.${layer}.weightThreshold`, 'weightThreshold', [units], zero);
}

const headThreshold = { name: `${headName}.filterThreshold`, element: 0 };

/** 1x1 convolution, norm, gates, ReLU6. */
export function emitHead({ graph, alive }: ChainEmission, input: Node): Node {
  const gated = graph.within(headName, 'Head', () =>
    graph.norm(graph.convolution(input, `${headName}.conv`, alive(headName)), `${headName}.norm`, {
      logits: `${headName}.gate`,
      threshold: headThreshold,
      before: false,
    }),
  );
  graph.layout.add(headThreshold.name, 'threshold', [1], zero);
  return graph.relu6(gated);
}

export const headGroup = ({ alive }: ChainEmission): GatedGroup => ({
  ...{ name: headName, filters: alive(headName), threshold: headThreshold, part: 0 },
});

/** @param module what its part of the network is called. */
export function emitClassifier(
  { space, graph }: ChainEmission,
  input: Node,
  name: string,
  module = 'classifier',
): HeadPlan {
  const node = graph.within(module, 'Classifier', () =>
    graph.classifier(input, name, space.classes),
  );
  return { name, inputs: input.channels, node };
}
