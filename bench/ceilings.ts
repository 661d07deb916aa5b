/**
 * What an adapter reaches at most: one program of multiply-adds, one that copies. A kernel's floor is the longer of its
 * arithmetic and its bytes at these rates.
 */
import { requestNodeDevice } from '../cli/node-webgpu.ts';
import type { KernelRow } from '../src/engine/supernet/webgpu/kernel-profile.ts';
import { sequence, unroll, wgsl } from '../src/kernels/webgpu/wgsl.ts';

export interface Ceilings {
  /** Operations on f32 a second; a multiply-add is two. */
  readonly operations: number;
  /** Bytes read and written a second. */
  readonly bytes: number;
}

const threads = 64;
/** Independent sums of an invocation. */
const sums = 8;
const rounds = 256;
/** Values that an invocation copies. */
const copies = 8;
const copiedBytes = 16 * 2 ** 20;
/** The quickest of so many. */
const repeats = 5;

const multiplyAdds = wgsl`
  @group(0) @binding(0) var<storage, read> input : array<vec4f>;
  @group(0) @binding(1) var<storage, read_write> output : array<vec4f>;
  @compute @workgroup_size(${threads})
  fn main(@builtin(global_invocation_id) id : vec3u) {
    let factor = input[id.x];
    ${unroll(sums, (i) => `var sum${i} = input[id.x + ${i}u];`)}
    for (var round = 0u; round < ${rounds}u; round++) {
      ${unroll(sums, (i) => `sum${i} = sum${i} * factor + factor;`)}
    }
    output[id.x] = ${sequence(sums)
      .map((i) => `sum${i}`)
      .join(' + ')};
  }
`;

const copy = wgsl`
  @group(0) @binding(0) var<storage, read> input : array<vec4f>;
  @group(0) @binding(1) var<storage, read_write> output : array<vec4f>;
  @compute @workgroup_size(${threads})
  fn main(@builtin(local_invocation_index) local : u32, @builtin(workgroup_id) group : vec3u) {
    let first = group.x * ${threads * copies}u + local;
    ${unroll(copies, (i) => `output[first + ${i * threads}u] = input[first + ${i * threads}u];`)}
  }
`;

/** Seconds of the quickest run, from submission to completion. */
async function secondsOf(
  device: GPUDevice,
  code: string,
  buffers: readonly GPUBuffer[],
  groups: number,
): Promise<number> {
  const pipeline = await device.createComputePipelineAsync({
    layout: 'auto',
    compute: { module: device.createShaderModule({ code }), entryPoint: 'main' },
  });
  const bindGroup = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
  });
  const run = async (): Promise<number> => {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindGroup);
    pass.dispatchWorkgroups(groups);
    pass.end();
    const begin = performance.now();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    return (performance.now() - begin) / 1e3;
  };
  await run();
  const times: number[] = [];
  for (let i = 0; i < repeats; i++) times.push(await run());
  return Math.min(...times);
}

/** On a device of its own. */
export async function measureCeilings(): Promise<Ceilings> {
  const device = await requestNodeDevice();
  const buffers = [0, 1].map(() =>
    device.createBuffer({ size: copiedBytes, usage: GPUBufferUsage.STORAGE }),
  );
  // As many invocations as a graphics card needs; a software adapter is done with them in a tenth of a second.
  const groups = 2 ** 10;
  const operations = groups * threads * rounds * sums * 4 * 2;
  const arithmetic = await secondsOf(device, multiplyAdds, buffers, groups);
  const copying = await secondsOf(device, copy, buffers, copiedBytes / 16 / threads / copies);
  device.destroy();
  return { operations: operations / arithmetic, bytes: (2 * copiedBytes) / copying };
}

export interface KernelFloor extends KernelRow {
  /** Milliseconds that its arithmetic or its bytes take at the adapter's ceilings, whichever takes longer. */
  readonly floorMs: number;
}

/** The largest gap between time and floor first. */
export function floorsOf(kernels: readonly KernelRow[], ceilings: Ceilings): KernelFloor[] {
  return kernels
    .map((kernel) => ({
      ...kernel,
      floorMs:
        1e3 *
        Math.max(kernel.operations / ceilings.operations, kernel.neededBytes / ceilings.bytes),
    }))
    .sort((a, b) => b.ms - b.floorMs - (a.ms - a.floorMs));
}
