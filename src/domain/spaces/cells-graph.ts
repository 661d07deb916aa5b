/** Emits the graph of a super-net of cells from its space and the committed masks of its units. */
import { GraphBuilder } from '../graph/builder.ts';
import { factorizedReduce, splitOf } from '../graph/factorized-reduce.ts';
import type { Node } from '../graph/graph.ts';
import { zero } from '../graph/layout.ts';
import { Emission } from '../operations/emission.ts';
import { factsOf } from '../operations/facts.ts';
import { cellInputs, inputCells, inputStates, nodeOf, nodeStates, strideOf } from './cells.ts';
import type { CellSpace } from './cells.ts';
import { candidateName } from './names.ts';
import { placesIn } from './shape.ts';
import type { CellShape } from './shape.ts';
import type {
  CandidatePlan,
  CellPlan,
  FilterGroup,
  GatedGroup,
  HeadPlan,
  NetworkPlan,
  PreprocessPlan,
  UnitMasks,
} from './plan.ts';

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

const preprocessName = (cell: number, slot: number): string => `cells.${cell}.preprocess${slot}`;

/** Everything in a cell that has filters: preprocesses, blocks, factorized reduces. */
export function cellFilterGroups(space: CellSpace, cell: CellShape): FilterGroup[] {
  const names = inputStates.map((slot) => preprocessName(cell.index, slot));
  for (const edge of space.edges) {
    for (const operation of space.operations) {
      const { blocks, reduce } = factsOf(operation, strideOf(cell, edge.from));
      const name = candidateName(cell.index, edge.index, operation);
      blocks.forEach((_, b) => names.push(`${name}.block${b}`));
      if (reduce) names.push(name);
    }
  }
  return names.map((name) => ({ name, width: cell.channels }));
}

/** What the emission of one network goes by. */
interface Network {
  readonly space: CellSpace;
  readonly masks: UnitMasks;
  readonly graph: GraphBuilder;
  readonly alive: (group: string) => number[];
}

/**
 * The structure that trains cells 0..endCell under the head of `stage`. Physically absent from it: committed-pruned
 * operations and filters, and every weight that could only ever read a dead channel.
 * @param auxiliaryCell cell before the last, on which an auxiliary head stands; null = none.
 */
export function buildCells(
  space: CellSpace,
  masks: UnitMasks,
  endCell: number,
  stage: number,
  auxiliaryCell: number | null = null,
): NetworkPlan {
  const graph = new GraphBuilder();
  const alive = (group: string): number[] => {
    const mask = masks.filters[group];
    if (!mask) throw new Error(`no filter mask for ${group}`);
    return range(mask.length).filter((i) => mask[i]);
  };
  const network = { space, masks, graph, alive };
  const image = graph.image(space.imageChannels, space.imageSize);
  const stem = graph.within('stem', 'Stem', () =>
    graph.norm(
      graph.convolution(image, 'stem.conv', range(space.stemChannels), { kernel: 3 }),
      'stem.norm',
    ),
  );
  /** Output of each cell; index -1 is the stem. */
  const outputs = new Map<number, Node>([[-1, stem]]);
  const cells = space.cells.slice(0, endCell + 1).map((shape) => {
    const title = shape.reduction ? 'Reduction cell' : 'Cell';
    const cell = graph.within(`cell${shape.index}`, title, () => emitCell(network, shape, outputs));
    outputs.set(shape.index, cell.output);
    return cell;
  });
  const addHead = (module: string, of: number | 'auxiliary', cell: number): HeadPlan => {
    const input = outputs.get(cell)!;
    const node = graph.within(module, 'Classifier', () =>
      graph.classifier(input, `heads.${of}`, space.classes),
    );
    return { name: `heads.${of}`, inputs: input.channels, node };
  };
  const head = addHead('classifier', stage, endCell);
  let auxiliary: NetworkPlan['auxiliary'] = null;
  if (auxiliaryCell !== null) {
    // Named by its stage where that is not the head's.
    const { stage: own } = space.cells[auxiliaryCell]!;
    const named = own === stage ? 'auxiliary' : own;
    auxiliary = { ...addHead('auxiliary', named, auxiliaryCell), cell: auxiliaryCell };
  }
  const unitNodes = placesIn(space).map(({ to }) => nodeOf(to));
  return { space, endCell, stage, cells, unitNodes, head, auxiliary, ...graph.build() };
}

function emitCell(
  network: Network,
  shape: CellShape,
  outputs: ReadonlyMap<number, Node>,
): CellPlan {
  const { space, masks, graph } = network;
  const c = shape.index;
  const inputs = inputCells(c).map((source, slot) =>
    emitPreprocess(network, shape, slot, source, outputs.get(source)!),
  );
  const states = inputs.map(({ node }) => node);
  const candidates: CandidatePlan[] = [];
  for (const to of nodeStates(space.settings.nodes)) {
    for (const edge of space.edges.filter((e) => e.to === to)) {
      space.operations.forEach((operation, o) => {
        const unit = edge.index * space.operations.length + o;
        if (!masks.operations[c]![unit]) return;
        const stride = strideOf(shape, edge.from);
        const place = { operation, edge: edge.index, from: edge.from, to, unit, stride };
        candidates.push(emitCandidate(network, shape, place, states[edge.from]!));
      });
    }
    states.push(
      graph.mix(
        `cells.${c}.node${to}`,
        candidates
          .filter((k) => k.to === to)
          .map(({ node, unit, name, scope }) => ({ node, unit: { cell: c, unit }, name, scope })),
        { size: shape.size, plain: space.form.sum === 'plain' },
      ),
    );
  }
  const units = space.edges.length * space.operations.length;
  const { layout } = graph;
  layout.add(`cells.${c}.alpha`, 'alpha', [units], { kind: 'normal', deviation: 1e-3 });
  layout.add(`cells.${c}.operationThreshold`, 'threshold', [units], zero);
  layout.add(`cells.${c}.filterThreshold`, 'threshold', [units], zero);
  layout.add(`cells.${c}.preprocessFilterThreshold`, 'threshold', [cellInputs], zero);
  layout.add(`cells.${c}.weightThreshold`, 'weightThreshold', [units], zero);
  const nodes = states.slice(cellInputs);
  const output = graph.concat(
    `cells.${c}.output`,
    nodes,
    nodes.flatMap(({ channels }, node) => channels.map((id) => node * shape.channels + id)),
  );
  const live = states.map(({ channels }) => channels);
  const preprocess = inputs.map(({ plan }) => plan);
  const gated = preprocess.map(({ name, filters, slot }): GatedGroup => {
    const threshold = { name: `cells.${c}.preprocessFilterThreshold`, element: slot };
    return { name, filters, threshold, part: slot };
  });
  return { shape, preprocess, gated, candidates, states, live, output };
}

/** Relu, 1x1 convolution or factorized reduce, batch norm, gate: both are gated after the norm, unlike a reduced skip. */
function emitPreprocess(
  { graph, alive }: Network,
  shape: CellShape,
  slot: number,
  source: number,
  input: Node,
): { plan: PreprocessPlan; node: Node } {
  const name = preprocessName(shape.index, slot);
  const filters = alive(name);
  const split = slot === 0 && shape.halvesFirstInput ? splitOf(shape.channels) : null;
  const node = graph.within(`preprocess${slot}`, 'Preprocess', () => {
    const raw =
      split === null
        ? graph.convolution(graph.relu(input), `${name}.conv`, filters)
        : factorizedReduce(graph, input, name, { filters, split });
    return graph.norm(raw, `${name}.norm`, {
      logits: `${name}.gate`,
      threshold: { name: `cells.${shape.index}.preprocessFilterThreshold`, element: slot },
      before: false,
    });
  });
  return { plan: { name, slot, source, inputs: input.channels, filters, split }, node };
}

function emitCandidate(
  { space, graph, alive }: Network,
  shape: CellShape,
  place: Pick<CandidatePlan, 'operation' | 'edge' | 'from' | 'to' | 'unit' | 'stride'>,
  input: Node,
): CandidatePlan {
  const { operation, edge, from, to, unit, stride } = place;
  const cell = shape.index;
  const name = candidateName(cell, edge, operation);
  const emission = new Emission({
    ...{ graph, name, input, stride, alive },
    unit: { cell, unit },
    width: shape.channels,
    filterThresholds: `cells.${cell}.filterThreshold`,
    normsPools: space.form.poolNorm,
  });
  return graph.within(`${operation.name}_${from}_${to}`, operation.label, (scope) => {
    const node = operation.emit(emission);
    return { ...place, name, scope, node, outputs: node.channels, ...emission.parts };
  });
}
