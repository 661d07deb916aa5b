/**
 * Units left of each granularity, and parameters, from a network's structure and masks. Totals are those of the unpruned
 * super-net: every candidate operation, every filter at its original width (blocks, preprocesses, stride-2 skip
 * connections), every weight that the weight level can mask. A pruned operation's filters and weights count as gone, and
 * a pruned filter's weights.
 */
import type {
  CellSummary,
  GranularityCounts,
  ParameterCounts,
} from '../../domain/events/events.ts';
import { candidateName, filterGroups } from '../../domain/spaces/build-plan.ts';
import type { SpaceShape } from '../../domain/spaces/cells.ts';
import { count, slice } from './network.ts';
import { maskableWeights, ownerOf, unprunedPlans } from '../../domain/counts.ts';
import type { NetworkPlan } from '../../domain/spaces/plan.ts';
import type { Network } from './network.ts';

/** Units of the unpruned super-net by cell. */
export interface Totals {
  readonly operation: readonly number[];
  readonly filter: readonly number[];
  readonly weight: readonly number[];
  /** Parameters of the super-net up to the last cell of each stage, under that stage's head. */
  readonly parameters: readonly number[];
}

export function superNetTotals(space: SpaceShape): Totals {
  return {
    operation: space.cells.map(() => space.edges.length * space.operations.length),
    filter: space.cells.map((cell) =>
      filterGroups(space, cell).reduce((sum, { width }) => sum + width, 0),
    ),
    weight: maskableWeights(space).map((units) => units.reduce((a, b) => a + b, 0)),
    parameters: unprunedPlans(space).map(
      (plan) => plan.table.groups.weight.size + sum(missingNorms(plan)),
    ),
  };
}

/** Maskable weights of a candidate operation, on average over the unpruned super-net. */
export function meanCandidate({ weight, operation }: Totals): number {
  const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);
  return sum(weight) / sum(operation);
}

/** Parameters, by candidate, of norms that follow pools in the network that comes out, but not in this one. */
function missingNorms({ space, cells }: NetworkPlan): Map<string, number> {
  const missing = new Map<string, number>();
  if (!space.outcome.poolNorm) return missing;
  for (const { candidates } of cells) {
    for (const { name, pool, poolNorm, outputs } of candidates)
      if (pool && !poolNorm) missing.set(name, 2 * outputs.length);
  }
  return missing;
}

const sum = (counts: ReadonlyMap<string, number>): number =>
  [...counts.values()].reduce((a, b) => a + b, 0);

/** Parameters by owner (see `ownerOf`), batch norms included; of a super-net, as the network has them that comes out. */
export function parametersByOwner({ plan, parameters }: Network): Map<string, ParameterCounts> {
  const owners = new Map<string, ParameterCounts>();
  for (const spec of plan.table.specs) {
    if (spec.group !== 'weight') continue;
    const owner = ownerOf(spec.name);
    const sum = owners.get(owner) ?? { dense: 0, active: 0 };
    sum.dense += spec.size;
    sum.active += spec.maskedBy ? count(slice(parameters.weightMask, spec)) : spec.size;
    owners.set(owner, sum);
  }
  for (const [owner, size] of missingNorms(plan)) owners.set(owner, { dense: size, active: size });
  return owners;
}

/** Of the whole network, stem and head included. `dense` is the size of the compacted weight tensors, and of norms to come. */
export function countParameters(network: Network): ParameterCounts {
  return addParameters(parametersByOwner(network).values());
}

export function addParameters(counts: Iterable<ParameterCounts>): ParameterCounts {
  const sum = { dense: 0, active: 0 };
  for (const { dense, active } of counts) {
    sum.dense += dense;
    sum.active += active;
  }
  return sum;
}

/** One entry a cell of the network. */
export function summarizeCells(network: Network, totals: Totals): CellSummary[] {
  const owners = [...parametersByOwner(network)];
  const weights = maskedWeights(network);
  return network.plan.cells.map(({ shape, gated, candidates }) => {
    const cell = shape.index;
    const groups = [
      ...gated,
      ...candidates.flatMap((k) => [...k.blocks, ...(k.reduce ? [k.reduce] : [])]),
    ];
    return {
      cell,
      stage: shape.stage,
      counts: {
        operation: { left: candidates.length, total: totals.operation[cell]! },
        filter: {
          left: groups.reduce((sum, { filters }) => sum + filters.length, 0),
          total: totals.filter[cell]!,
        },
        weight: { left: weights[cell]!, total: totals.weight[cell]! },
      },
      parameters: addParameters(
        owners.filter(([name]) => name.startsWith(`cells.${cell}.`)).map(([, counts]) => counts),
      ),
    };
  });
}

function maskedWeights({ plan, parameters }: Network): number[] {
  const left = plan.cells.map(() => 0);
  for (const spec of plan.table.specs)
    if (spec.maskedBy) left[spec.maskedBy.cell]! += count(slice(parameters.weightMask, spec));
  return left;
}

export function addCounts(all: readonly GranularityCounts[]): GranularityCounts {
  const sum: GranularityCounts = {
    operation: { left: 0, total: 0 },
    filter: { left: 0, total: 0 },
    weight: { left: 0, total: 0 },
  };
  for (const counts of all) {
    for (const level of ['operation', 'filter', 'weight'] as const) {
      sum[level].left += counts[level].left;
      sum[level].total += counts[level].total;
    }
  }
  return sum;
}

/** Active parameters of each candidate, by cell and unit: what the parameter-aware factor weighed before it was a soft count. */
export function unitParameters(network: Network): Float32Array[] {
  const { space, cells } = network.plan;
  const owners = parametersByOwner(network);
  return cells.map(({ shape, candidates }) => {
    const counts = new Float32Array(space.edges.length * space.operations.length);
    for (const { edge, operation, unit } of candidates) {
      counts[unit] = owners.get(candidateName(shape.index, edge, operation))?.active ?? 0;
    }
    return counts;
  });
}
