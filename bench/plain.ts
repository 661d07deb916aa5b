/** One step of the plain TensorFlow.js composition on WebGPU. */
import { createComposedStepper } from '../src/engine/supernet/composed-stepper.ts';
import { load, spaceOf, timeStep, workloadOf } from './cases.ts';
import type { StepCase } from './cases.ts';

/** Images of the warm-up: it compiles what the step uses and costs little. */
const warmUpBatch = 2;

/** Multiply-adds grow with this; so does the plain step's time. */
const work = ({ imageSize, channels, batch, cells, nodes }: StepCase): number =>
  imageSize ** 2 * channels * batch * cells * (nodes * (nodes + 3));

/**
 * Measures as many cases as `limit` (seconds a case) allows, judging each by what the cheapest took.
 * @returns ms a step by name; null where it would take longer than the limit.
 */
export async function plainSteps(
  cases: readonly StepCase[],
  limit: number,
): Promise<Map<string, number | null>> {
  const results = new Map<string, number | null>();
  const stepper = await createComposedStepper('webgpu');
  let perWork = 0;
  for (const c of cases.filter(({ ownOnly }) => !ownOnly).sort((a, b) => work(a) - work(b))) {
    if ((perWork * work(c)) / 1e3 > limit) {
      results.set(c.name, null);
      continue;
    }
    const space = spaceOf(c);
    const warmUp = workloadOf(space, warmUpBatch);
    await load(stepper, warmUp);
    await timeStep(stepper, warmUp);
    const workload = workloadOf(space, c.batch);
    await load(stepper, workload);
    const ms = await timeStep(stepper, workload);
    results.set(c.name, ms);
    perWork = ms / work(c);
  }
  stepper.dispose();
  return results;
}
