/** Runs in the page, bundled by `kernels.spec.ts`: own kernels against the composition, on this browser's WebGPU. */
import { createComposedStepper } from '../src/engine/supernet/composed-stepper.ts';
import { disagreement, pruneSome } from '../src/engine/supernet/testing/drawn-network.ts';
import type { Case, Disagreement } from '../src/engine/supernet/testing/drawn-network.ts';
import { createWebGPUStepper } from '../src/engine/supernet/webgpu-stepper.ts';

const cases: readonly Case[] = [
  {
    name: 'odd sizes, both strides',
    space: { cells: 2, nodes: 2, channels: 3, stages: 2 },
    image: { size: 7, channels: 1 },
    batch: 3,
  },
  {
    name: 'pruned',
    space: { cells: 2, nodes: 2, channels: 5, stages: 2 },
    image: { size: 6, channels: 3 },
    batch: 2,
    prune: pruneSome,
  },
];

/** @throws Error without an adapter. */
export async function compareKernels(): Promise<Record<string, Disagreement>> {
  const adapter = await navigator.gpu.requestAdapter();
  if (!adapter) throw new Error('no WebGPU adapter');
  const own = createWebGPUStepper(await adapter.requestDevice());
  const composed = await createComposedStepper('cpu');
  const results: Record<string, Disagreement> = {};
  for (const c of cases) results[c.name] = await disagreement(own, composed, c);
  own.dispose();
  composed.dispose();
  return results;
}
