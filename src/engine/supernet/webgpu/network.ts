/** Records a whole training step of a super-net: prologue, forward, loss, backward, update. */
import {
  crossEntropy,
  globalPool,
  linear,
  linearFilterGradient,
  linearInputGradient,
} from '../../../kernels/webgpu/head.ts';
import { bytesOf, ceilDiv, none, pixelsOf, quadsOf } from '../../../kernels/webgpu/quad.ts';
import type { Gpu, GpuBuffer, Recording } from '../../../kernels/webgpu/runtime.ts';
import { stemFilterGradient, stemForward, stemRows } from '../../../kernels/webgpu/stem.ts';
import type { Granularity } from '../../settings.ts';
import type { NetworkParameters, NetworkPlan } from '../plan.ts';
import { Context } from './context.ts';
import type { AdapterSizes, Part } from './context.ts';
import { recordEpilogue } from './epilogue.ts';
import { recordGroup } from './group.ts';
import { recordPreprocess } from './preprocess.ts';
import type { Feature } from './preprocess.ts';
import { range } from './tiles.ts';

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
  dispose(): void;
}

export interface RecordOptions {
  readonly batchSize: number;
  readonly granularities: Readonly<Record<Granularity, boolean>>;
  readonly unitMillions: readonly Float32Array[];
  /** Entries of the ring of metrics. */
  readonly ring: number;
  readonly sizes: AdapterSizes;
}

export async function recordNetwork(
  gpu: Gpu,
  plan: NetworkPlan,
  parameters: NetworkParameters,
  options: RecordOptions,
): Promise<DeviceNetwork> {
  const { space } = plan;
  if (space.imageChannels > 4) throw new RangeError(`images of ${space.imageChannels} channels: at most 4 are supported`);
  const units = space.edges.length * space.operations.length;
  const buffers: GpuBuffer[] = [];
  const own = (buffer: GpuBuffer): GpuBuffer => (buffers.push(buffer), buffer);
  const values = own(gpu.upload(parameters.values));
  const momenta = own(gpu.upload(parameters.momentum));
  const grads = own(gpu.buffer(plan.table.size * 4));
  const coefficients = own(gpu.buffer(plan.cells.length * units * 4));
  const context = new Context(gpu, plan, options.batchSize, options.granularities, values, coefficients, options.sizes);

  const images = own(gpu.buffer(bytesOf(1, context.plane(space.imageSize))));
  const labels = own(gpu.buffer(options.batchSize * 4));
  const features = new Map<number, Feature>([[-1, recordStem(context, images)]]);
  for (const cell of plan.cells) {
    const inputs = [features.get(cell.preprocess[0].source)!, features.get(cell.preprocess[1].source)!] as const;
    const pre = recordPreprocess(context, cell, inputs);
    const channels = cell.shape.channels;
    const quads = quadsOf(channels);
    const plane = context.plane(cell.shape.size);
    const output = context.tensor(space.settings.nodes * quads, plane);
    const gradient = context.own(gpu.buffer(bytesOf(output.quads, plane)));
    const laneOf = (id: number): number => Math.floor(id / channels) * quads * 4 + (id % channels);
    features.set(cell.shape.index, { tensor: output, gradient, laneOf, gradientWritten: false });
    const shared = { output, outputGradient: gradient };
    const written = new Set<number>();
    recordGroup(context, cell, pre.sources, { ...pre, ...shared, inPlace: false }, written);
    for (let node = 0; node < space.settings.nodes - 1; node++) {
      const view = { buffer: output.buffer, firstQuad: node * quads, quads, laneOf: new Map(range(channels).map((c) => [c, c])) };
      const source = { state: node + 2, view, fullQuad: node * quads };
      const own = { states: output, full: output, fullGradient: gradient, inPlace: true };
      recordGroup(context, cell, [source], { ...own, ...shared }, written);
    }
  }
  const head = recordHead(context, features.get(plan.endCell)!, labels, grads);
  for (const back of context.backward.reverse()) back();
  const epilogue = recordEpilogue(context, { values, grads, momenta, losses: head.losses, weightMask: parameters.weightMask }, options);
  context.resolve();
  const recording = await gpu.finish('prologue' satisfies Part);
  return {
    recording,
    images,
    labels,
    logits: head.logits,
    values,
    grads,
    momenta,
    ...epilogue,
    dispose: (): void => {
      recording.dispose();
      for (const buffer of [...buffers, ...context.buffers]) gpu.free(buffer);
    },
  };
}

function recordStem(context: Context, images: GpuBuffer): Feature {
  const { gpu, plan, chunkCount } = context;
  const { space } = plan;
  const channels = space.stemChannels;
  const quads = quadsOf(channels);
  const plane = context.plane(space.imageSize);
  const slot = context.slots.add(context.normSpecs('stem', none, false), range(channels), quads);
  const { weights, gradient } = context.weights.addStem(context.spec('stem.conv'));
  const raw = context.tensor(quads, plane);
  const tensor = context.tensor(quads, plane);
  const size = { batch: plane.batch, height: plane.height, width: plane.width };
  const tiles = ceilDiv(plane.batch * ceilDiv(plane.height, stemRows) * plane.width, 64);
  context.part('forward');
  gpu.record(stemForward(space.imageChannels), [images, context.masked, raw.buffer], { ...size, weights }, [tiles, quads]);
  context.statistics(raw, 0, slot, quads, () => false);
  const rows = range(quads).map((q) => [q, none, none, none, none]);
  context.apply(raw, slot, tensor, 0, rows);
  const feature: Feature = {
    tensor,
    gradient: context.own(gpu.buffer(bytesOf(quads, plane))),
    laneOf: (id) => id,
    gradientWritten: false,
  };
  context.backward.push(() => {
    context.part('backward');
    context.normBackward(raw, feature.gradient, range(quads).map((q) => [q, slot + q, none, 0, q, none, none, none, none]));
    gpu.record(
      stemFilterGradient(space.imageChannels, context.sizes.filter),
      [images, raw.buffer, context.chunks],
      { ...size, base: gradient, chunks: chunkCount, chunkStride: context.chunkStride },
      [chunkCount, quads * 3],
    );
  });
  context.items.push({
    alpha: none,
    coefficient: none,
    operationThreshold: none,
    filterThreshold: none,
    blocks: [[slot, quads]],
    before: false,
    partial: none,
    partials: 0,
    partialLane: 0,
  });
  return feature;
}

function recordHead(context: Context, end: Feature, labels: GpuBuffer, grads: GpuBuffer): { logits: GpuBuffer; losses: GpuBuffer } {
  const { gpu, plan, batch, tab, values } = context;
  const { classes } = plan.space;
  const quads = end.tensor.quads;
  const area = pixelsOf(end.tensor.plane) / batch;
  const pooled = context.own(gpu.buffer(batch * quads * 16));
  const logits = context.own(gpu.buffer(batch * classes * 4));
  const gradient = context.own(gpu.buffer(batch * classes * 4));
  const losses = context.own(gpu.buffer(batch * 8));
  const lanes = plan.head.inputs.map(end.laneOf);
  const featureOf = new Array<number>(quads * 4).fill(none);
  lanes.forEach((lane, f) => (featureOf[lane] = f));
  const shape = { batch, classes, quads, area, features: lanes.length, lanes: quads * 4 };
  const at = { weight: context.spec(`${plan.head.name}.weight`).offset, bias: context.spec(`${plan.head.name}.bias`).offset };
  const laneTab = context.tables.add([lanes]);
  context.part('forward');
  gpu.record(globalPool, [end.tensor.buffer, pooled], shape, [ceilDiv(batch * quads, 64)]);
  gpu.record(linear, [pooled, values, logits, tab], { ...shape, ...at, tab: laneTab }, [ceilDiv(batch * classes, 64)]);
  context.backward.push(() => {
    context.part('backward');
    gpu.record(crossEntropy, [logits, labels, gradient, losses], shape, [ceilDiv(batch, 64)]);
    const grid = [ceilDiv((lanes.length + 1) * classes, 64)] as const;
    gpu.record(linearFilterGradient, [pooled, gradient, grads, tab], { ...shape, ...at, tab: laneTab }, grid);
    const featureTab = context.tables.add([featureOf]);
    const buffers = [gradient, values, end.gradient, tab];
    gpu.record(linearInputGradient, buffers, { ...shape, ...at, tab: featureTab }, [ceilDiv(batch * quads, 64)]);
    end.gradientWritten = true;
  });
  return { logits, losses };
}
