/** Derives the physical structure of a super-net from its space and the committed masks of its units. */
import type { CellShape, SpaceShape } from '../../domain/spaces/cells.ts';
import type { CandidateOperation } from '../../domain/operations/registry.ts';
import { fanIn, LayoutBuilder, zero } from './layout.ts';
import type {
  CandidatePlan,
  CellPlan,
  HeadPlan,
  NetworkPlan,
  PreprocessPlan,
  UnitMasks,
} from './plan.ts';

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const union = (lists: readonly (readonly number[])[]): number[] =>
  [...new Set(lists.flat())].sort((a, b) => a - b);

export function candidateName(cell: number, edge: number, operation: CandidateOperation): string {
  return `cells.${cell}.edges.${edge}.${operation.name}`;
}

/** Masks of an unpruned super-net: every operation and every filter alive. */
export function fullMasks(space: SpaceShape): UnitMasks {
  const filters: Record<string, Uint8Array> = {};
  const operations = space.cells.map((cell) => {
    for (const name of filterGroups(space, cell))
      filters[name] = new Uint8Array(cell.channels).fill(1);
    return new Uint8Array(space.edges.length * space.operations.length).fill(1);
  });
  return { operations, filters };
}

/** Names of everything in a cell that has filters: preprocesses, blocks, stride-2 skip connections. */
export function filterGroups(space: SpaceShape, cell: CellShape): string[] {
  const names = [`cells.${cell.index}.preprocess0`, `cells.${cell.index}.preprocess1`];
  for (const edge of space.edges) {
    for (const operation of space.operations) {
      const name = candidateName(cell.index, edge.index, operation);
      for (let b = 0; b < operation.blocks; b++) names.push(`${name}.block${b}`);
      if (operation.kind === 'skip' && cell.reduction && edge.from < 2) names.push(name);
    }
  }
  return names;
}

/**
 * The structure that trains cells 0..endCell under the head of `stage`. Physically absent from it: committed-pruned
 * operations and filters, and every weight that could only ever read a dead channel.
 * @param auxiliaryStage stage before this one, on whose last cell an auxiliary head stands; null = none.
 */
export function buildPlan(
  space: SpaceShape,
  masks: UnitMasks,
  endCell: number,
  stage: number,
  auxiliaryStage: number | null = null,
): NetworkPlan {
  const layout = new LayoutBuilder();
  const alive = (name: string): number[] => {
    const mask = masks.filters[name];
    return range(mask.length).filter((i) => mask[i]);
  };
  const stem = range(space.stemChannels);
  layout.add(
    'stem.conv',
    'weight',
    [3, 3, space.imageChannels, stem],
    fanIn(9 * space.imageChannels),
  );
  layout.addNorm('stem.norm', stem);

  /** Live channels of each cell's output, in concatenation ids; index -1 is the stem. */
  const outputs = new Map<number, number[]>([[-1, stem]]);
  const cells: CellPlan[] = [];
  for (const shape of space.cells.slice(0, endCell + 1)) {
    const cell = planCell(space, shape, masks, alive, outputs, layout);
    cells.push(cell);
    outputs.set(
      shape.index,
      cell.live
        .slice(2)
        .flatMap((channels, node) => channels.map((c) => node * shape.channels + c)),
    );
  }
  const addHead = (of: number, cell: number): HeadPlan => {
    const inputs = outputs.get(cell)!;
    layout.add(`heads.${of}.weight`, 'weight', [inputs, space.classes], fanIn(inputs.length));
    layout.add(`heads.${of}.bias`, 'weight', [space.classes], fanIn(inputs.length));
    return { name: `heads.${of}`, inputs };
  };
  const head = addHead(stage, endCell);
  let auxiliary: NetworkPlan['auxiliary'] = null;
  if (auxiliaryStage !== null) {
    const cell = space.stageEnds[auxiliaryStage];
    auxiliary = { ...addHead(auxiliaryStage, cell), cell };
  }
  return { space, endCell, stage, cells, head, auxiliary, table: layout.build() };
}

function planCell(
  space: SpaceShape,
  shape: CellShape,
  masks: UnitMasks,
  alive: (name: string) => number[],
  outputs: ReadonlyMap<number, number[]>,
  layout: LayoutBuilder,
): CellPlan {
  const c = shape.index;
  const preprocess = ([0, 1] as const).map((slot): PreprocessPlan => {
    const source = Math.max(c - 2 + slot, -1);
    const name = `cells.${c}.preprocess${slot}`;
    const filters = alive(name);
    const split = slot === 0 && shape.halvesFirstInput ? Math.floor(shape.channels / 2) : null;
    const plan = { name, slot, source, inputs: outputs.get(source)!, filters, split };
    if (split === null)
      layout.add(`${name}.conv`, 'weight', [1, 1, plan.inputs, filters], fanIn(plan.inputs.length));
    else addReduceConvolutions(layout, name, plan.inputs, filters, split);
    layout.addNorm(`${name}.norm`, filters);
    layout.add(`${name}.gate`, 'gate', [filters], zero);
    return plan;
  }) as [PreprocessPlan, PreprocessPlan];

  const live: number[][] = preprocess.map((p) => [...p.filters]);
  const candidates: CandidatePlan[] = [];
  for (let to = 2; to < space.settings.nodes + 2; to++) {
    for (const edge of space.edges.filter((e) => e.to === to)) {
      space.operations.forEach((operation, o) => {
        const unit = edge.index * space.operations.length + o;
        if (!masks.operations[c][unit]) return;
        const stride = shape.reduction && edge.from < 2 ? 2 : 1;
        const place = { operation, edge: edge.index, from: edge.from, to, unit, stride };
        candidates.push(planCandidate(space, shape, place, live[edge.from], alive, layout));
      });
    }
    live.push(union(candidates.filter((k) => k.to === to).map((k) => k.outputs)));
  }
  const units = space.edges.length * space.operations.length;
  layout.add(`cells.${c}.alpha`, 'alpha', [units], { kind: 'normal', deviation: 1e-3 });
  layout.add(`cells.${c}.operationThreshold`, 'threshold', [units], zero);
  layout.add(`cells.${c}.filterThreshold`, 'threshold', [units], zero);
  layout.add(`cells.${c}.preprocessFilterThreshold`, 'threshold', [2], zero);
  layout.add(`cells.${c}.weightThreshold`, 'weightThreshold', [units], zero);
  return { shape, preprocess, candidates, live };
}

function addReduceConvolutions(
  layout: LayoutBuilder,
  name: string,
  inputs: readonly number[],
  filters: readonly number[],
  split: number,
): void {
  const init = fanIn(inputs.length);
  layout.add(`${name}.conv1`, 'weight', [1, 1, inputs, filters.filter((f) => f < split)], init);
  layout.add(`${name}.conv2`, 'weight', [1, 1, inputs, filters.filter((f) => f >= split)], init);
}

function planCandidate(
  { form }: SpaceShape,
  shape: CellShape,
  place: Pick<CandidatePlan, 'operation' | 'edge' | 'from' | 'to' | 'unit' | 'stride'>,
  inputs: readonly number[],
  alive: (name: string) => number[],
  layout: LayoutBuilder,
): CandidatePlan {
  const { operation, unit, stride } = place;
  const cell = shape.index;
  const name = candidateName(cell, place.edge, operation);
  if (operation.kind === 'skip' && stride === 2) {
    const filters = alive(name);
    // As in the released program: the first convolution makes the first half of the filters.
    const split = Math.floor(shape.channels / 2);
    addReduceConvolutions(layout, name, inputs, filters, split);
    layout.addNorm(`${name}.norm`, filters);
    layout.add(`${name}.gate`, 'gate', [filters], zero);
    const reduce = { name, inputs, filters, split };
    return { ...place, blocks: [], reduce, poolNorm: null, outputs: filters };
  }
  if (operation.blocks === 0) {
    const poolNorm = form.poolNorm && operation.kind !== 'skip' ? `${name}.norm` : null;
    if (poolNorm) layout.addNorm(poolNorm, inputs);
    return { ...place, blocks: [], reduce: null, poolNorm, outputs: inputs };
  }
  const maskedBy = { cell, unit };
  let channels = inputs;
  const blocks = range(operation.blocks).map((b) => {
    const block = {
      name: `${name}.block${b}`,
      kernel: operation.kernel,
      stride: b === 0 ? stride : 1,
      dilation: operation.dilation,
      inputs: channels,
      filters: alive(`${name}.block${b}`),
    };
    const k = operation.kernel;
    layout.add(`${block.name}.depthwise`, 'weight', [k, k, channels, 1], fanIn(k * k), maskedBy);
    layout.add(
      `${block.name}.pointwise`,
      'weight',
      [1, 1, channels, block.filters],
      fanIn(channels.length),
      maskedBy,
    );
    layout.addNorm(`${block.name}.norm`, block.filters);
    layout.add(`${block.name}.gate`, 'gate', [block.filters], zero);
    channels = block.filters;
    return block;
  });
  return { ...place, blocks, reduce: null, poolNorm: null, outputs: channels };
}
