/** Steps by own kernels: time, dispatches, memory, growth with cells and batch. */
import { createWebGPUStepper } from '../src/engine/supernet/webgpu-stepper.ts';
import type { WebGPUStepper } from '../src/engine/supernet/webgpu-stepper.ts';
import { requestNodeGpu } from '../cli/node-webgpu.ts';
import { median } from '../src/engine/median.ts';
import { load, spaceOf, timeStep, workloadOf } from './cases.ts';
import type { StepCase, Workload } from './cases.ts';
import { footprints } from './formats.ts';
import type { Footprints } from './formats.ts';
import { profileKernels } from '../src/engine/supernet/webgpu/kernel-profile.ts';
import type { KernelProfile } from '../src/engine/supernet/webgpu/kernel-profile.ts';

export interface OwnResult {
  readonly msPerStep: number;
  readonly dispatches: number;
  readonly peakBytes: number;
  /** From an idle device to the end of the first step, with all compilation. */
  readonly firstStepMs: number;
  readonly pipelines: number;
  readonly profile: KernelProfile;
  readonly footprints: Footprints;
}

/** Times of `steps` steps after one that is not counted. */
async function stepTimes(
  stepper: WebGPUStepper,
  workload: Workload,
  steps: number,
): Promise<number[]> {
  await timeStep(stepper, workload);
  const times: number[] = [];
  for (let i = 0; i < steps; i++) times.push(await timeStep(stepper, workload));
  return times;
}

/** A device of its own: nothing is compiled yet. */
export async function ownStep(c: StepCase, steps: number): Promise<OwnResult> {
  const gpu = await requestNodeGpu();
  const workload = workloadOf(spaceOf(c), c.batch);
  const begin = performance.now();
  const stepper = createWebGPUStepper(gpu);
  await load(stepper, workload);
  await timeStep(stepper, workload);
  const firstStepMs = performance.now() - begin;
  const msPerStep = median(await stepTimes(stepper, workload, steps));
  const result: OwnResult = {
    msPerStep,
    dispatches: stepper.trainingDispatches().length,
    peakBytes: stepper.memory().peakBytes,
    firstStepMs,
    pipelines: stepper.gpu.pipelineCount,
    profile: await profileKernels(stepper),
    footprints: await footprints(stepper, workload),
  };
  stepper.dispose();
  gpu.device.destroy();
  return result;
}

export interface GrowthRow {
  readonly cells: number;
  readonly batch: number;
  /** The quickest step. */
  readonly msPerStep: number;
  /** ms a step over that of the row with the fewest cells and images, per cell and image. 1 = linear. */
  readonly relative: number;
}

/** The first case with other numbers of cells and of images: cost must grow no faster than they. */
export async function growth(base: StepCase, steps: number): Promise<GrowthRow[]> {
  const stepper = createWebGPUStepper(await requestNodeGpu());
  const rows: Omit<GrowthRow, 'relative'>[] = [];
  for (const { cells, batch } of [1, 2, 4].flatMap((cells) =>
    [8, 16, 32].map((batch) => ({ cells, batch })),
  )) {
    const workload = workloadOf(spaceOf({ ...base, cells }), batch);
    await load(stepper, workload);
    // The quickest: what else the machine does at the time would pass for growth.
    rows.push({
      cells,
      batch,
      msPerStep: Math.min(...(await stepTimes(stepper, workload, steps))),
    });
  }
  stepper.dispose();
  const costs = rows.map(({ msPerStep, cells, batch }) => msPerStep / (cells * batch));
  return rows.map((row, i) => ({ ...row, relative: costs[i]! / costs[0]! }));
}
