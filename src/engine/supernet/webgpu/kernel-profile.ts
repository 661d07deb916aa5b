/** Where the time of a step goes: each kernel's dispatches alone, timed on the device where it can tell. */
import type { Dispatch } from '../../../kernels/webgpu/recording.ts';
import type { WebGPUStepper } from '../webgpu-stepper.ts';
import { median } from '../../median.ts';

/** Dispatches of one label in a training step. */
export interface KernelRow {
  readonly label: string;
  readonly dispatches: number;
  readonly ms: number;
  /** Part of the sum over all kernels. */
  readonly share: number;
  /** Bytes of the buffers bound, each once per dispatch: the most that it needs to move. */
  readonly bytes: number;
  /** What it cannot avoid: operations on numbers, and bytes that it reads or writes, each once. */
  readonly operations: number;
  readonly neededBytes: number;
}

export interface KernelProfile {
  /** `timestamp`: the device's own clock; `wall`: submission to completion. */
  readonly clock: 'timestamp' | 'wall';
  readonly kernels: readonly KernelRow[];
}

/** The median of at most five, fewer where a kernel takes long. */
const repeats = 5;
const enoughMs = 1000;

/** Milliseconds of `dispatches`, run one after another in a pass of their own. */
type Timer = (dispatches: readonly Dispatch[]) => Promise<number>;

function encode(
  device: GPUDevice,
  dispatches: readonly Dispatch[],
  timestampWrites?: GPUComputePassTimestampWrites,
): GPUCommandEncoder {
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass({ timestampWrites });
  for (const { pipeline, bindGroup, grid } of dispatches) {
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindGroup);
    pass.dispatchWorkgroups(...grid);
  }
  pass.end();
  return encoder;
}

function wallTimer(device: GPUDevice): Timer {
  return async (dispatches) => {
    const begin = performance.now();
    device.queue.submit([encode(device, dispatches).finish()]);
    await device.queue.onSubmittedWorkDone();
    return performance.now() - begin;
  };
}

function timestampTimer(device: GPUDevice): Timer {
  const querySet = device.createQuerySet({ type: 'timestamp', count: 2 });
  const resolved = device.createBuffer({
    size: 16,
    usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
  });
  const staging = device.createBuffer({
    size: 16,
    usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ,
  });
  return async (dispatches) => {
    const encoder = encode(device, dispatches, {
      querySet,
      beginningOfPassWriteIndex: 0,
      endOfPassWriteIndex: 1,
    });
    encoder.resolveQuerySet(querySet, 0, 2, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, staging, 0, 16);
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(GPUMapMode.READ);
    const [begin = 0n, end = 0n] = new BigUint64Array(staging.getMappedRange().slice(0));
    staging.unmap();
    return Number(end - begin) / 1e6;
  };
}

/** Runs every kernel of the loaded network's training step by itself; its parameters are spoiled by that. */
export async function profileKernels(stepper: WebGPUStepper): Promise<KernelProfile> {
  const { device } = stepper.gpu;
  const clock = device.features.has('timestamp-query') ? 'timestamp' : 'wall';
  const time = clock === 'timestamp' ? timestampTimer(device) : wallTimer(device);
  const groups = new Map<string, Dispatch[]>();
  for (const dispatch of stepper.trainingDispatches())
    groups.set(dispatch.label, [...(groups.get(dispatch.label) ?? []), dispatch]);
  const rows: Omit<KernelRow, 'share'>[] = [];
  for (const [label, dispatches] of groups) {
    const times: number[] = [];
    for (let i = 0, spent = 0; i < repeats && spent < enoughMs; i++) {
      const ms = await time(dispatches);
      times.push(ms);
      spent += ms;
    }
    rows.push({
      label,
      dispatches: dispatches.length,
      ms: median(times),
      bytes: dispatches.reduce((sum, d) => sum + d.bytes, 0),
      operations: dispatches.reduce((sum, d) => sum + d.work.operations, 0),
      neededBytes: dispatches.reduce((sum, d) => sum + d.work.bytes, 0),
    });
  }
  const total = rows.reduce((sum, { ms }) => sum + ms, 0);
  return {
    clock,
    kernels: rows.map((row) => ({ ...row, share: row.ms / total })).sort((a, b) => b.ms - a.ms),
  };
}
