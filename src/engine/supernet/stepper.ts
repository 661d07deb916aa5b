/**
 * Trains one fixed structure on one device. The search decides *what* to train on plain host data; a stepper only runs
 * steps. Two exist: own WGSL programs on WebGPU (`kernels/webgpu`), and a TensorFlow.js composition for every other
 * backend and as the reference (`kernels/composed`).
 */
import type { Granularity } from '../../domain/granularities.ts';
import type { NetworkParameters, ParameterGroup } from '../../domain/graph/parameters.ts';
import type { NetworkPlan } from '../../domain/spaces/plan.ts';

export type TrainedGroup = Exclude<ParameterGroup, 'statistic'>;

/** `train`: momentum and values move; `gather`: only momentum gathers gradients; `off`: untouched. */
export type UpdateMode = 'train' | 'gather' | 'off';

export interface StepHyper {
  /** Weight of both regularizers. */
  lambda: number;
  /** First and last cell of the stage being searched: the size regularizer sums over these. */
  sizeCells: readonly [number, number];
  /** What each parameter of a candidate adds to the weight 1 of its summand in the size regularizer. */
  mu: number;
  momentum: number;
  decay: number;
  /** Largest norm of the gradient of all weights; 0 = no clipping. */
  clipNorm: number;
  rates: Readonly<Record<TrainedGroup, number>>;
  /** Multiplies the rate of thresholds for those of filters. Absent = 1. */
  filterThresholdFactor?: number;
  update: Readonly<Record<TrainedGroup, UpdateMode>>;
  /**
   * Drop-path: what the output of each candidate operation is multiplied by, for each image; [cells x units x images].
   * Absent = 1. Only where the network was loaded for it.
   */
  paths?: Float32Array;
}

export interface Batch {
  /** Normalized images, NHWC, length batch * size * size * channels. */
  readonly images: Float32Array;
  readonly labels: Int32Array;
  /** Images in the batch; evaluation's last batch may be shorter than training's. */
  readonly size: number;
}

export interface StepMetrics {
  crossEntropy: number;
  sizeRegularizer: number;
  thresholdRegularizer: number;
  /** Norm of the weights' gradient before clipping. */
  gradientNorm: number;
  /** Correct predictions in the batch. */
  correct: number;
}

export interface DeviceMemory {
  /** Bytes of all live device buffers or tensors now, and the most so far. */
  bytes: number;
  peakBytes: number;
}

export interface Stepper {
  readonly backend: string;
  /** Whether a network may be loaded with `halfFloats`. */
  readonly halfFloats: boolean;
  /**
   * Takes a structure and its parameters (copied), and prepares everything a step needs. Replaces what was loaded.
   * @param options.fixedCounts per cell, [edges x operations]: parameters of each candidate, as constants. Absent: the
   * soft count, which gates, filter thresholds and weight thresholds move (docs/algorithm.md, Loss).
   * @throws RangeError where the device has not what the options ask for.
   */
  load(
    plan: NetworkPlan,
    parameters: NetworkParameters,
    options: {
      batchSize: number;
      granularities: Readonly<Record<Granularity, boolean>>;
      fixedCounts?: readonly Float32Array[];
      /** Steps may come with `paths`. Off unless set: a search pays nothing for it. */
      dropPath?: boolean;
      /** Weight of the cross entropy under the plan's auxiliary head; 0 where not set. */
      auxiliary?: number;
      /** Activations and their gradients are stored as half floats: only where `halfFloats` says so. */
      halfFloats?: boolean | undefined;
    },
  ): Promise<void>;
  /** Queues one training step: forward, backward, update. Reads nothing back. */
  step(batch: Batch, hyper: StepHyper): void | Promise<void>;
  /** Metrics of the steps since the last call, oldest first. Waits for the device. */
  readMetrics(): Promise<StepMetrics[]>;
  /**
   * Sets the running averages to the mean of these batches' statistics, whatever they held before: forward passes alone,
   * nothing else changes. The mean is training's own exponential one, freed of its start (divided by 1 - 0.9^n), so that
   * the result does not depend on what was trained or pruned before.
   * @param batches whole training batches, each asked for when it is wanted. @param gate passed before each; where it throws, the averages stay.
   */
  settle(batches: Iterable<Batch | Promise<Batch>>, gate?: () => Promise<void>): Promise<void>;
  /** Logits of a batch, [size x classes]; running-average batch norm, or the batch's own statistics. */
  logits(batch: Batch, statistics: 'running' | 'batch'): Promise<Float32Array>;
  /** Copies the parameters back to the host. */
  read(): Promise<NetworkParameters>;
  memory(): DeviceMemory;
  /** Frees everything; the stepper can `load` again. */
  dispose(): void;
}
