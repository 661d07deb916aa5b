/** What a step moves and holds, with activations stored in 32 bits and in 16. Nothing runs: it is counted on loading. */
import type { WebGPUStepper } from '../src/engine/supernet/webgpu-stepper.ts';
import { load } from './cases.ts';
import type { Workload } from './cases.ts';

export interface Footprint {
  /** Each value that a dispatch reads or writes, once a dispatch. */
  readonly neededBytes: number;
  /** Of all buffers. */
  readonly peakBytes: number;
}

export interface Footprints {
  readonly float32: Footprint;
  /** null: the adapter has no shader-f16. */
  readonly float16: Footprint | null;
}

async function footprint(
  stepper: WebGPUStepper,
  workload: Workload,
  halfFloats: boolean,
): Promise<Footprint> {
  stepper.dispose();
  stepper.gpu.resetPeak();
  await load(stepper, workload, halfFloats);
  return {
    neededBytes: stepper.trainingDispatches().reduce((sum, { work }) => sum + work.bytes, 0),
    peakBytes: stepper.memory().peakBytes,
  };
}

export const footprints = async (
  stepper: WebGPUStepper,
  workload: Workload,
): Promise<Footprints> => ({
  float32: await footprint(stepper, workload, false),
  float16: stepper.halfFloats ? await footprint(stepper, workload, true) : null,
});
