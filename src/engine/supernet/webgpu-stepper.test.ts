/** The step by own WGSL programs against its composition of TensorFlow.js operations: values, gradients, training. */
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { installWebGPU, requestNodeDevice } from '../../../cli/node-webgpu.ts';
import { createComposedStepper } from './composed-stepper.ts';
import type { ComposedStepper } from './composed-stepper.ts';
import type { NetworkParameters } from './plan.ts';
import { disagreement, everything, pruneSome, setUp } from './testing/drawn-network.ts';
import type { Case } from './testing/drawn-network.ts';
import { createWebGPUStepper } from './webgpu-stepper.ts';
import type { WebGPUStepper } from './webgpu-stepper.ts';

const cases: readonly Case[] = [
  { name: 'odd sizes, strides 1 and 2, channels no multiple of 4', space: { cells: 2, nodes: 2, channels: 3, stages: 2 }, image: { size: 7, channels: 1 }, batch: 3 },
  { name: 'one channel, one image', space: { nodes: 2, channels: 1 }, image: { size: 5, channels: 2 }, batch: 1 },
  { name: 'columns of eight, a factorized reduce before the cell', space: { cells: 3, channels: 4, stages: 3 }, image: { size: 18, channels: 3 }, batch: 2 },
  { name: 'pruned operations, filters and weights', space: { cells: 3, nodes: 2, channels: 5, stages: 3 }, image: { size: 9, channels: 3 }, batch: 2, prune: pruneSome },
  {
    name: 'whole groups of filters gone',
    space: { cells: 2, channels: 3, stages: 2 },
    image: { size: 6, channels: 1 },
    batch: 2,
    prune: (masks) => {
      for (const [name, filters] of Object.entries(masks.filters)) if (/edges\.0\..*5x5|preprocess1|skip/.test(name)) filters.fill(0);
    },
  },
  ...(['operation', 'filter', 'weight'] as const).map((off): Case => ({
    name: `${off} granularity off`,
    space: { channels: 2 },
    image: { size: 4, channels: 1 },
    batch: 2,
    granularities: { ...everything, [off]: false },
  })),
];

let own: WebGPUStepper;
let composed: ComposedStepper;
beforeAll(async () => {
  await installWebGPU();
  own = createWebGPUStepper(await requestNodeDevice());
  composed = await createComposedStepper('cpu');
});
afterEach(() => {
  own.dispose();
  composed.dispose();
});

describe('own kernels agree with the composition', () => {
  it.each(cases)('$name', async (c) => {
    const { gradients, ...errors } = await disagreement(own, composed, c);
    for (const [name, error] of Object.entries(gradients)) expect(error, `gradient of ${name}`).toBeLessThan(1e-4);
    for (const [name, error] of Object.entries(errors)) expect(error, name).toBeLessThan(1e-4);
    expect(errors.logits).toBeLessThan(1e-5);
  });

  it('on the losses of 20 steps', async () => {
    const { plan, parameters, batch, hyper, options } = setUp({
      name: 'twenty',
      space: { cells: 2, channels: 2, stages: 2 },
      image: { size: 6, channels: 1 },
      batch: 4,
    });
    const losses: number[][] = [];
    for (const stepper of [own, composed]) {
      await stepper.load(plan, parameters, options);
      for (let i = 0; i < 20; i++) await stepper.step(batch, hyper);
      losses.push((await stepper.readMetrics()).map((m) => m.crossEntropy + hyper.lambda * (m.sizeRegularizer + m.thresholdRegularizer)));
    }
    expect(losses[0]).toHaveLength(20);
    losses[0].forEach((loss, i) => expect(Math.abs(loss - losses[1][i]), `step ${i}`).toBeLessThan(1e-3));
    expect(losses[0][19]).toBeLessThan(losses[0][0]);
  });
});

describe('the WebGPU stepper', () => {
  const small: Case = { name: 'small', space: { cells: 2, channels: 3, stages: 2 }, image: { size: 6, channels: 1 }, batch: 2 };

  it('gives the same bits from the same start', async () => {
    const { plan, parameters, batch, hyper, options } = setUp(small);
    const run = async (): Promise<NetworkParameters> => {
      await own.load(plan, parameters, options);
      for (let i = 0; i < 3; i++) await own.step(batch, hyper);
      return own.read();
    };
    expect(await run()).toEqual(await run());
  });

  it('frees every buffer, and needs fewer bytes after compaction', async () => {
    const before = own.memory().bytes;
    const full = setUp(small);
    await own.load(full.plan, full.parameters, full.options);
    const { bytes } = own.memory();
    for (let i = 0; i < 3; i++) await own.step(full.batch, full.hyper);
    await own.readMetrics();
    expect(own.memory().bytes).toBe(bytes);
    const compact = setUp({ ...small, prune: pruneSome });
    await own.load(compact.plan, compact.parameters, compact.options);
    expect(own.memory().bytes).toBeLessThan(bytes);
    own.dispose();
    expect(own.memory().bytes).toBe(before);
  });

  it('compiles nothing new after compaction', async () => {
    const full = setUp({ ...small, space: { ...small.space, nodes: 2 } });
    await own.load(full.plan, full.parameters, full.options);
    const compiled = own.gpu.pipelineCount;
    const compact = setUp({
      ...small,
      space: { ...small.space, nodes: 2 },
      prune: (masks) => {
        for (const filters of Object.values(masks.filters)) filters[1] = 0;
        masks.operations[0][3] = masks.operations[1][8] = 0;
      },
    });
    await own.load(compact.plan, compact.parameters, compact.options);
    expect(own.gpu.pipelineCount).toBe(compiled);
  });

  it('says which setting is too large for the adapter', async () => {
    const { plan, parameters, options } = setUp(small);
    const limit = own.gpu.device.limits.maxStorageBufferBindingSize;
    await expect(own.load(plan, parameters, { ...options, batchSize: Math.ceil(limit / (36 * 16)) + 1 })).rejects.toThrow(/batchSize/);
  });
});
