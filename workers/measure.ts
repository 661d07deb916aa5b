/** Times steps for the page, before any search: for a forecast, or to say what an adapter can do. */
import type { SearchData } from '../src/engine/data.ts';
import { measureStages } from '../src/engine/search/measure-stages.ts';
import type { SearchSettings } from '../src/domain/settings/schema.ts';
import type { BenchCase } from '../src/protocol/bench.ts';
import type { BackendChoice } from '../src/protocol/messages.ts';
import { kindDatabase } from '../src/storage/adapter-kinds.ts';
import { createStepper } from './steppers.ts';
import { requestSearchDevice } from './webgpu.ts';

interface Measured {
  readonly settings: SearchSettings;
  readonly data: SearchData;
}

const now = (): number => performance.now();

/** @returns milliseconds of a step in each stage, the joint one last. */
export async function timeStages(measured: Measured, backend: BackendChoice): Promise<number[]> {
  const stepper = await createStepper(backend, () => {});
  try {
    return (await measureStages({ ...measured, stepper, now })).msPerStep;
  } finally {
    stepper.dispose();
  }
}

/** On WebGPU, on a device of its own: nothing is compiled yet. */
export async function benchStages(measured: Measured): Promise<BenchCase> {
  const { createWebGPUStepper } = await import('../src/engine/supernet/webgpu-stepper.ts');
  const { kindFor } = await import('../src/engine/supernet/webgpu/adapter-kind.ts');
  const { profileKernels } = await import('../src/engine/supernet/webgpu/kernel-profile.ts');
  const { device } = await requestSearchDevice();
  const stepper = createWebGPUStepper(device, kindDatabase);
  try {
    const { msPerStep, firstStepMs } = await measureStages({ ...measured, stepper, now });
    return {
      kind: await kindFor(device, kindDatabase),
      ...{ msPerStep: msPerStep.at(-1)!, msPerStage: msPerStep, firstStepMs },
      dispatches: stepper.trainingDispatches().length,
      pipelines: stepper.gpu.pipelineCount,
      peakBytes: stepper.memory().peakBytes,
      ...(await profileKernels(stepper)),
    };
  } finally {
    stepper.dispose();
    device.destroy();
  }
}
