import { describe, expect, it } from 'vitest';
import { requestNodeDevice, installWebGPU } from '../cli/node-webgpu.ts';
import { createSpace } from '../src/domain/spaces/cells.ts';
import { adapterSizes } from '../src/engine/supernet/webgpu/adapter-sizes.ts';
import { createWebGPUStepper } from '../src/engine/supernet/webgpu-stepper.ts';
import { estimate } from './cards.ts';
import { load, workloadOf } from './cases.ts';
import { dryRun } from './dry-run.ts';

describe('estimate of a step on a card', () => {
  const card = { name: 'drawn', bandwidth: 1e9, rate: 1e12, memory: null };

  it('takes a launch per small dispatch, the bytes of a large one, and the arithmetic', () => {
    const large = { bytes: 8e6, invocations: 1e6 };
    const [best, worst] = estimate(card, [{ bytes: 16, invocations: 64 }, large], 2e9);
    // 5 us, 8 MB at 0.8 GB/s, 4 GFLOP at 0.4 TFLOP/s; then 10 us, 0.5 GB/s, 0.1 TFLOP/s.
    expect(best).toBeCloseTo(0.005 + 10 + 10, 6);
    expect(worst).toBeCloseTo(0.01 + 16 + 40, 6);
  });

  it('takes the time that few invocations wait for their loads', () => {
    const [best, worst] = estimate(
      { ...card, bandwidth: 1e12 },
      [{ bytes: 8e6, invocations: 10 }],
      0,
    );
    // 50,000 loads of 16 bytes each in turn, half a microsecond each; four under way at best.
    expect(best).toBeCloseTo(25 / 4, 6);
    expect(worst).toBeCloseTo(25, 6);
  });
});

describe('dry run', () => {
  it('records what a device records', async () => {
    await installWebGPU();
    const space = createSpace(
      {
        ...{ cells: 1, nodes: 1, channels: 4, stages: 1, stemMultiplier: 1 },
        operations: ['skip_connect', 'sep_conv_3x3'],
      },
      { size: 8, channels: 1, classes: 2 },
    );
    const stepper = createWebGPUStepper(await requestNodeDevice(), adapterSizes.hardware);
    await load(stepper, workloadOf(space, 4));
    const real = stepper.trainingDispatches();
    const { dispatches } = await dryRun(space, 4, 0);
    expect(dispatches.map(({ label, bytes }) => ({ label, bytes }))).toEqual(
      // The prologue, recorded last, runs first.
      expect.arrayContaining(real.map(({ label, bytes }) => ({ label, bytes }))),
    );
    expect(dispatches).toHaveLength(real.length);
    expect(dispatches.reduce((sum, { workgroups }) => sum + workgroups, 0)).toBe(
      real.reduce((sum, { grid: [x, y, z] }) => sum + x * y * z, 0),
    );
    stepper.dispose();
  });
});
