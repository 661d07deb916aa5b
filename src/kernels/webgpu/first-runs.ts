/**
 * Some drivers compile a program when it first runs, one program after another, and keep the result in a cache that all
 * devices share (Mesa's lavapipe). Here programs run once on other devices, side by side, before the device that needs
 * them runs them: it then finds them in the cache.
 */

/** A program as a device takes it. */
export interface Compilable {
  readonly label: string;
  readonly code: string;
  /** Access of each storage binding, from binding 1 on; binding 0 is the uniform. */
  readonly access: readonly ('read' | 'read_write')[];
}

/** Bytes of every buffer of such a run: zeros, which describe no work. */
const bytes = 1024;

/** Explicit, since a program need not use all of its bindings. */
function bindGroupLayout(device: GPUDevice, { access }: Compilable): GPUBindGroupLayout {
  const types: GPUBufferBindingType[] = [
    'uniform',
    ...access.map((a) => (a === 'read' ? ('read-only-storage' as const) : ('storage' as const))),
  ];
  return device.createBindGroupLayout({
    entries: types.map((type, binding) => ({
      binding,
      visibility: GPUShaderStage.COMPUTE,
      buffer: { type },
    })),
  });
}

/** Compiles as far as the driver does before the first run. @throws Error with the line that WebGPU refuses. */
export async function compile(
  device: GPUDevice,
  program: Compilable,
): Promise<{ pipeline: GPUComputePipeline; layout: GPUBindGroupLayout }> {
  const { code, label } = program;
  const module = device.createShaderModule({ code, label });
  const info = await module.getCompilationInfo();
  const error = info.messages.find((m) => m.type === 'error');
  if (error) throw new Error(`${label}, line ${error.lineNum}: ${error.message}`);
  const layout = bindGroupLayout(device, program);
  const pipeline = await device.createComputePipelineAsync({
    label,
    layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
    compute: { module, entryPoint: 'main' },
  });
  return { pipeline, layout };
}

async function runOnce(device: GPUDevice, program: Compilable): Promise<void> {
  const { pipeline, layout } = await compile(device, program);
  // One buffer per binding: a buffer that is written must not be bound twice.
  const buffers = ['uniform', ...program.access].map((access) =>
    device.createBuffer({
      size: bytes,
      usage: access === 'uniform' ? GPUBufferUsage.UNIFORM : GPUBufferUsage.STORAGE,
    }),
  );
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(
    0,
    device.createBindGroup({
      layout,
      entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
    }),
  );
  pass.dispatchWorkgroups(1);
  pass.end();
  device.queue.submit([encoder.finish()]);
  await device.queue.onSubmittedWorkDone();
  for (const buffer of buffers) buffer.destroy();
}

/** Runs each program once, on whichever of the devices is free; the longest first, so that all end at about the same time. */
export async function runAllOnce(
  devices: readonly GPUDevice[],
  programs: readonly Compilable[],
): Promise<void> {
  const left = [...programs].sort((a, b) => b.code.length - a.code.length).values();
  await Promise.all(
    devices.map(async (device) => {
      for (const program of left) await runOnce(device, program);
    }),
  );
}
