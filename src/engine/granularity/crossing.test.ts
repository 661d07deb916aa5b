import { describe, expect, it } from 'vitest';
import { parameter } from '../../domain/graph/layout.ts';
import { commitLive } from './commit.ts';
import { commitAtGoal } from './crossing.ts';
import { countParameters } from './count.ts';
import { liveUnits, liveWeights } from './live.ts';
import { slice } from './network.ts';
import { everyLevel, scatteredNetwork, smallSpace } from './testing.ts';

describe('the commit at which a goal was crossed', () => {
  it('keeps at most the goal, and much closer to it than the current thresholds', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const network = scatteredNetwork(smallSpace, seed);
      const full = countParameters(network).active;
      const least = countParameters(commitLive(network, everyLevel).network).active;
      const goal = Math.round((full + least) / 2);
      const left = countParameters(commitAtGoal(network, everyLevel, goal).network).active;
      expect(left).toBeLessThanOrEqual(goal);
      // An operation goes with all its parameters at once, so the goal itself may lie within a leap.
      expect(goal - left).toBeLessThan(0.5 * (goal - least));
    }
  });

  it('equals the commit with current thresholds if that just meets the goal', () => {
    const network = scatteredNetwork(smallSpace, 3);
    const plain = commitLive(network, everyLevel);
    const { active } = countParameters(plain.network);
    const { network: found } = commitAtGoal(network, everyLevel, active);
    expect(countParameters(found).active).toBe(active);
    expect(found.masks).toEqual(plain.network.masks);
  });

  it('sets thresholds that prune nothing more', () => {
    const network = scatteredNetwork(smallSpace, 5);
    const least = countParameters(commitLive(network, everyLevel).network).active;
    const { network: found } = commitAtGoal(network, everyLevel, least + 200);
    expect(liveUnits(found, everyLevel)).toEqual(found.masks);
    expect(liveWeights(found, everyLevel)).toEqual(found.parameters.weightMask);
    const name = 'cells.1.operationThreshold';
    const [before, after] = [network, found].map(({ plan, parameters }) =>
      slice(parameters.values, parameter(plan.table, name)),
    );
    expect(after!.every((t, i) => Math.abs(t) <= Math.abs(before![i]!))).toBe(true);
  });
});
