/**
 * Trains a super-net with plain TensorFlow.js: the way to search without WebGPU (CPU, WebGL), and the reference for the
 * own WGSL programs. Parameters live packed, one tensor a group, so that the optimizer costs a few kernels.
 * Over 250 lines: one class is one network on the backend; its methods share the packed tensors.
 */
import * as tf from '@tensorflow/tfjs-core';
import { batchNorm, batchNormRunning } from '../../kernels/composed/batch-norm.ts';
import { runningRate } from '../../kernels/running-rate.ts';
import type { Granularity } from '../../domain/granularities.ts';
import { activateBackend } from './composed/backend.ts';
import { demandHalfFloats } from './half-floats.ts';
import type { ComposedBackend } from './composed/backend.ts';
import { forward } from './composed/network.ts';
import type { Source } from './composed/network.ts';
import { clipAndDecay, descend } from './composed/optimizer.ts';
import { filterThresholds } from './filter-thresholds.ts';
import { specsOf, unpack } from './composed/packed-tensors.ts';
import { cutLeaves, differentiate, leafSource, trainedGroups } from './composed/pass.ts';
import type { Moments, PassResult } from './composed/pass.ts';
import { followMoments } from './composed/running-statistics.ts';
import { Units } from './composed/units.ts';
import type { PackedGroups } from './composed/units.ts';
import { parameterGroups } from '../../domain/graph/parameters.ts';
import type { NetworkParameters, ParameterGroup } from '../../domain/graph/parameters.ts';
import type { NetworkPlan } from '../../domain/spaces/plan.ts';
import type {
  Batch,
  DeviceMemory,
  StepHyper,
  StepMetrics,
  Stepper,
  TrainedGroup,
} from './stepper.ts';

/** Steps whose metrics are held on the device until they are read. */
const ring = 256;

interface Loaded {
  readonly plan: NetworkPlan;
  readonly units: Units;
  readonly granularities: Readonly<Record<Granularity, boolean>>;
  readonly batchSize: number;
  readonly dropPath: boolean;
  readonly auxiliary: number;
  readonly weightMask: Uint8Array;
  values: PackedGroups;
  momenta: Record<TrainedGroup, tf.Tensor1D>;
  /** [ring, 5]: the last steps' metrics, newest last. One tensor, so that a step leaves as many as it found. */
  metrics: tf.Tensor2D;
  unread: number;
}

/** @throws Error in plain words when the backend cannot be used here. One backend at a time: it is TensorFlow.js's active one. */
export async function createComposedStepper(backend: ComposedBackend): Promise<ComposedStepper> {
  await activateBackend(backend);
  return new ComposedStepper(backend);
}

export class ComposedStepper implements Stepper {
  private state: Loaded | null = null;
  private peakBytes = 0;

  readonly halfFloats = false;

  constructor(readonly backend: ComposedBackend) {}

  load(
    plan: NetworkPlan,
    parameters: NetworkParameters,
    options: Parameters<Stepper['load']>[2],
  ): Promise<void> {
    if (options.halfFloats) demandHalfFloats(this);
    this.dispose();
    const { groups } = plan.table;
    const pick = (array: Float32Array, group: ParameterGroup): tf.Tensor1D =>
      tf.tensor1d(array.slice(groups[group].offset, groups[group].offset + groups[group].size));
    this.state = {
      plan,
      units: new Units(plan, parameters.weightMask, options.granularities, options.fixedCounts),
      granularities: options.granularities,
      batchSize: options.batchSize,
      dropPath: options.dropPath ?? false,
      auxiliary: options.auxiliary ?? 0,
      weightMask: parameters.weightMask.slice(),
      values: Object.fromEntries(
        parameterGroups.map((g) => [g, pick(parameters.values, g)]),
      ) as PackedGroups,
      momenta: Object.fromEntries(
        trainedGroups.map((g) => [g, pick(parameters.momentum, g)]),
      ) as Loaded['momenta'],
      metrics: tf.zeros<tf.Rank.R2>([ring, 5]),
      unread: 0,
    };
    this.note();
    return Promise.resolve();
  }

  private loaded(): Loaded {
    if (!this.state) throw new Error('no network is loaded');
    if (tf.getBackend() !== this.backend)
      throw new Error(`TensorFlow.js runs on '${tf.getBackend()}', not on '${this.backend}'`);
    return this.state;
  }

  private pass(batch: Batch, hyper: StepHyper): { result: PassResult; metrics: tf.Tensor1D } {
    const { plan, units, values, granularities, dropPath, auxiliary } = this.loaded();
    if (hyper.paths && !dropPath) throw new Error('the network was not loaded for drop-path');
    const images = imagesOf(plan, batch);
    const labels = tf.tensor1d(batch.labels.subarray(0, batch.size), 'int32');
    const oneHot = tf.oneHot(labels, plan.space.classes, 1, 0, 'float32') as tf.Tensor2D;
    const afterForward = (): void => this.note();
    const result = differentiate(
      plan,
      units,
      values,
      { images, oneHot },
      { hyper, gated: granularities.filter, auxiliary, afterForward },
    );
    this.note();
    const correct = tf.sum(tf.cast(tf.equal(tf.argMax(result.logits, 1), labels), 'float32'));
    const metrics = tf.stack([
      result.crossEntropy,
      result.size,
      result.threshold,
      result.gradientNorm,
      correct as tf.Scalar,
    ]);
    return { result, metrics: metrics as tf.Tensor1D };
  }

  /** The metrics ring with one more row; the old one is disposed. */
  private report(row: tf.Tensor1D): void {
    const state = this.loaded();
    const old = state.metrics;
    state.metrics = tf.keep(
      tf.concat([tf.slice(old, [1, 0]), tf.reshape(row, [1, 5])]),
    ) as tf.Tensor2D;
    old.dispose();
    state.unread++;
  }

  step(batch: Batch, hyper: StepHyper): void {
    const state = this.loaded();
    if (batch.size !== state.batchSize)
      throw new RangeError(`a training batch of ${batch.size} images; ${state.batchSize} wanted`);
    if (state.unread >= ring) throw new Error(`metrics must be read at least every ${ring} steps`);
    tf.tidy(() => {
      const { result, metrics } = this.pass(batch, hyper);
      for (const group of trainedGroups) {
        const mode = hyper.update[group];
        if (mode === 'off') continue;
        const old = { values: state.values[group], momentum: state.momenta[group] };
        const gradient =
          group === 'weight'
            ? clipAndDecay(result.gradients.weight, result.gradientNorm, old.values, {
                limit: hyper.clipNorm,
                decay: hyper.decay,
              })
            : result.gradients[group];
        const next = descend(
          old,
          gradient,
          hyper.momentum,
          mode === 'train' ? ratesOf(state.plan, group, hyper) : null,
        );
        replace(state.values, group, next.values);
        replace(state.momenta, group, next.momentum);
      }
      replace(
        state.values,
        'statistic',
        followMoments(state.plan, state.values.statistic, result.moments),
      );
      tf.dispose([...result.kept]);
      this.report(metrics);
    });
  }

  async readMetrics(): Promise<StepMetrics[]> {
    const state = this.loaded();
    const { unread } = state;
    if (unread === 0) return [];
    state.unread = 0;
    const data = (await state.metrics.data()).subarray((ring - unread) * 5);
    return Array.from({ length: unread }, (_, i): StepMetrics => {
      const [crossEntropy, sizeRegularizer, thresholdRegularizer, gradientNorm, correct] =
        data.subarray(i * 5, i * 5 + 5) as unknown as [number, number, number, number, number];
      return { crossEntropy, sizeRegularizer, thresholdRegularizer, gradientNorm, correct };
    });
  }

  /** Gradients of all parameters, packed, without an update; the metrics of this pass come next from `readMetrics`. */
  async gradients(batch: Batch, hyper: StepHyper): Promise<Float32Array> {
    const { plan } = this.loaded();
    const packed = tf.tidy(() => {
      const { result, metrics } = this.pass(batch, hyper);
      tf.dispose([...result.kept]);
      this.report(metrics);
      return trainedGroups.map((group) => result.gradients[group]);
    });
    const gradient = new Float32Array(plan.table.size);
    for (const [i, group] of trainedGroups.entries())
      gradient.set(await packed[i]!.data(), plan.table.groups[group].offset);
    tf.dispose(packed);
    return gradient;
  }

  /** Inside a tidy. */
  private forward(batch: Batch, norm: Source['norm']): tf.Tensor2D {
    const { plan, units, values, granularities } = this.loaded();
    const leaves = cutLeaves(
      plan,
      units.effective(values, units.decide(values)),
      granularities.filter,
    );
    return forward(plan, imagesOf(plan, batch), leafSource(plan, leaves, norm));
  }

  async settle(
    batches: Iterable<Batch | Promise<Batch>>,
    gate?: () => Promise<void>,
  ): Promise<void> {
    const { plan, batchSize, values } = this.loaded();
    let next = tf.clone(values.statistic);
    let count = 0;
    try {
      for (const asked of batches) {
        await gate?.();
        const batch = await asked;
        if (batch.size !== batchSize)
          throw new RangeError(`a training batch of ${batch.size} images; ${batchSize} wanted`);
        count++;
        // The exponential mean, divided by the weights so far at every step: the first batch takes all.
        const rate = runningRate / (1 - (1 - runningRate) ** count);
        const followed = tf.tidy(() => {
          const moments = new Map<string, Moments>();
          this.forward(batch, (name, x, gamma, beta, factor) =>
            batchNorm(x, gamma, beta, factor, (mean, variance) =>
              // The norm disposes what it made inside.
              moments.set(name, {
                mean: tf.keep(mean),
                variance: tf.keep(variance),
                count: x.size / x.shape[3],
              }),
            ),
          );
          const averages = followMoments(plan, next, moments, rate);
          for (const { mean, variance } of moments.values()) tf.dispose([mean, variance]);
          return averages;
        });
        next.dispose();
        next = followed;
      }
      values.statistic.dispose();
      values.statistic = tf.keep(next.clone());
    } finally {
      next.dispose();
    }
  }

  async logits(batch: Batch, statistics: 'running' | 'batch'): Promise<Float32Array> {
    const { plan, values } = this.loaded();
    const logits = tf.tidy(() =>
      this.forward(
        batch,
        statistics === 'running' ? runningNorm(plan, values.statistic) : batchNormOf,
      ),
    );
    const data = (await logits.data()) as Float32Array;
    logits.dispose();
    return data.slice();
  }

  async read(): Promise<NetworkParameters> {
    const { plan, values, momenta, weightMask } = this.loaded();
    const { size, groups } = plan.table;
    const result = {
      values: new Float32Array(size),
      momentum: new Float32Array(size),
      weightMask: weightMask.slice(),
    };
    for (const group of parameterGroups)
      result.values.set(await values[group].data(), groups[group].offset);
    for (const group of trainedGroups)
      result.momentum.set(await momenta[group].data(), groups[group].offset);
    return result;
  }

  private note(): void {
    this.peakBytes = Math.max(this.peakBytes, currentBytes());
  }

  memory(): DeviceMemory {
    return { bytes: currentBytes(), peakBytes: this.peakBytes };
  }

  dispose(): void {
    if (!this.state) return;
    this.state.units.dispose();
    tf.dispose([this.state.values, this.state.momenta, this.state.metrics]);
    this.state = null;
  }
}

function imagesOf({ space }: NetworkPlan, { images, size }: Batch): tf.Tensor4D {
  const shape: [number, number, number, number] = [
    size,
    space.imageSize,
    space.imageSize,
    space.imageChannels,
  ];
  return tf.tensor4d(images.subarray(0, tf.util.sizeFromShape(shape)), shape);
}

/** Inside a tidy: `record[key]` becomes `next`, kept; what it was is disposed. */
function replace<K extends string>(
  record: Record<K, tf.Tensor1D>,
  key: K,
  next: tf.Tensor1D,
): void {
  if (record[key] === next) return;
  record[key].dispose();
  record[key] = tf.keep(next);
}

/** Inside a tidy: the rate of a group, or of each of its elements. */
function ratesOf(
  { table }: NetworkPlan,
  group: TrainedGroup,
  { rates, filterThresholdFactor: factor = 1 }: StepHyper,
): number | tf.Tensor1D {
  const rate = rates[group];
  if (group !== 'threshold' || factor === 1) return rate;
  return tf.tensor1d(
    filterThresholds(table).map((ofFilters) => (ofFilters ? rate * factor : rate)),
  );
}

const batchNormOf: Source['norm'] = (_name, x, gamma, beta, gate) =>
  batchNorm(x, gamma, beta, gate);

function runningNorm(plan: NetworkPlan, packed: tf.Tensor1D): Source['norm'] {
  const statistics = unpack(
    packed,
    specsOf(plan.table, 'statistic'),
    plan.table.groups.statistic.offset,
  );
  const get = (name: string): tf.Tensor1D => statistics.get(name) as tf.Tensor1D;
  return (name, x, gamma, beta, gate) =>
    batchNormRunning(
      gate ? tf.mul(x, gate) : x,
      gamma,
      beta,
      get(`${name}.mean`),
      get(`${name}.variance`),
    );
}

/** Of all live tensors: what the backend reports of its own memory leaves out tensors that are not uploaded yet. */
function currentBytes(): number {
  return tf.memory().numBytes;
}
