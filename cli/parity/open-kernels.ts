/** Chooses the kernels to check. */
import type { ReferenceKernels } from './kernels.ts';

export type Backend = 'cpu' | 'webgpu';
/** `own`: WGSL programs; `composed`: TensorFlow.js. */
export type KernelSet = 'own' | 'composed';

/** @throws Error in plain words when they cannot run here. */
export async function openKernels(
  backend: Backend,
  set: KernelSet,
  adapter?: string,
): Promise<ReferenceKernels> {
  if (set === 'own' && backend !== 'webgpu')
    throw new Error('own kernels are WGSL programs: they need --backend webgpu');
  if (backend === 'webgpu') {
    const { installWebGPU } = await import('../node-webgpu.ts');
    await installWebGPU(adapter);
  }
  if (set === 'own') {
    const { requestNodeGpu } = await import('../node-webgpu.ts');
    const { ownKernels } = await import('./own-kernels.ts');
    return ownKernels(await requestNodeGpu());
  }
  const { composedKernels } = await import('./composed-kernels.ts');
  const { activateBackend } = await import('../../src/engine/supernet/composed/backend.ts');
  await activateBackend(backend);
  return composedKernels(backend);
}
