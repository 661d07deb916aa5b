import { expect, it } from 'vitest';
import { installWebGPU, requestNodeDevice } from '../../../cli/node-webgpu.ts';
import { compile, runAllOnce } from './first-runs.ts';
import type { Compilable } from './first-runs.ts';
import { Gpu } from './runtime.ts';
import { wgsl } from './wgsl.ts';

const program = (label: string, line = ''): Compilable => ({
  label,
  access: ['read', 'read_write'],
  code: wgsl`
    struct Params { add : u32 }
    @group(0) @binding(0) var<uniform> params : Params;
    @group(0) @binding(1) var<storage, read> inputs : array<vec4f>;
    @group(0) @binding(2) var<storage, read_write> results : array<vec4f>;
    @compute @workgroup_size(8)
    fn main(@builtin(local_invocation_index) local : u32) {
      ${line}
      results[local] = inputs[local] + f32(params.add);
    }
  `,
});

it('runs each program on one of the devices', async () => {
  await installWebGPU();
  const devices = [await requestNodeDevice(), await requestNodeDevice()];
  const ran: string[] = [];
  for (const device of devices) {
    const create = device.createComputePipelineAsync.bind(device);
    device.createComputePipelineAsync = (descriptor) => {
      ran.push(descriptor.label!);
      return create(descriptor);
    };
  }
  const labels = ['a', 'b', 'c', 'd', 'e'];
  await runAllOnce(
    devices,
    labels.map((label) => program(label)),
  );
  expect(ran.sort()).toEqual(labels);
});

it('rejects what WebGPU refuses, naming program and line', async () => {
  await installWebGPU();
  // A device of its own: the error would fail every later test on a shared one.
  const device = await requestNodeDevice();
  const message = await compile(device, program('broken', 'let x = nothing;')).then(
    () => '',
    (error: Error) => error.message,
  );
  expect(/^broken, line \d+:[^]*nothing/.test(message)).toBe(true);
});

it('new programs run on the helpers first, and compute the same', async () => {
  await installWebGPU();
  const gpu = new Gpu(await requestNodeDevice(), [await requestNodeDevice()]);
  const reports: number[][] = [];
  gpu.onCompiling = (done, total) => reports.push([done, total]);
  const results = gpu.buffer(16);
  const record = (): void =>
    gpu.record(
      {
        label: 'add',
        bindings: [['results', 'read_write', 'u32']],
        params: ['add'],
        workgroupSize: 4,
        code: wgsl`
          fn run(local : u32, group : vec3u) {
            results[local] += params.add;
          }
        `,
      },
      [results],
      { add: 3 },
      [1],
    );
  for (let times = 0; times < 2; times++) {
    record();
    const recording = await gpu.finish();
    const encoder = gpu.device.createCommandEncoder();
    recording.replay(encoder, new Set(['']));
    gpu.device.queue.submit([encoder.finish()]);
  }
  expect([...new Uint32Array(await gpu.read(results))]).toEqual([6, 6, 6, 6]);
  expect(gpu.pipelineCount).toBe(1);
  expect(reports).toEqual([[1, 1]]);
});
