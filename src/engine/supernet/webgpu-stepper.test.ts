/** The step by own WGSL programs against its composition of TensorFlow.js operations: values, gradients, training. */
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { installWebGPU, requestNodeDevice } from '../../../cli/node-webgpu.ts';
import { randomStream } from '../random.ts';
import type { RandomStream } from '../random.ts';
import { operationNames } from '../settings.ts';
import type { Granularity, SpaceSettings } from '../settings.ts';
import { createSpace } from '../space/space.ts';
import type { SpaceShape } from '../space/space.ts';
import { buildPlan, fullMasks } from './build-plan.ts';
import { createComposedStepper } from './composed-stepper.ts';
import type { ComposedStepper } from './composed-stepper.ts';
import { migrateParameters } from './parameters.ts';
import type { NetworkParameters, NetworkPlan, UnitMasks } from './plan.ts';
import type { Batch, StepHyper, StepMetrics } from './stepper.ts';
import { createWebGPUStepper } from './webgpu-stepper.ts';
import type { WebGPUStepper } from './webgpu-stepper.ts';

const everything: Record<Granularity, boolean> = { operation: true, filter: true, weight: true };

interface Case {
  readonly name: string;
  readonly space: Partial<SpaceSettings>;
  readonly image: { size: number; channels: number };
  readonly batch: number;
  readonly granularities?: Record<Granularity, boolean>;
  /** Commits masks of units. */
  readonly prune?: (masks: UnitMasks, stream: RandomStream, space: SpaceShape) => void;
}

interface Setup {
  readonly plan: NetworkPlan;
  readonly parameters: NetworkParameters;
  readonly batch: Batch;
  readonly hyper: StepHyper;
  readonly options: Parameters<WebGPUStepper['load']>[2];
}

/** Draws everything that a network holds, thresholds amid the importances, and committed weights. */
function setUp({ name, space: settings, image, batch: size, granularities = everything, prune }: Case): Setup {
  const stream = randomStream('webgpu stepper', name);
  const space = createSpace(
    { cells: 1, nodes: 1, channels: 4, stages: 1, stemMultiplier: 1, operations: [...operationNames], ...settings },
    { ...image, classes: 5 },
  );
  const masks = fullMasks(space);
  prune?.(masks, stream, space);
  const plan = buildPlan(space, masks, space.cells.length - 1, space.stageEnds.length - 1);
  const parameters = migrateParameters(plan.table, null, 7, 0);
  const draw = (group: keyof typeof plan.table.groups, make: () => number): void => {
    const { offset, size: count } = plan.table.groups[group];
    for (let i = offset; i < offset + count; i++) parameters.values[i] = make();
  };
  draw('alpha', () => stream.normal() * 0.5);
  draw('gate', () => stream.normal() * 0.5);
  draw('threshold', () => 0.3 + stream.uniform() * 0.15);
  draw('weightThreshold', () => stream.uniform() * 0.05);
  for (const spec of plan.table.specs) {
    for (let i = spec.offset; i < spec.offset + spec.size; i++) {
      if (/gamma|beta/.test(spec.name)) parameters.values[i] += stream.normal() * 0.3;
      if (spec.maskedBy) parameters.weightMask[i] = stream.uniform() < 0.85 ? 1 : 0;
    }
  }
  const units = space.edges.length * space.operations.length;
  return {
    plan,
    parameters,
    batch: {
      images: Float32Array.from({ length: size * image.size ** 2 * image.channels }, () => stream.normal()),
      labels: Int32Array.from({ length: size }, () => stream.integer(5)),
      size,
    },
    hyper: {
      lambda: 0.01,
      sizeCells: [0, space.cells.length - 1],
      mu: 0.5,
      momentum: 0.9,
      decay: 3e-4,
      clipNorm: 5,
      rates: { weight: 0.01, alpha: 1, gate: 1, threshold: 0.1, weightThreshold: 0.001 },
      update: { weight: 'train', alpha: 'train', gate: 'train', threshold: 'train', weightThreshold: 'train' },
    },
    options: {
      batchSize: size,
      granularities,
      unitMillions: space.cells.map(() => Float32Array.from({ length: units }, () => stream.uniform() * 0.01)),
    },
  };
}

function pruneSome(masks: UnitMasks, stream: RandomStream): void {
  for (const operations of masks.operations) operations.forEach((_, i) => (operations[i] = stream.uniform() < 0.6 ? 1 : 0));
  for (const filters of Object.values(masks.filters)) filters.forEach((_, i) => (filters[i] = stream.uniform() < 0.7 ? 1 : 0));
}

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

function relative(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < expected.length; i++) {
    difference += (actual[i] - expected[i]) ** 2;
    norm += expected[i] ** 2;
  }
  return Math.sqrt(difference / (norm || 1));
}

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

const metricsOf = (all: readonly StepMetrics[]): number[] => all.flatMap((m) => Object.values(m) as number[]);

describe('own kernels agree with the composition', () => {
  it.each(cases)('$name', async (c) => {
    const { plan, parameters, batch, hyper, options } = setUp(c);
    const results = [];
    for (const stepper of [own, composed]) {
      await stepper.load(plan, parameters, options);
      const logits = await stepper.logits(batch, 'batch');
      const gradient = await stepper.gradients(batch, hyper);
      for (let i = 0; i < 3; i++) await stepper.step(batch, hyper);
      const metrics = metricsOf(await stepper.readMetrics());
      const running = await stepper.logits(batch, 'running');
      results.push({ logits, gradient, metrics, running, trained: await stepper.read() });
    }
    const [actual, expected] = results;
    expect(relative(actual.logits, expected.logits)).toBeLessThan(1e-5);
    expect(relative(actual.gradient, expected.gradient)).toBeLessThan(1e-5);
    for (const spec of plan.table.specs) {
      const part = (packed: Float32Array): Float32Array => packed.subarray(spec.offset, spec.offset + spec.size);
      const difference = part(actual.gradient).map((g, i) => Math.abs(g - part(expected.gradient)[i]));
      const scale = Math.max(...part(expected.gradient).map(Math.abs), 0.1);
      expect(Math.max(...difference, 0) / scale, `gradient of ${spec.name}`).toBeLessThan(1e-4);
    }
    expect(relative(actual.metrics, expected.metrics)).toBeLessThan(1e-5);
    // Running statistics are among the values, and what evaluation reads.
    expect(relative(actual.trained.values, expected.trained.values)).toBeLessThan(1e-5);
    expect(relative(actual.trained.momentum, expected.trained.momentum)).toBeLessThan(1e-4);
    expect(relative(actual.running, expected.running)).toBeLessThan(1e-4);
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
