/** Random architectures of a given size: what a search must beat to be worth its time. */
import { compact } from '../granularity/commit.ts';
import { countParameters } from '../granularity/count.ts';
import type { Network } from '../granularity/network.ts';
import { randomStream } from '../random.ts';
import type { RandomStream } from '../random.ts';
import { buildPlan } from '../../domain/spaces/build-plan.ts';
import type { NetworkPlan, UnitMasks } from '../../domain/spaces/plan.ts';

/**
 * Random operations, then random filters, then random weights are pruned until `target` active parameters are left. How
 * much of the way each level goes is drawn too (on a logarithmic scale). Of every node an operation (but of a
 * layer with a shortcut), of every block a filter and of every array a weight stays, as in a search.
 */
export function randomNetwork(superNet: Network, target: number, seed: number): Network {
  const random = randomStream(seed, 'random architecture', target);
  const draws = [random.uniform(), random.uniform(), random.uniform()];
  const [operations, filters] = draws.map((draw) => draw / draws.reduce((a, b) => a + b, 0));
  const size = countParameters(superNet).active;
  const way = Math.log(Math.max(1, size / target));
  // Each level goes further where those below it could not come down to the target.
  const reaches = (plan: NetworkPlan): boolean => leastWeights(plan) <= target;
  let state: Structure = { plan: superNet.plan, masks: superNet.masks };
  state = pruneRandomly(
    state,
    operationChoices,
    random,
    (plan) => sizeOf(plan) <= size * Math.exp(-way * operations!),
  );
  state = pruneRandomly(
    state,
    filterChoices,
    random,
    (plan) => sizeOf(plan) <= size * Math.exp(-way * (operations! + filters!)) && reaches(plan),
  );
  state = pruneRandomly(state, operationChoices, random, reaches);
  return maskRandomly(compact(superNet, state.masks), target, random);
}

interface Structure {
  readonly plan: NetworkPlan;
  readonly masks: UnitMasks;
}

/** One unit that may go: how to prune it. */
type Choice = (masks: UnitMasks) => void;

function pruneRandomly(
  start: Structure,
  choices: (plan: NetworkPlan) => Choice[],
  random: RandomStream,
  enough: (plan: NetworkPlan) => boolean,
): Structure {
  const masks = copy(start.masks);
  let { plan } = start;
  while (!enough(plan)) {
    const open = choices(plan);
    if (open.length === 0) break;
    open[random.integer(open.length)]!(masks);
    plan = buildPlan(plan.space, masks, plan.endCell, plan.stage);
  }
  return { plan, masks };
}

function copy({ operations, filters }: UnitMasks): UnitMasks {
  return {
    operations: operations.map((mask) => mask.slice()),
    filters: Object.fromEntries(
      Object.entries(filters).map(([name, mask]) => [name, mask.slice()]),
    ),
  };
}

function operationChoices({ cells }: NetworkPlan): Choice[] {
  return cells.flatMap(({ shape, candidates }) =>
    candidates
      .filter(
        ({ to }) => shape.shortcut || candidates.filter((other) => other.to === to).length > 1,
      )
      .map(
        ({ unit }): Choice =>
          (masks) =>
            void (masks.operations[shape.index]![unit] = 0),
      ),
  );
}

function filterChoices({ cells }: NetworkPlan): Choice[] {
  return cells.flatMap(({ gated, candidates }) =>
    [...gated, ...candidates.flatMap(({ blocks }) => blocks)]
      .filter(({ filters }) => filters.length > 1)
      .flatMap(({ name, filters }) =>
        filters.map(
          (filter): Choice =>
            (masks) =>
              void (masks.filters[name]![filter] = 0),
        ),
      ),
  );
}

function sizeOf({ table }: NetworkPlan): number {
  return table.groups.weight.size;
}

/** Active parameters if every maskable array kept one weight. */
function leastWeights({ table }: NetworkPlan): number {
  const weights = table.specs.filter(({ group }) => group === 'weight');
  return weights.reduce(
    (sum, { maskedBy, size }) => sum + (maskedBy ? Math.min(1, size) : size),
    0,
  );
}

function maskRandomly(network: Network, target: number, random: RandomStream): Network {
  const weightMask = network.parameters.weightMask.slice();
  const places = network.plan.table.specs.flatMap(({ maskedBy, offset, size }) => {
    if (!maskedBy || size === 0) return [];
    const kept = random.integer(size);
    return Array.from({ length: size }, (_, i) => offset + i).filter((_, i) => i !== kept);
  });
  for (
    let excess = countParameters(network).active - target;
    excess > 0 && places.length > 0;
    excess--
  ) {
    const i = random.integer(places.length);
    weightMask[places[i]!] = 0;
    places[i] = places.at(-1)!;
    places.pop();
  }
  return { ...network, parameters: { ...network.parameters, weightMask } };
}
