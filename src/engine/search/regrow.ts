/** Which pruned operations come back after a stage (docs/algorithm.md, Progressive re-evaluation). Pure. */
import { factsOf } from '../../domain/operations/facts.ts';
import { strideOf } from '../../domain/spaces/cells.ts';
import { sigmoid } from '../granularity/network.ts';
import type { Network } from '../granularity/network.ts';
import type { RandomStream } from '../random.ts';
import type { CandidateOperation } from '../../domain/operations/registry.ts';
import type { Edge } from '../../domain/spaces/cells.ts';
import { buildPlan, candidateName } from '../../domain/spaces/build-plan.ts';
import { parameter } from '../../domain/graph/layout.ts';
import { migrateParameters } from '../supernet/parameters.ts';
import type { CellPlan, UnitMasks } from '../../domain/spaces/plan.ts';

export interface Regrowth {
  readonly cell: number;
  /** edge * operations + operation. */
  readonly unit: number;
  readonly cellScore: number;
  readonly typeScore: number;
}

/** A (group of cells, operation type) that may be drawn. */
interface Pair {
  readonly cellScore: number;
  readonly typeScore: number;
  /** Units pruned there. */
  readonly places: Pick<Regrowth, 'cell' | 'unit'>[];
}

/** Mean over some surviving operations. */
interface Evidence {
  readonly gradient: number;
  readonly importance: number;
}

/**
 * Draws `count` pruned places (fewer where fewer are pruned), each once. A (cell, type) is drawn in proportion to cell
 * score x type score among those with a pruned place, then one of its places uniformly.
 * @param network with the gathered momentum of the importances' gradients.
 */
export function chooseRegrowth(network: Network, count: number, random: RandomStream): Regrowth[] {
  const pairs = scoredPairs(network);
  const chosen: Regrowth[] = [];
  while (chosen.length < count) {
    const open = pairs.filter(({ places }) => places.length > 0);
    if (open.length === 0) break;
    const { cellScore, typeScore, places } = drawWeighted(open, random);
    const [place] = places.splice(random.integer(places.length), 1);
    if (place) chosen.push({ ...place, cellScore, typeScore });
  }
  return chosen;
}

function drawWeighted(pairs: readonly Pair[], random: RandomStream): Pair {
  const weights = pairs.map(({ cellScore, typeScore }) => cellScore * typeScore);
  let left = random.uniform() * weights.reduce((a, b) => a + b, 0);
  return pairs.find((_, i) => (left -= weights[i]!) < 0) ?? pairs[pairs.length - 1]!;
}

/**
 * P(cell, type), as the released program scores them (train_search.py, lines 1011-1135). In a chain the layers of a group
 * stand for a cell: inside a single layer every pruned type would score the same.
 */
export interface RegrowthScores {
  /** By group of cells (`CellShape.group`); of a space of cells, by cell. */
  readonly cells: readonly number[];
  /** By group, then by operation type in the order of the space. */
  readonly types: readonly (readonly number[])[];
}

/**
 * Half from the momentum of the importances' gradients, half from the importances. A type counts with the mean over its
 * survivors, one without survivors with half of the cell's smallest; a cell with the sum of its types over the count of
 * its survivors. Both are shares of their sum, so that the products sum to 1. A group that lost everything counts with
 * half of the least of the others.
 */
export function regrowthScores(network: Network): RegrowthScores {
  const { space } = network.plan;
  const groups = groupsOf(network);
  const types = groups.map((cells) => {
    const known = space.operations.map(({ name }) =>
      evidence(network, cells, (unit) => operationOf(network, unit)!.name === name),
    );
    const missing = halfOfLeast(known);
    return known.map((e) => e ?? missing);
  });
  const known = groups.map((cells, g): Evidence | null => {
    const survivors = cells.reduce((sum, { candidates }) => sum + candidates.length, 0);
    if (survivors === 0) return null;
    const total = (kind: keyof Evidence): number => types[g]!.reduce((sum, e) => sum + e[kind], 0);
    return { gradient: total('gradient') / survivors, importance: total('importance') / survivors };
  });
  const missing = halfOfLeast(known);
  return { cells: scores(known.map((e) => e ?? missing)), types: types.map(scores) };
}

function halfOfLeast(all: readonly (Evidence | null)[]): Evidence {
  const known = all.filter((e) => e !== null);
  const half = (kind: keyof Evidence): number =>
    known.length > 0 ? Math.min(...known.map((e) => e[kind])) / 2 : 0;
  return { gradient: half('gradient'), importance: half('importance') };
}

/** The cells that are scored together. */
function groupsOf({ plan: { cells } }: Network): CellPlan[][] {
  const groups = new Map<number, CellPlan[]>();
  for (const cell of cells) {
    const { group } = cell.shape;
    groups.set(group, [...(groups.get(group) ?? []), cell]);
  }
  return [...groups.values()];
}

function scoredPairs(network: Network): Pair[] {
  const { space } = network.plan;
  const { cells: cellScores, types } = regrowthScores(network);
  return groupsOf(network).flatMap((cells, g) =>
    space.operations.map((_, o): Pair => {
      const places = cells.flatMap((cell) =>
        space.edges
          .filter((edge) => fits(cell, space.operations[o]!, edge))
          .map((edge) => edge.index * space.operations.length + o)
          .filter((unit) => !network.masks.operations[cell.shape.index]![unit])
          .map((unit) => ({ cell: cell.shape.index, unit })),
      );
      return { cellScore: cellScores[g]!, typeScore: types[g]![o]!, places };
    }),
  );
}

/**
 * Whether an operation can come back without bringing a pruned filter of its node back: a pool or an identity hands on
 * every channel that it reads, and has no filters to leave out.
 */
export function fits(cell: CellPlan, operation: CandidateOperation, { from, to }: Edge): boolean {
  const { blocks, reduce } = factsOf(operation, strideOf(cell.shape, from));
  if (blocks.length > 0 || reduce) return true;
  const node = new Set(cell.live[to]);
  return cell.live[from]!.every((id) => node.has(id));
}

/**
 * Operations to bring back after a stage that pruned `pruned`: `share` of them, rounded down. A super-net so small that
 * a stage can hardly prune 1 / share brings one back where it pruned any.
 * @param candidates of the whole super-net.
 */
export function regrownCount(pruned: number, share: number, candidates: number): number {
  const least = pruned > 0 && candidates < smallSuperNet ? 1 : 0;
  return Math.max(least, Math.floor(share * pruned));
}

/** Candidates under which a super-net is small: half the paper's. */
const smallSuperNet = 784 / 2;

function operationOf({ plan: { space } }: Network, unit: number) {
  return space.operations[unit % space.operations.length];
}

function evidence(
  { plan, parameters }: Network,
  cells: readonly CellPlan[],
  chosen: (unit: number) => boolean,
): Evidence | null {
  const places = cells.flatMap(({ shape, candidates }) => {
    const { offset } = parameter(plan.table, `cells.${shape.index}.alpha`);
    return candidates.filter(({ unit }) => chosen(unit)).map(({ unit }) => offset + unit);
  });
  if (places.length === 0) return null;
  const mean = (f: (place: number) => number): number =>
    places.reduce((sum, place) => sum + f(place), 0) / places.length;
  return {
    gradient: mean((place) => Math.abs(parameters.momentum[place]!)),
    importance: mean((place) => sigmoid(parameters.values[place]!)),
  };
}

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** Half from gradients, half from importances, each as a share of their sum. */
function scores(all: readonly Evidence[]): number[] {
  const shares = (values: number[]): number[] => {
    const sum = values.reduce((a, b) => a + b, 0);
    return values.map((value) => (sum > 0 ? value / sum : 1 / values.length));
  };
  const gradients = shares(all.map(({ gradient }) => gradient));
  const importances = shares(all.map(({ importance }) => importance));
  return all.map((_, i) => gradients[i]! / 2 + importances[i]! / 2);
}

/**
 * The network with these operations back: fresh weights at the live widths of the two states, so that no pruned filter
 * comes back with them, gate logits 0, thresholds 0, the importance as it was when it was pruned. The middle of a
 * separable convolution is as wide as the state it reads.
 */
export function regrow(
  network: Network,
  regrowths: readonly (Pick<Regrowth, 'cell' | 'unit'> & Partial<Regrowth>)[],
  seed: number,
  generation: number,
  bounds: Parameters<typeof migrateParameters>[4] = 'own',
): Network {
  const { space, endCell, stage, table, cells } = network.plan;
  const masks: UnitMasks = {
    operations: network.masks.operations.map((mask) => mask.slice()),
    filters: { ...network.masks.filters },
  };
  for (const { cell, unit } of regrowths) {
    masks.operations[cell]![unit] = 1;
    const { index, from, to } = space.edges[Math.floor(unit / space.operations.length)]!;
    const operation = operationOf(network, unit);
    const name = candidateName(cell, index, operation!);
    const { live } = cells.find(({ shape }) => shape.index === cell)!;
    const keep = (group: string, filters: readonly number[]): void => {
      const mask = new Uint8Array(masks.filters[group]!.length);
      for (const filter of filters) mask[filter] = 1;
      masks.filters[group] = mask;
    };
    const { blocks } = factsOf(operation!);
    blocks.forEach((block, b) => {
      const middle =
        block.expansion === undefined ? live[from]! : range(block.expansion * live[from]!.length);
      keep(
        name + block.name.slice(operation!.name.length),
        b + 1 === blocks.length ? live[to]! : middle,
      );
    });
    if (masks.filters[name]) keep(name, live[to]!);
  }
  const plan = buildPlan(space, masks, endCell, stage);
  const parameters = migrateParameters(
    plan.table,
    { table, parameters: network.parameters },
    seed,
    generation,
    bounds,
  );
  for (const { cell, unit } of regrowths) {
    for (const name of ['operationThreshold', 'filterThreshold', 'weightThreshold']) {
      const at = parameter(plan.table, `cells.${cell}.${name}`).offset + unit;
      parameters.values[at] = 0;
      parameters.momentum[at] = 0;
    }
    parameters.momentum[parameter(plan.table, `cells.${cell}.alpha`).offset + unit] = 0;
  }
  return { plan, masks, parameters };
}
