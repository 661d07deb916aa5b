/**
 * The step by own WGSL programs against its composition of TensorFlow.js operations: values, gradients, training.
 * Over 250 lines: all cases share the device and the drawn networks.
 */
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { installWebGPU, requestNodeDevice } from '../../../cli/node-webgpu.ts';
import { createComposedStepper } from './composed-stepper.ts';
import type { ComposedStepper } from './composed-stepper.ts';
import type { NodeOf } from '../../domain/graph/graph.ts';
import { parameter } from '../../domain/graph/layout.ts';
import type { NetworkParameters } from '../../domain/graph/parameters.ts';
import { disagreement, everything, pruneSome, relative, setUp } from './testing/drawn-network.ts';
import type { Case } from './testing/drawn-network.ts';
import { adapterSizes } from './webgpu/adapter-sizes.ts';
import { createWebGPUStepper } from './webgpu-stepper.ts';
import type { WebGPUStepper } from './webgpu-stepper.ts';

const cases: readonly Case[] = [
  {
    name: 'odd sizes, strides 1 and 2, channels no multiple of 4',
    space: { cells: 2, nodes: 2, channels: 3, stages: 2 },
    image: { size: 7, channels: 1 },
    batch: 3,
  },
  {
    name: 'one channel, one image',
    space: { nodes: 2, channels: 1 },
    image: { size: 5, channels: 2 },
    batch: 1,
  },
  {
    name: 'columns of eight, a factorized reduce before the cell',
    space: { cells: 3, channels: 4, stages: 3 },
    image: { size: 18, channels: 3 },
    batch: 2,
  },
  {
    name: 'pruned operations, filters and weights',
    space: { cells: 3, nodes: 2, channels: 5, stages: 3 },
    image: { size: 9, channels: 3 },
    batch: 2,
    prune: pruneSome,
  },
  {
    name: 'whole groups of filters gone',
    space: { cells: 2, channels: 3, stages: 2 },
    image: { size: 6, channels: 1 },
    batch: 2,
    prune: (masks) => {
      for (const [name, filters] of Object.entries(masks.filters))
        if (/edges\.0\..*5x5|preprocess1|skip/.test(name)) filters.fill(0);
    },
  },
  ...(['operation', 'filter', 'weight'] as const).map((off): Case => ({
    name: `${off} granularity off`,
    space: { channels: 2 },
    image: { size: 4, channels: 1 },
    batch: 2,
    granularities: { ...everything, [off]: false },
  })),
  {
    name: 'parameters counted once, as earlier versions did',
    space: { cells: 2, channels: 3, stages: 2 },
    image: { size: 6, channels: 1 },
    batch: 2,
    fixedCounts: true,
  },
  {
    name: 'drop-path',
    space: { cells: 2, nodes: 2, channels: 5, stages: 2 },
    image: { size: 9, channels: 1 },
    batch: 3,
    dropPath: 0.4,
  },
  {
    name: 'an auxiliary head',
    space: { cells: 3, channels: 3, stages: 3 },
    image: { size: 8, channels: 1 },
    batch: 3,
    auxiliary: 0.4,
  },
  {
    name: 'norms behind pools',
    space: { cells: 3, nodes: 2, channels: 5, stages: 3 },
    image: { size: 9, channels: 3 },
    batch: 3,
    form: { sum: 'plain', poolNorm: true },
    prune: pruneSome,
    dropPath: 0.3,
  },
  {
    name: 'both, in a pruned network without gates',
    space: { cells: 4, nodes: 2, channels: 5, stages: 2 },
    image: { size: 9, channels: 3 },
    batch: 4,
    granularities: { operation: false, filter: false, weight: true },
    prune: pruneSome,
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

describe('WGSL kernels agree with the TensorFlow.js composition', () => {
  it.each(cases)('$name', async (c) => {
    const { gradients, ...errors } = await disagreement(own, composed, c);
    for (const [name, error] of Object.entries(gradients))
      expect(error, `gradient of ${name}`).toBeLessThan(1e-4);
    for (const [name, error] of Object.entries(errors)) expect(error, name).toBeLessThan(1e-4);
    expect(errors.logits).toBeLessThan(1e-5);
  });

  // What a graphics card runs, workgroups, chunks and columns of other sizes; and what runs where there are no subgroups.
  it('with the sizes of a graphics card, without subgroups', async () => {
    const card = createWebGPUStepper(
      await requestNodeDevice({ without: ['subgroups'] }),
      adapterSizes.hardware,
    );
    // One operation of each kind, the largest kernel: a software adapter takes long to compile these sizes.
    const operations = ['skip_connect', 'max_pool_3x3', 'sep_conv_5x5', 'dil_conv_3x3'] as const;
    const { gradients, ...errors } = await disagreement(card, composed, {
      ...cases[0]!,
      space: { ...cases[0]!.space, operations: [...operations] },
    });
    card.dispose();
    for (const [name, error] of Object.entries({ ...gradients, ...errors }))
      expect(error, name).toBeLessThan(1e-4);
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
      losses.push(
        (await stepper.readMetrics()).map(
          (m) => m.crossEntropy + hyper.lambda * (m.sizeRegularizer + m.thresholdRegularizer),
        ),
      );
    }
    expect(losses[0]).toHaveLength(20);
    losses[0]!.forEach((loss, i) =>
      expect(Math.abs(loss - losses[1]![i]!), `step ${i}`).toBeLessThan(1e-3),
    );
    expect(losses[0]![19]).toBeLessThan(losses[0]![0]!);
  });
});

describe('the WebGPU stepper', () => {
  const small: Case = {
    name: 'small',
    space: { cells: 2, channels: 3, stages: 2 },
    image: { size: 6, channels: 1 },
    batch: 2,
  };

  it('gives identical bits from the same start', async () => {
    const { plan, parameters, batch, hyper, options } = setUp(small);
    const run = async (): Promise<NetworkParameters> => {
      await own.load(plan, parameters, options);
      for (let i = 0; i < 3; i++) await own.step(batch, hyper);
      return own.read();
    };
    expect(await run()).toEqual(await run());
  });

  it('recomputes only running averages, independent of earlier ones, and not if it is stopped', async () => {
    const { plan, parameters, batch, hyper, options } = setUp(small);
    const { offset, size } = plan.table.groups.statistic;
    await own.load(plan, parameters, options);
    await own.step(batch, hyper);
    const trained = await own.read();
    await own.settle([batch, batch]);
    const settled = await own.read();
    expect(settled.values.slice(0, offset)).toEqual(trained.values.slice(0, offset));
    expect(settled.values.slice(offset)).not.toEqual(trained.values.slice(offset));
    expect(settled.momentum).toEqual(trained.momentum);
    // A batch twice is that batch's own statistics.
    expect(
      relative(await own.logits(batch, 'running'), await own.logits(batch, 'batch')),
    ).toBeLessThan(
      // Running variances are unbiased: of 2 x 3 x 3 pixels at the coarsest.
      0.1,
    );
    const values = trained.values.slice();
    values.fill(7, offset, offset + size);
    await own.load(plan, { ...trained, values }, options);
    await own.settle([batch, batch]);
    expect(relative((await own.read()).values, settled.values)).toBeLessThan(1e-6);
    let passed = 0;
    await expect(
      own.settle([batch, batch, batch], () =>
        passed++ > 1 ? Promise.reject(new Error('stopped')) : Promise.resolve(),
      ),
    ).rejects.toThrow('stopped');
    expect(relative((await own.read()).values, settled.values)).toBeLessThan(1e-6);
  });

  it('drops paths and follows an auxiliary head in training only', async () => {
    const both = setUp({ ...small, dropPath: 0.5, auxiliary: 0.4 });
    const { batch, options, plan, parameters } = both;
    const hyper = setUp(small).hyper;
    const plain = { ...options, dropPath: false, auxiliary: 0 };
    const run = async (load: typeof options, paths?: Float32Array) => {
      await own.load(plan, parameters, load);
      const gradients = await own.gradients(batch, { ...hyper, ...(paths && { paths }) });
      await own.readMetrics();
      return { gradients, logits: await own.logits(batch, 'batch') };
    };
    const expected = await run(plain);
    // Nothing is dropped where no factors are given: the same sums.
    const whole = await run({ ...options, auxiliary: 0 });
    expect(relative(whole.gradients, expected.gradients)).toBeLessThan(1e-6);
    for (const regularized of [
      await run({ ...options, auxiliary: 0 }, both.hyper.paths),
      await run({ ...plain, auxiliary: 0.4 }),
    ]) {
      expect(relative(regularized.gradients, expected.gradients)).toBeGreaterThan(0.05);
      expect(relative(regularized.logits, expected.logits)).toBeLessThan(1e-6);
    }
    await expect(run(plain, both.hyper.paths)).rejects.toThrow(/not loaded for drop-path/);
  });

  it('records nothing more for a plan that is not trained with them', async () => {
    const { plan, parameters, options } = setUp({ ...small, dropPath: 0.5, auxiliary: 0.4 });
    const labels = async (load: typeof options) => {
      await own.load(plan, parameters, load);
      return own.trainingDispatches().map(({ label }) => label);
    };
    const plain = await labels({ ...options, dropPath: false, auxiliary: 0 });
    const regularized = await labels(options);
    expect(plain.filter((label) => /drop-path|auxiliary/.test(label))).toEqual([]);
    expect(regularized.filter((label) => /drop-path/.test(label)).length).toBeGreaterThan(0);
    // Pool, classifier, loss, and both of its gradients.
    expect(regularized).toHaveLength(plain.length + 5);
  });

  it('counts the arithmetic of a step, and each value that it moves once', async () => {
    // Four channels: no quad has spare lanes.
    const { plan, parameters, options } = setUp({
      ...small,
      space: { ...small.space, channels: 4 },
    });
    await own.load(plan, parameters, options);
    const sum = (label: RegExp, of: 'operations' | 'bytes'): number =>
      own
        .trainingDispatches()
        .filter((dispatch) => label.test(dispatch.label))
        .reduce((total, { work }) => total + work[of], 0);
    const { batchSize } = options;
    /** Multiply-adds of one pass over the convolutions that `isOf` picks. */
    const multiplyAdds = (isOf: (node: NodeOf<'convolution'>) => boolean): number =>
      plan.graph.nodes
        .filter((node) => node.kind === 'convolution' && isOf(node))
        .map((node) => node as NodeOf<'convolution'>)
        .reduce(
          (total, { weight, size }) =>
            total + batchSize * parameter(plan.table, weight).size * size ** 2,
          0,
        );
    const image = (node: NodeOf<'convolution'>) => node.inputs[0]!.kind === 'image';
    expect(sum(/^depthwise \d/, 'operations')).toBe(2 * multiplyAdds((node) => node.depthwise));
    expect(sum(/^depthwise input/, 'operations')).toBe(2 * multiplyAdds((node) => node.depthwise));
    expect(sum(/^depthwise filter/, 'operations')).toBe(2 * multiplyAdds((node) => node.depthwise));
    const products = multiplyAdds((node) => !node.depthwise && !image(node));
    expect(sum(/^pointwise filter/, 'operations')).toBe(2 * products);
    // Forwards, and towards what is read, by one program or the other.
    expect(sum(/^pointwise(?! filter)/, 'operations')).toBe(2 * 2 * products);
    expect(sum(/^stem/, 'operations')).toBe(2 * 2 * multiplyAdds(image));
    const [stem] = plan.graph.nodes.filter((node) => node.kind === 'convolution' && image(node));
    const pixels = batchSize * stem!.size ** 2;
    const weights = parameter(plan.table, (stem as NodeOf<'convolution'>).weight).size;
    // The image is a quad of its own.
    expect(sum(/^stem filter/, 'bytes')).toBe(4 * (pixels * (4 + stem!.channels.length) + weights));
    const trained = plan.table.groups.statistic.offset;
    expect(sum(/^sgd/, 'bytes')).toBe(4 * 6 * trained);
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

  it('compiles no program after compaction', async () => {
    const full = setUp({ ...small, space: { ...small.space, nodes: 2 } });
    await own.load(full.plan, full.parameters, full.options);
    const compiled = own.gpu.pipelineCount;
    const compact = setUp({
      ...small,
      space: { ...small.space, nodes: 2 },
      prune: (masks) => {
        for (const filters of Object.values(masks.filters)) filters[1] = 0;
        masks.operations[0]![3] = masks.operations[1]![8] = 0;
      },
    });
    await own.load(compact.plan, compact.parameters, compact.options);
    expect(own.gpu.pipelineCount).toBe(compiled);
  });

  it('names the setting that is too large for the adapter', async () => {
    const { plan, parameters, options } = setUp(small);
    const limit = own.gpu.device.limits.maxStorageBufferBindingSize;
    await expect(
      own.load(plan, parameters, { ...options, batchSize: Math.ceil(limit / (36 * 16)) + 1 }),
    ).rejects.toThrow(/batchSize/);
  });
});
