/** Over 250 lines: all cases share one made network. */
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { randomStream } from '../random.ts';
import { parameter } from '../../domain/graph/layout.ts';
import { createSpace } from '../../domain/spaces/cells.ts';
import { buildPlan, candidateName, fullMasks } from '../../domain/spaces/build-plan.ts';
import type { ComposedStepper } from './composed-stepper.ts';
import { createComposedStepper } from './composed-stepper.ts';
import { migrateParameters } from './parameters.ts';
import type { NetworkParameters } from '../../domain/graph/parameters.ts';
import type { NetworkPlan, UnitMasks } from '../../domain/spaces/plan.ts';
import type { Batch, StepHyper } from './stepper.ts';

const space = createSpace(
  {
    cells: 2,
    nodes: 2,
    channels: 2,
    stages: 2,
    stemMultiplier: 1,
    operations: ['skip_connect', 'sep_conv_3x3', 'dil_conv_3x3', 'avg_pool_3x3', 'max_pool_3x3'],
  },
  { size: 5, channels: 1, classes: 3 },
);
const all = { operation: true, filter: true, weight: true };
const hyper: StepHyper = {
  lambda: 0.01,
  sizeCells: [1, 1],
  mu: 0,
  momentum: 0.9,
  decay: 3e-4,
  clipNorm: 5,
  rates: { weight: 0.01, alpha: 1, gate: 1, threshold: 0.1, weightThreshold: 0.001 },
  update: {
    weight: 'train',
    alpha: 'train',
    gate: 'train',
    threshold: 'train',
    weightThreshold: 'train',
  },
};

function batchOf(size: number): Batch {
  const stream = randomStream('batch');
  return {
    images: Float32Array.from({ length: size * 25 }, () => stream.normal()),
    labels: Int32Array.from({ length: size }, () => stream.integer(3)),
    size,
  };
}
const batch = batchOf(3);

function fresh(plan: NetworkPlan): NetworkParameters {
  const parameters = migrateParameters(plan.table, null, 7, 0);
  const stream = randomStream('parameters');
  for (const group of ['alpha', 'gate'] as const) {
    const { offset, size } = plan.table.groups[group];
    for (let i = offset; i < offset + size; i++) parameters.values[i] = stream.normal();
  }
  return parameters;
}

const fullPlan = buildPlan(space, fullMasks(space), 1, 1);
const load = async (
  stepper: ComposedStepper,
  plan = fullPlan,
  parameters = fresh(plan),
  granularities = all,
): Promise<void> => stepper.load(plan, parameters, { batchSize: batch.size, granularities });

let stepper: ComposedStepper;
beforeAll(async () => {
  stepper = await createComposedStepper('cpu');
});
afterEach(() => {
  stepper.dispose();
});

describe('composed stepper', () => {
  it('keeps the number of tensors over 100 steps, and none after dispose', async () => {
    const before = tf.memory().numTensors;
    await load(stepper);
    const loaded = tf.memory().numTensors;
    for (let i = 0; i < 100; i++) {
      stepper.step(batch, hyper);
      expect(tf.memory().numTensors).toBe(loaded);
    }
    expect(await stepper.readMetrics()).toHaveLength(100);
    await stepper.logits(batch, 'running');
    await stepper.logits(batch, 'batch');
    await stepper.gradients(batch, hyper);
    await stepper.settle([batch, batch]);
    await expect(
      stepper.settle([batch, batch], () => Promise.reject(new Error('stopped'))),
    ).rejects.toThrow('stopped');
    await stepper.read();
    expect(tf.memory().numTensors).toBe(loaded);
    stepper.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('counts a newly loaded network, also before upload', async () => {
    // WebGL uploads a tensor when a program first reads it, and reports 0 bytes until then.
    const empty = stepper.memory().bytes;
    const memory = vi
      .spyOn(tf.engine().backend as { memory(): object }, 'memory')
      .mockReturnValue({ unreliable: false, numBytesInGPU: 0 });
    await load(stepper);
    const { bytes, peakBytes } = stepper.memory();
    memory.mockRestore();
    expect(bytes - empty).toBeGreaterThan(2 * 4 * fullPlan.table.groups.weight.size);
    expect(peakBytes).toBeGreaterThanOrEqual(bytes);
  });

  it('fits the batch', async () => {
    await load(stepper);
    for (let i = 0; i < 30; i++) stepper.step(batch, hyper);
    const metrics = await stepper.readMetrics();
    expect(metrics.at(-1)!.crossEntropy).toBeLessThan(metrics[0]!.crossEntropy / 2);
    expect(metrics.at(-1)!.correct).toBe(3);
  });

  it('is deterministic from the same start', async () => {
    const run = async (): Promise<NetworkParameters> => {
      await load(stepper);
      for (let i = 0; i < 3; i++) stepper.step(batch, hyper);
      return stepper.read();
    };
    expect(await run()).toEqual(await run());
  });

  it('moves thresholds of filters at a rate of their own', async () => {
    const after = async (filterThresholdFactor?: number): Promise<NetworkParameters> => {
      await load(stepper);
      stepper.step(
        batch,
        filterThresholdFactor === undefined ? hyper : { ...hyper, filterThresholdFactor },
      );
      return stepper.read();
    };
    const [alike, third] = [await after(), await after(1 / 3)];
    const changes = (name: string, { values }: NetworkParameters): number[] => {
      const { offset, size } = parameter(fullPlan.table, name);
      return Array.from(values.subarray(offset, offset + size));
    };
    for (const name of ['filterThreshold', 'preprocessFilterThreshold'])
      changes(`cells.1.${name}`, third).forEach((value, i) =>
        expect(value).toBeCloseTo(changes(`cells.1.${name}`, alike)[i]! / 3, 8),
      );
    expect(Math.max(...changes('cells.1.filterThreshold', third))).toBeGreaterThan(0);
    expect(changes('cells.1.operationThreshold', third)).toEqual(
      changes('cells.1.operationThreshold', alike),
    );
  });

  it('agrees with the gradient by differences', async () => {
    const parameters = fresh(fullPlan);
    // Thresholds far below keep every step function constant, and its stand-in derivative zero.
    for (const group of ['threshold', 'weightThreshold'] as const) {
      const { offset, size } = fullPlan.table.groups[group];
      parameters.values.fill(-2, offset, offset + size);
    }
    await load(stepper, fullPlan, parameters);
    const gradient = await stepper.gradients(batch, hyper);
    const loss = async (values: Float32Array): Promise<number> => {
      await load(stepper, fullPlan, { ...parameters, values });
      await stepper.gradients(batch, hyper);
      const [m] = await stepper.readMetrics();
      return m!.crossEntropy + hyper.lambda * (m!.sizeRegularizer + m!.thresholdRegularizer);
    };
    for (const group of ['weight', 'alpha', 'gate'] as const) {
      const { offset, size } = fullPlan.table.groups[group];
      const slope = gradient.subarray(offset, offset + size);
      const norm = Math.hypot(...slope);
      const shifted = (sign: number): Float32Array => {
        const values = parameters.values.slice();
        for (let i = 0; i < size; i++) values[offset + i]! += (sign * 1e-3 * slope[i]!) / norm;
        return values;
      };
      const measured = ((await loss(shifted(1))) - (await loss(shifted(-1)))) / 2e-3;
      expect(Math.abs(measured / norm - 1)).toBeLessThan(0.02);
    }
  });

  it.each(['train', 'gather', 'off'] as const)("update mode '%s'", async (mode) => {
    await load(stepper);
    const old = await stepper.read();
    stepper.step(batch, {
      ...hyper,
      update: { weight: mode, alpha: mode, gate: mode, threshold: mode, weightThreshold: mode },
    });
    const now = await stepper.read();
    const end = fullPlan.table.groups.statistic.offset;
    const moved = (a: Float32Array, b: Float32Array): boolean =>
      a.subarray(0, end).some((x, i) => x !== b[i]);
    expect(moved(now.values, old.values)).toBe(mode === 'train');
    expect(moved(now.momentum, old.momentum)).toBe(mode !== 'off');
  });

  it('omits the gradient of a disabled granularity', async () => {
    for (const off of ['operation', 'filter', 'weight'] as const) {
      await load(stepper, fullPlan, fresh(fullPlan), { ...all, [off]: false });
      const gradient = await stepper.gradients(batch, hyper);
      const part = (name: string): Float32Array => {
        const spec = fullPlan.table.byName.get(name)!;
        return gradient.subarray(spec.offset, spec.offset + spec.size);
      };
      const silent = {
        operation: ['operationThreshold'],
        filter: ['filterThreshold', 'preprocessFilterThreshold'],
        weight: ['weightThreshold'],
      };
      for (const [level, names] of Object.entries(silent)) {
        for (const name of names)
          expect(
            part(`cells.1.${name}`).every((g) => g === 0),
            `${name} without ${off}`,
          ).toBe(level === off);
      }
      expect(part('cells.1.preprocess0.gate').every((g) => g === 0)).toBe(off === 'filter');
    }
  });

  it('keeps the best candidate of a node whose candidates are all below their thresholds', async () => {
    const parameters = fresh(fullPlan);
    const thresholds = fullPlan.table.byName.get('cells.1.operationThreshold')!;
    parameters.values.fill(2, thresholds.offset, thresholds.offset + thresholds.size);
    await load(stepper, fullPlan, parameters);
    await stepper.gradients(batch, hyper);
    const { sizeRegularizer } = (await stepper.readMetrics())[0]!;
    // One survivor for each of two nodes: log(1 + sigmoid(alpha) / S) each.
    const alpha = fullPlan.table.byName.get('cells.1.alpha')!;
    const importance = Array.from(
      parameters.values.subarray(alpha.offset, alpha.offset + alpha.size),
      (a) => 1 / (1 + Math.exp(-a)),
    );
    const units = space.operations.length;
    const expected = [importance.slice(0, 2 * units), importance.slice(2 * units)].map((node) =>
      Math.log1p(Math.max(...node) / node.reduce((a, b) => a + b)),
    );
    expect(sizeRegularizer).toBeCloseTo(expected[0]! + expected[1]!, 5);
  });
});

describe('compaction', () => {
  /** Commits some filters and operations; in the full network the same is done by gates and thresholds. */
  function prune(): { masks: UnitMasks; hide: (parameters: NetworkParameters) => void } {
    const masks = fullMasks(space);
    const filters = [
      `${candidateName(0, 0, space.operations[1]!)}.block0`,
      `${candidateName(0, 2, space.operations[1]!)}.block1`,
      `${candidateName(1, 1, space.operations[2]!)}.block0`,
      'cells.0.preprocess0',
      'cells.1.preprocess1',
    ];
    for (const name of filters) masks.filters[name]![1] = 0;
    const operations: [cell: number, unit: number][] = [
      [0, 1],
      [0, 3],
      [1, 0],
      [1, 12],
    ];
    for (const [cell, unit] of operations) masks.operations[cell]![unit] = 0;
    const hide = (parameters: NetworkParameters): void => {
      for (const name of filters)
        parameters.values[fullPlan.table.byName.get(`${name}.gate`)!.offset + 1] = -40;
      for (const [cell, unit] of operations) {
        parameters.values[
          fullPlan.table.byName.get(`cells.${cell}.operationThreshold`)!.offset + unit
        ] = 2;
      }
    };
    return { masks, hide };
  }

  it('changes neither logits nor the gradients of the remaining network', async () => {
    const { masks, hide } = prune();
    const parameters = fresh(fullPlan);
    hide(parameters);
    await load(stepper, fullPlan, parameters);
    const fullLogits = await stepper.logits(batch, 'batch');
    const fullGradient = await stepper.gradients(batch, { ...hyper, lambda: 0 });

    const plan = buildPlan(space, masks, 1, 1);
    const compact = migrateParameters(plan.table, { table: fullPlan.table, parameters }, 7, 0);
    await load(stepper, plan, compact);
    const logits = await stepper.logits(batch, 'batch');
    const gradient = await stepper.gradients(batch, { ...hyper, lambda: 0 });
    logits.forEach((x, i) => expect(x).toBeCloseTo(fullLogits[i]!, 5));

    const asParameters = {
      values: fullGradient,
      momentum: fullGradient,
      weightMask: parameters.weightMask,
    };
    const expected = migrateParameters(
      plan.table,
      { table: fullPlan.table, parameters: asParameters },
      7,
      0,
    ).values;
    for (const spec of plan.table.specs) {
      // A pruned operation's threshold feels the stand-in derivative in the full network alone.
      if (spec.group === 'statistic' || spec.group === 'threshold' || spec.group === 'alpha')
        continue;
      for (let i = spec.offset; i < spec.offset + spec.size; i++) {
        expect(Math.abs(gradient[i]! - expected[i]!), `${spec.name}`).toBeLessThan(1e-5);
      }
    }
  });

  it('makes smaller tensors', async () => {
    const { masks } = prune();
    await load(stepper);
    const { bytes } = stepper.memory();
    const plan = buildPlan(space, masks, 1, 1);
    await load(stepper, plan, fresh(plan));
    expect(stepper.memory().bytes).toBeLessThan(bytes);
  });

  it('keeps training if whole filter groups are removed', async () => {
    const masks = fullMasks(space);
    masks.filters[`${candidateName(0, 0, space.operations[1]!)}.block0`]!.fill(0);
    masks.filters[`${candidateName(0, 1, space.operations[1]!)}.block1`]!.fill(0);
    masks.filters['cells.0.preprocess0']!.fill(0);
    masks.filters[candidateName(1, 0, space.operations[0]!)]!.fill(0);
    const plan = buildPlan(space, masks, 1, 1);
    await load(stepper, plan, fresh(plan));
    const { numTensors } = tf.memory();
    for (let i = 0; i < 3; i++) stepper.step(batch, hyper);
    expect(tf.memory().numTensors).toBe(numTensors);
    const metrics = await stepper.readMetrics();
    expect(metrics.every((m) => Number.isFinite(m.crossEntropy))).toBe(true);
  });
});
