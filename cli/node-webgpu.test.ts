import { expect, it } from 'vitest';
import { installWebGPU, requestNodeDevice } from './node-webgpu.ts';

it('runs a compute shader', async () => {
  await installWebGPU();
  await installWebGPU();
  const device = await requestNodeDevice();
  const size = 64;
  const data = device.createBuffer({
    size: size * 4,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC,
  });
  const copy = device.createBuffer({
    size: size * 4,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  const pipeline = device.createComputePipeline({
    layout: 'auto',
    compute: {
      module: device.createShaderModule({
        code: `@group(0) @binding(0) var<storage, read_write> data: array<f32>;
          @compute @workgroup_size(${size}) fn main(@builtin(local_invocation_index) i: u32) { data[i] = f32(i * i); }`,
      }),
    },
  });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(
    0,
    device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [{ binding: 0, resource: { buffer: data } }],
    }),
  );
  pass.dispatchWorkgroups(1);
  pass.end();
  encoder.copyBufferToBuffer(data, 0, copy, 0, size * 4);
  device.queue.submit([encoder.finish()]);
  await copy.mapAsync(GPUMapMode.READ);
  const values = new Float32Array(copy.getMappedRange().slice(0));
  expect([...values.slice(0, 5), values[63]]).toEqual([0, 1, 4, 9, 16, 3969]);
  expect(device.limits.maxStorageBuffersPerShaderStage).toBeGreaterThanOrEqual(10);
  copy.unmap();
  device.destroy();
});
