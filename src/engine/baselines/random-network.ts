/** Random architectures of a given size: what a search must beat to be worth its time. */
import { compact } from '../granularity/commit.ts';
import { countParameters } from '../granularity/count.ts';
import type { Network } from '../granularity/network.ts';
import { randomStream } from '../random.ts';
import type { RandomStream } from '../random.ts';
import type { UnitMasks } from '../supernet/plan.ts';

/**
 * Random operations, then random filters, then random weights are pruned until `target` active parameters are left. How
 * much of the way each level goes is drawn too (on a logarithmic scale). Of every node an operation, of every block a
 * filter and of every array a weight stays, as in a search.
 */
export function randomNetwork(superNet: Network, target: number, seed: number): Network {
  const random = randomStream(seed, 'random architecture', target);
  const draws = [random.uniform(), random.uniform(), random.uniform()];
  const [operations, filters] = draws.map((draw) => draw / draws.reduce((a, b) => a + b, 0));
  const size = countParameters(superNet).active;
  const way = Math.log(Math.max(1, size / target));
  const afterOperations = pruneRandomly(superNet, size * Math.exp(-way * operations), operationChoices, random);
  const goal = size * Math.exp(-way * (operations + filters));
  // Further where the weights alone could not come down to the target.
  const afterFilters = pruneRandomly(afterOperations, goal, filterChoices, random, (network) => leastWeights(network) <= target);
  return maskRandomly(pruneRandomly(afterFilters, 0, operationChoices, random, (network) => leastWeights(network) <= target), target, random);
}

/** One unit that may go: how to prune it. */
type Choice = (masks: UnitMasks) => void;

function pruneRandomly(
  network: Network,
  goal: number,
  choices: (network: Network) => Choice[],
  random: RandomStream,
  enough: (network: Network) => boolean = () => true,
): Network {
  let current = network;
  while (countParameters(current).active > goal || !enough(current)) {
    if (goal === 0 && enough(current)) break;
    const open = choices(current);
    if (open.length === 0) break;
    const masks = copy(current.masks);
    open[random.integer(open.length)](masks);
    current = compact(current, masks);
  }
  return current;
}

function copy({ operations, filters }: UnitMasks): UnitMasks {
  return {
    operations: operations.map((mask) => mask.slice()),
    filters: Object.fromEntries(Object.entries(filters).map(([name, mask]) => [name, mask.slice()])),
  };
}

function operationChoices({ plan }: Network): Choice[] {
  return plan.cells.flatMap(({ shape, candidates }) =>
    candidates
      .filter(({ to }) => candidates.filter((other) => other.to === to).length > 1)
      .map(({ unit }): Choice => (masks) => void (masks.operations[shape.index][unit] = 0)),
  );
}

function filterChoices({ plan }: Network): Choice[] {
  return plan.cells.flatMap(({ preprocess, candidates }) =>
    [...preprocess, ...candidates.flatMap(({ blocks }) => blocks)]
      .filter(({ filters }) => filters.length > 1)
      .flatMap(({ name, filters }) => filters.map((filter): Choice => (masks) => void (masks.filters[name][filter] = 0))),
  );
}

/** Active parameters if every maskable array kept one weight. */
function leastWeights({ plan }: Network): number {
  const weights = plan.table.specs.filter(({ group }) => group === 'weight');
  return weights.reduce((sum, { maskedBy, size }) => sum + (maskedBy ? Math.min(1, size) : size), 0);
}

function maskRandomly(network: Network, target: number, random: RandomStream): Network {
  const weightMask = network.parameters.weightMask.slice();
  const places = network.plan.table.specs.flatMap((spec) => {
    if (!spec.maskedBy || spec.size === 0) return [];
    const kept = random.integer(spec.size);
    return Array.from({ length: spec.size }, (_, i) => spec.offset + i).filter((_, i) => i !== kept);
  });
  for (let excess = countParameters(network).active - target; excess > 0 && places.length > 0; excess--) {
    const i = random.integer(places.length);
    weightMask[places[i]] = 0;
    places[i] = places.at(-1)!;
    places.pop();
  }
  return { ...network, parameters: { ...network.parameters, weightMask } };
}
