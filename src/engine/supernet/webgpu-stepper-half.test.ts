/** Half floats: a step with activations stored as f16 against the same step in f32. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installWebGPU, requestNodeDevice } from '../../../cli/node-webgpu.ts';
import type { NetworkParameters } from '../../domain/graph/parameters.ts';
import { relative, setUp } from './testing/drawn-network.ts';
import type { Case } from './testing/drawn-network.ts';
import { createWebGPUStepper } from './webgpu-stepper.ts';
import type { WebGPUStepper } from './webgpu-stepper.ts';

let stepper: WebGPUStepper;
beforeAll(async () => {
  await installWebGPU();
  stepper = createWebGPUStepper(await requestNodeDevice());
});
afterAll(() => stepper.dispose());

const small: Case = {
  name: 'half floats',
  // One size and few operations: a software adapter takes long to compile.
  space: { cells: 2, nodes: 2, operations: ['skip_connect', 'max_pool_3x3', 'sep_conv_3x3'] },
  image: { size: 8, channels: 1 },
  batch: 4,
};

/** Cosine of the angle between two gradients. */
function cosine(a: Float32Array, b: Float32Array): number {
  let [product, first, second] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    product += a[i]! * b[i]!;
    first += a[i]! ** 2;
    second += b[i]! ** 2;
  }
  return product / Math.sqrt(first * second);
}

describe('half floats', () => {
  it('give the losses and gradients of f32', async ({ skip }) => {
    skip(!stepper.halfFloats, 'this adapter has no shader-f16');
    const { plan, parameters, batch, hyper, options } = setUp(small);
    const run = async (halfFloats: boolean) => {
      await stepper.load(plan, parameters, { ...options, halfFloats });
      const { bytes } = stepper.memory();
      const gradients = await stepper.gradients(batch, hyper);
      for (let i = 0; i < 5; i++) await stepper.step(batch, hyper);
      const losses = (await stepper.readMetrics()).map(({ crossEntropy }) => crossEntropy);
      const logits = await stepper.logits(batch, 'running');
      return { bytes, gradients, losses, logits, trained: (await stepper.read()).values };
    };
    const full = await run(false);
    const half = await run(true);
    expect(half.bytes).toBeLessThan(full.bytes);
    half.losses.forEach((loss, i) =>
      expect(Math.abs(loss / full.losses[i]! - 1), `step ${i}`).toBeLessThan(1e-2),
    );
    expect(cosine(half.gradients, full.gradients)).toBeGreaterThan(0.999);
    expect(relative(half.trained, full.trained)).toBeLessThan(1e-2);
    // And they are no f32 in disguise.
    expect(relative(half.logits, full.logits)).toBeGreaterThan(1e-6);
    expect(relative(half.logits, full.logits)).toBeLessThan(0.1);
  });

  it('resume to identical bits', async ({ skip }) => {
    skip(!stepper.halfFloats, 'this adapter has no shader-f16');
    const { plan, parameters, batch, hyper, options } = setUp(small);
    const load = (from: NetworkParameters): Promise<void> =>
      stepper.load(plan, from, { ...options, halfFloats: true });
    await load(parameters);
    for (let i = 0; i < 3; i++) await stepper.step(batch, hyper);
    const early = await stepper.read();
    for (let i = 0; i < 3; i++) await stepper.step(batch, hyper);
    const whole = await stepper.read();
    await load(early);
    for (let i = 0; i < 3; i++) await stepper.step(batch, hyper);
    const resumed = await stepper.read();
    expect(resumed.values).toEqual(whole.values);
    expect(resumed.momentum).toEqual(whole.momentum);
  });

  it('are refused where the device has none', async () => {
    const without = createWebGPUStepper(await requestNodeDevice({ without: ['shader-f16'] }));
    const { plan, parameters, options } = setUp(small);
    expect(without.halfFloats).toBe(false);
    await expect(without.load(plan, parameters, { ...options, halfFloats: true })).rejects.toThrow(
      /halfFloats/,
    );
    without.dispose();
  });
});
