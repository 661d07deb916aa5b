/**
 * Drop-path (Larsson et al., FractalNet, 2017) as DARTS trains with it: the output of every candidate operation but the
 * identity is dropped for an image with probability p, and divided by 1 - p where it is not, so that its mean stays.
 */
import { randomStream } from '../random.ts';
import type { CandidatePlan, CellPlan, NetworkPlan } from '../../domain/spaces/plan.ts';

/** Probability in an epoch (counted from 0): it rises in equal steps from 0 towards `most`, as in DARTS' program. */
export function dropPathRate(most: number, epoch: number, epochs: number): number {
  return (most * epoch) / epochs;
}

/** It hands its state on as it is. A skip connection of stride 2 is a factorized reduce and can be dropped. */
function isIdentity({ node, from }: CandidatePlan, { states }: CellPlan): boolean {
  return node === states[from];
}

/**
 * The factors of one step, as `StepHyper.paths` wants them: a function of plan, seed and step alone, so that a resumed
 * training draws what the uninterrupted one would have.
 * @param rate in [0, 1).
 */
export function drawPaths(
  plan: NetworkPlan,
  images: number,
  rate: number,
  seed: number,
  step: number,
): Float32Array {
  const units = plan.space.edges.length * plan.space.operations.length;
  const paths = new Float32Array(plan.cells.length * units * images).fill(1);
  const random = randomStream('drop-path', seed, step);
  plan.cells.forEach((cell, c) => {
    for (const candidate of cell.candidates) {
      if (isIdentity(candidate, cell)) continue;
      const first = (c * units + candidate.unit) * images;
      for (let i = first; i < first + images; i++)
        paths[i] = random.uniform() < rate ? 0 : 1 / (1 - rate);
    }
  });
  return paths;
}
