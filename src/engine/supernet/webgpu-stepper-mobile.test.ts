/** The MobileNet-like space by own WGSL programs against the composition of TensorFlow.js operations. */
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { installWebGPU, requestNodeDevice } from '../../../cli/node-webgpu.ts';
import type { SearchEvent } from '../../domain/events/events.ts';
import { mobilePresets } from '../../domain/settings/mobile-presets.ts';
import type { MobileSearchSettings } from '../../domain/settings/mobile-presets.ts';
import type { MobileTable } from '../../domain/spaces/mobile-table.ts';
import type { UnitMasks } from '../../domain/spaces/plan.ts';
import type { Checkpoint } from '../search/checkpoint-state.ts';
import { startSearch } from '../search/search.ts';
import { syntheticData } from '../search/testing/setup.ts';
import { createComposedStepper } from './composed-stepper.ts';
import type { ComposedStepper } from './composed-stepper.ts';
import { disagreement, pruneSome, setUp } from './testing/drawn-network.ts';
import type { Case } from './testing/drawn-network.ts';
import { createWebGPUStepper } from './webgpu-stepper.ts';
import type { WebGPUStepper } from './webgpu-stepper.ts';

const table: MobileTable = {
  ...{ stem: 5, stemStride: 1, first: 3, head: 6, stageLayers: [2, 2] },
  groups: [
    { channels: 3, layers: 2, stride: 1 },
    { channels: 6, layers: 2, stride: 2 },
  ],
  candidates: [
    { kernel: 3, expansion: 3 },
    { kernel: 5, expansion: 2 },
    { kernel: 7, expansion: 2 },
  ],
};

/** Loses all candidates of a layer. */
const lose = (masks: UnitMasks, layer: number): void => void masks.operations[layer]!.fill(0);

const cases: readonly Case[] = [
  { name: 'every layer whole', mobile: table, image: { size: 7, channels: 1 }, batch: 3 },
  {
    name: 'a stem of stride 2, channels that grow without a shortcut',
    mobile: {
      ...table,
      ...{ stemStride: 2, first: 4, stageLayers: [2] },
      groups: [{ channels: 5, layers: 2, stride: 1 }],
      candidates: [{ kernel: 3, expansion: 2 }],
    },
    image: { size: 9, channels: 3 },
    batch: 2,
  },
  {
    name: 'pruned operations, filters and weights',
    mobile: table,
    image: { size: 8, channels: 3 },
    batch: 2,
    prune: (masks, stream) => {
      pruneSome(masks, stream);
      // A layer without a shortcut keeps one, and the head something to read.
      masks.operations[2]![1] = 1;
      for (const name of Object.keys(masks.filters)) masks.filters[name]![1] = 1;
    },
  },
  {
    name: 'layers that are gone, the first and the last',
    mobile: table,
    image: { size: 7, channels: 1 },
    batch: 2,
    prune: (masks) => {
      lose(masks, 0);
      lose(masks, 3);
    },
  },
  {
    name: 'an evaluation network: drop-path, an auxiliary head, no gates',
    mobile: table,
    image: { size: 7, channels: 1 },
    batch: 3,
    granularities: { operation: false, filter: false, weight: true },
    form: { sum: 'plain', poolNorm: true },
    dropPath: 0.3,
    auxiliary: 0.4,
  },
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

describe('own kernels agree with the composition on the MobileNet-like space', () => {
  it.each(cases)('$name', async (c) => {
    const { gradients, ...errors } = await disagreement(own, composed, c);
    for (const [name, error] of Object.entries(gradients))
      expect(error, `gradient of ${name}`).toBeLessThan(1e-4);
    for (const [name, error] of Object.entries(errors)) expect(error, name).toBeLessThan(1e-4);
    expect(errors.logits).toBeLessThan(1e-5);
  });

  it('with all candidates of a layer with a shortcut under their thresholds', async () => {
    const [c] = cases;
    const drawn = setUp(c!);
    const { plan, parameters, batch, hyper, options } = drawn;
    for (const layer of [1, 2]) {
      const { offset, size } = plan.table.byName.get(`cells.${layer}.operationThreshold`)!;
      parameters.values.fill(1.5, offset, offset + size);
    }
    const results = [];
    for (const stepper of [own, composed]) {
      await stepper.load(plan, parameters, options);
      const gradient = await stepper.gradients(batch, hyper);
      const [metrics] = await stepper.readMetrics();
      results.push({ gradient, metrics: Object.values(metrics!) as number[] });
    }
    const [a, b] = results;
    expect(Math.max(...a!.gradient.map((g, i) => Math.abs(g - b!.gradient[i]!)))).toBeLessThan(
      1e-4,
    );
    a!.metrics.forEach((value, i) => expect(value).toBeCloseTo(b!.metrics[i]!, 3));
  });

  it('compiles nothing new after compaction', async () => {
    const [c] = cases;
    const full = setUp(c!);
    await own.load(full.plan, full.parameters, full.options);
    const compiled = own.gpu.pipelineCount;
    const compact = setUp({
      ...c!,
      prune: (masks) => {
        for (const filters of Object.values(masks.filters)) filters[1] = 0;
        lose(masks, 1);
        masks.operations[2]![0] = masks.operations[3]![2] = 0;
      },
    });
    await own.load(compact.plan, compact.parameters, compact.options);
    expect(own.gpu.pipelineCount).toBe(compiled);
  });
});

describe('a search of a chain on own kernels', () => {
  const settings: MobileSearchSettings = {
    ...structuredClone(mobilePresets['mobile-tiny']),
    space: { id: 'mobile', ...table },
    batchSize: 4,
    targetParameters: 700,
  };
  settings.data.imageSize = 7;
  settings.regularizer.lambda0 = 0.2;
  settings.stage = { ...settings.stage, warmUpEpochs: 1, maxEpochs: 5 };
  settings.joint = { warmUpEpochs: 0, maxEpochs: 4 };

  async function search(resumeFrom?: Checkpoint) {
    const events: SearchEvent[] = [];
    const checkpoints: Checkpoint[] = [];
    const { result } = startSearch({
      ...{ settings, stepper: own, resumeFrom },
      data: syntheticData(settings, { stepsPerEpoch: 2 }),
      emit: (event) => events.push(event),
      onCheckpoint: (checkpoint) => checkpoints.push(structuredClone(checkpoint)),
      now: () => 0,
    });
    return { architecture: (await result)!, events, checkpoints };
  }

  it('prunes at every level, regrows an operation, and resumes exactly', async () => {
    const whole = await search();
    const pruned = whole.events.flatMap((event) => (event.type === 'pruned' ? [event] : []));
    for (const level of ['operations', 'filters', 'weights'] as const)
      expect(
        pruned.some((event) => event[level].length > 0),
        level,
      ).toBe(true);
    expect(whole.events.some(({ type }) => type === 'regrown')).toBe(true);
    const middle = whole.checkpoints[Math.floor(whole.checkpoints.length / 2)]!;
    const resumed = await search(structuredClone(middle));
    expect(resumed.architecture).toEqual(whole.architecture);
  });
});
