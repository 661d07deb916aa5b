/** The stepper that the shell's options ask for. */
import { enableProdMode } from '@tensorflow/tfjs-core';
import { createComposedStepper } from '../src/engine/supernet/composed-stepper.ts';
import { noHalfFloats } from '../src/domain/settings/half-floats.ts';
import type { Stepper } from '../src/engine/supernet/stepper.ts';
import { createWebGPUStepper } from '../src/engine/supernet/webgpu-stepper.ts';
import { kindFile } from './kind-file.ts';
import { UsageError } from './usage-error.ts';
import { describeAdapter, installWebGPU, requestNodeGpu } from './node-webgpu.ts';

/**
 * Says on standard error which adapter computes.
 * @param adapter what `--adapter` says: see adapters.ts.
 * @param halfFloats the settings ask for half floats.
 * @throws Error naming what to install where WebGPU cannot be had; UsageError where half floats cannot.
 */
export async function createNodeStepper(
  backend: 'webgpu' | 'cpu',
  kernels: 'own' | 'composed',
  adapter?: string,
  halfFloats = false,
): Promise<Stepper> {
  const stepper = await create(backend, kernels, adapter);
  if (halfFloats && !stepper.halfFloats) {
    stepper.dispose();
    throw new UsageError(noHalfFloats);
  }
  return stepper;
}

async function create(
  backend: 'webgpu' | 'cpu',
  kernels: 'own' | 'composed',
  adapter: string | undefined,
): Promise<Stepper> {
  if (backend === 'webgpu') {
    await installWebGPU(adapter);
    process.stderr.write(`Adapter: ${await describeAdapter()}.\n`);
  }
  if (kernels === 'own') return createWebGPUStepper(await requestNodeGpu(), kindFile);
  enableProdMode(); // Else the CPU backend greets every user of Node with an advertisement.
  return createComposedStepper(backend);
}
