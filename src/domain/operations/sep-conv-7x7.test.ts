import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installWebGPU, requestNodeDevice } from '../../../cli/node-webgpu.ts';
import { sampleTrained } from '../../engine/architecture/export/sample.ts';
import { createComposedStepper } from '../../engine/supernet/composed-stepper.ts';
import type { ComposedStepper } from '../../engine/supernet/composed-stepper.ts';
import { disagreement, setUp } from '../../engine/supernet/testing/drawn-network.ts';
import type { Case } from '../../engine/supernet/testing/drawn-network.ts';
import { createWebGPUStepper } from '../../engine/supernet/webgpu-stepper.ts';
import type { WebGPUStepper } from '../../engine/supernet/webgpu-stepper.ts';
import { describeSuperNet } from '../counts.ts';
import { cellPresets } from '../settings/cell-presets.ts';
import { presets } from '../settings/presets.ts';
import { factsOf } from './facts.ts';
import { operationTable } from './registry.ts';
import { sepConv7x7 } from './sep-conv-7x7.ts';

const { name } = sepConv7x7;

it('is two blocks of a 7x7 kernel, the first with the stride, and in no preset', () => {
  expect(factsOf(sepConv7x7, 2).blocks).toMatchObject([
    { kernel: 7, stride: 2, dilation: 1 },
    { kernel: 7, stride: 1, dilation: 1 },
  ]);
  expect(operationTable[name].label).toBe('separable convolution 7\u00d77');
  for (const { space } of Object.values(cellPresets)) expect(space.operations).not.toContain(name);
});

it('is counted: twice 49 C + C C + 2 C parameters', () => {
  const settings = structuredClone(presets.tiny);
  settings.space.operations = [name];
  const { cells } = describeSuperNet(settings, { size: 10, channels: 1, classes: 10 });
  expect(cells[0]!.candidates[0]).toBe(2 * (49 * 4 + 4 * 4 + 2 * 4));
});

it('is in the network of the export tests', () => {
  const found = sampleTrained().architecture.cells.flatMap(({ operations }) => operations);
  expect(found.map(({ operation }) => operation)).toContain(name);
});

describe('on WebGPU and composed of TensorFlow.js operations', () => {
  let own: WebGPUStepper;
  let composed: ComposedStepper;
  beforeAll(async () => {
    await installWebGPU();
    own = createWebGPUStepper(await requestNodeDevice());
    composed = await createComposedStepper('cpu');
  });
  afterAll(() => {
    own.dispose();
    composed.dispose();
  });

  const network: Case = {
    name: 'seven by seven',
    space: { cells: 2, nodes: 1, channels: 3, stages: 2, operations: [name] },
    image: { size: 9, channels: 1 },
    batch: 2,
  };

  it(
    'has equal losses, logits and gradients, at strides 1 and 2',
    { timeout: 600_000 },
    async () => {
      const { gradients, ...errors } = await disagreement(own, composed, network);
      for (const [what, error] of Object.entries({ ...gradients, ...errors }))
        expect(error, what).toBeLessThan(1e-4);
    },
  );

  it('has equal losses over ten steps', { timeout: 600_000 }, async () => {
    const { plan, parameters, batch, hyper, options } = setUp(network);
    const losses: number[][] = [];
    for (const stepper of [own, composed]) {
      await stepper.load(plan, parameters, options);
      for (let i = 0; i < 10; i++) await stepper.step(batch, hyper);
      losses.push((await stepper.readMetrics()).map(({ crossEntropy }) => crossEntropy));
    }
    losses[0]!.forEach((loss, i) => expect(Math.abs(loss - losses[1]![i]!)).toBeLessThan(1e-4));
    expect(losses[0]![9]).not.toBe(losses[0]![0]);
  });
});
