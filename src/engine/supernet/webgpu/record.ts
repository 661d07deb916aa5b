/** Records a whole training step of a network: prologue, forward, loss, backward, update. */
import { bytesOf } from '../../../kernels/webgpu/quad.ts';
import type { ActivationFormat } from '../../../kernels/webgpu/activation-format.ts';
import type { Gpu } from '../../../kernels/webgpu/runtime.ts';
import type { GpuBuffer } from '../../../kernels/webgpu/buffers.ts';
import type { Recording } from '../../../kernels/webgpu/recording.ts';
import { unprunedPlans } from '../../../domain/counts.ts';
import type { Granularity } from '../../../domain/granularities.ts';
import { parameter } from '../../../domain/graph/layout.ts';
import { unitVectors } from '../../../domain/graph/parameters.ts';
import type { NetworkParameters, ParameterTable } from '../../../domain/graph/parameters.ts';
import type { NetworkPlan } from '../../../domain/spaces/plan.ts';
import { none } from '../../../kernels/webgpu/quad.ts';
import { countedCandidates } from '../soft-count.ts';
import type { AdapterSizes } from './adapter-sizes.ts';
import type { Batch, MixGroup } from './batches.ts';
import { recordEpilogue } from './epilogue.ts';
import { lower } from './lower.ts';
import * as depthwise from './programs/depthwise.ts';
import * as imageConvolution from './programs/image-convolution.ts';
import * as linear from './programs/linear.ts';
import type { Classifier } from './programs/linear.ts';
import * as mix from './programs/mix.ts';
import type { MixPlace } from './programs/mix.ts';
import * as norm from './programs/norm.ts';
import * as pointwise from './programs/pointwise.ts';
import * as pool from './programs/pool.ts';
import * as store from './programs/store.ts';
import { initialCoefficients, Recorder } from './recorder.ts';
import type { Part } from './recorder.ts';
import { SlotRegistry, WeightRegistry } from './registry.ts';
import { programsOf } from './select.ts';
import { planUnits } from './units.ts';

/** What a recording is made for. */
export interface RecordOptions {
  readonly batchSize: number;
  readonly granularities: Readonly<Record<Granularity, boolean>>;
  readonly fixedCounts?: readonly Float32Array[];
  /** Entries of the ring of metrics. */
  readonly ring: number;
  readonly sizes: AdapterSizes;
  readonly dropPath?: boolean;
  readonly auxiliary?: number;
  readonly activations?: ActivationFormat;
}

/** Device buffers of a loaded network that the stepper reads and writes. */
export interface DeviceNetwork {
  readonly recording: Recording;
  readonly images: GpuBuffer;
  readonly labels: GpuBuffer;
  readonly logits: GpuBuffer;
  readonly values: GpuBuffer;
  readonly grads: GpuBuffer;
  readonly momenta: GpuBuffer;
  readonly hyper: GpuBuffer;
  readonly metrics: GpuBuffer;
  /** Behind the coefficients, one a candidate and image; null where not trained with drop-path. */
  readonly factors: {
    readonly buffer: GpuBuffer;
    readonly first: number;
    readonly count: number;
  } | null;
  dispose(): void;
}

/** Weights in kernel order, each with the threshold of the candidate that masks it. */
export const weightRegistry = (table: ParameterTable, masked: boolean): WeightRegistry =>
  new WeightRegistry(table.size, ({ maskedBy }) =>
    masked && maskedBy
      ? parameter(table, unitVectors(maskedBy.cell).weightThreshold).offset + maskedBy.unit
      : none,
  );

/** @throws RangeError naming a node that the programs do not compute, or a setting that is too large. */
export async function recordNetwork(
  gpu: Gpu,
  plan: NetworkPlan,
  parameters: NetworkParameters,
  options: RecordOptions,
): Promise<DeviceNetwork> {
  const { table, graph } = plan;
  const { granularities: on, batchSize: batch, activations = 'float32' } = options;
  const weights = weightRegistry(table, on.weight);
  const slots = new SlotRegistry();
  // The auxiliary head comes last: its way back is the first.
  const auxiliary = options.auxiliary && plan.auxiliary ? plan.auxiliary.node : null;
  const outputs = [plan.head.node, ...(auxiliary ? [auxiliary] : [])];
  const programs = programsOf(unprunedPlans(plan.space).at(-1)!.graph);
  const lowered = lower(graph, outputs, { table, programs, weights, slots, gated: on.filter });

  const units = plan.unitNodes.length;
  const candidates = plan.cells.length * units;
  const factors = options.dropPath ? { first: candidates + 1, count: candidates * batch } : null;
  const buffers: GpuBuffer[] = [];
  const own = (buffer: GpuBuffer): GpuBuffer => (buffers.push(buffer), buffer);
  const values = own(gpu.upload(parameters.values));
  const momenta = own(gpu.upload(parameters.momentum));
  const grads = own(gpu.buffer(table.size * 4));
  const coefficients = own(gpu.upload(initialCoefficients(candidates, factors ? batch : 0)));
  const { imageSize: size } = plan.space;
  const images = own(gpu.buffer(bytesOf(1, { batch, height: size, width: size })));
  const labels = own(gpu.buffer(batch * 4));
  const recorder = new Recorder(gpu, {
    ...{
      table,
      batch,
      on,
      values,
      grads,
      images,
      labels,
      coefficients,
      units,
      weights,
      slots,
      candidates,
    },
    ...{
      activations,
      sizes: options.sizes,
      factors: factors?.first ?? null,
      isLive: lowered.isLive,
    },
  });
  const { mixes, classifiers } = recordBatches(recorder, lowered.batches, (node) =>
    node === auxiliary ? options.auxiliary! : null,
  );
  const head = classifiers.find((one) => one.auxiliary === null)!;
  const epilogue = recordEpilogue(recorder, {
    ...{ lowered, mixes, momenta, losses: head.losses, weightMask: parameters.weightMask },
    units: planUnits(graph, table, on),
    counted: countedCandidates(plan),
    fixedCounts: options.fixedCounts,
    ring: options.ring,
  });
  recorder.resolve();
  const recording = await gpu.finish('prologue' satisfies Part, activations);
  return {
    ...{ recording, images, labels, values, grads, momenta, ...epilogue, logits: head.logits },
    factors: factors && { buffer: coefficients, ...factors },
    dispose: (): void => {
      recording.dispose();
      recorder.memory.free();
      for (const buffer of buffers) gpu.free(buffer);
    },
  };
}

type Linear = Classifier['batch'];

/**
 * Walks the batches forwards, then backwards.
 * @param auxiliaryWeight of a classifier's loss; null: it is the network's own.
 */
export function recordBatches(
  recorder: Recorder,
  batches: readonly Batch[],
  auxiliaryWeight: (node: Linear['node']) => number | null,
): { mixes: ReadonlyMap<MixGroup, MixPlace>; classifiers: readonly Classifier[] } {
  const mixes = new Map<MixGroup, MixPlace>();
  const classifiers = new Map<Linear, Classifier>();
  const forward = (batch: Batch): void => {
    switch (batch.kind) {
      case 'image convolution':
        return imageConvolution.forward(recorder, batch);
      case 'depthwise':
        return depthwise.forward(recorder, batch);
      case 'pointwise':
      case 'strided':
        return pointwise.forward(recorder, batch);
      case 'pool':
        return pool.forward(recorder, batch);
      case 'norm':
        return norm.forward(recorder, batch);
      case 'store':
        return store.forward(recorder, batch);
      case 'sources':
        return;
      case 'mix':
        mixes.set(batch.group, mix.forward(recorder, batch.group));
        return;
      case 'linear': {
        const classifier = linear.classifierOf(recorder, batch, auxiliaryWeight(batch.node));
        classifiers.set(batch, classifier);
        return linear.forward(recorder, classifier);
      }
    }
  };
  const backward = (batch: Batch): void => {
    switch (batch.kind) {
      case 'image convolution':
        return imageConvolution.backward(recorder, batch);
      case 'depthwise':
        return depthwise.backward(recorder, batch);
      case 'pointwise':
      case 'strided':
        return pointwise.backward(recorder, batch);
      case 'pool':
        return pool.backward(recorder, batch);
      case 'norm':
        // Whoever reads a norm's result begins its way back.
        return;
      case 'store':
        return store.backward(recorder, batch);
      case 'sources':
        return mix.statesBackward(recorder, batch.group, mixes.get(batch.group)!);
      case 'mix':
        return mix.sharesBackward(recorder, batch.group);
      case 'linear':
        return linear.backward(recorder, classifiers.get(batch)!);
    }
  };
  recorder.part('forward');
  batches.forEach(forward);
  recorder.part('backward');
  [...batches].reverse().forEach(backward);
  return { mixes, classifiers: [...classifiers.values()] };
}
