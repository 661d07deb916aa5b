/**
 * The commit at which a size was crossed. Thresholds rise all the time but are looked at once an epoch, and in a small
 * search hundreds of units go between two looks: a commit at the look itself would leave far less than was asked for.
 */
import { commitLive } from './commit.ts';
import type { PrunedUnits } from './commit.ts';
import { countParameters } from './count.ts';
import type { Discretization } from './live.ts';
import type { Network } from './network.ts';

/** Halvings of the interval of the factor: to one part in a million, below which float32 thresholds do not differ. */
const halvings = 20;

/**
 * Commits what all thresholds, lowered by one common factor, prune: the factor nearest to 1 that still meets the goal. So
 * the levels and the units keep the order that they learned, and a unit goes when its importance over its threshold is
 * under the factor.
 * @param network as trained; a commit at its own thresholds meets the goal.
 * @param goal active parameters.
 * @returns the network with its lowered thresholds, no smaller than it has to be; `judged` = as trained, under these.
 */
export function commitAtGoal(
  network: Network,
  discretization: Discretization,
  goal: number,
): { network: Network; pruned: PrunedUnits; judged: Network } {
  const at = (factor: number): ReturnType<typeof commitLive> =>
    commitLive(withThresholds(network, factor), discretization);
  let [met, unmet] = [1, 0];
  for (let i = 0; i < halvings; i++) {
    const middle = (met + unmet) / 2;
    if (countParameters(at(middle).network).active <= goal) met = middle;
    else unmet = middle;
  }
  return { ...at(met), judged: withThresholds(network, met) };
}

function withThresholds({ plan, masks, parameters }: Network, factor: number): Network {
  const values = parameters.values.slice();
  for (const group of ['threshold', 'weightThreshold'] as const) {
    const { offset, size } = plan.table.groups[group];
    for (let i = offset; i < offset + size; i++) values[i]! *= factor;
  }
  return { plan, masks, parameters: { ...parameters, values } };
}
