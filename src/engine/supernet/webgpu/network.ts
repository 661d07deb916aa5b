/** Records a whole training step of a super-net: prologue, forward, loss, backward, update. */
import {
  linear,
  linearFilterGradient,
  linearInputGradient,
} from '../../../kernels/webgpu/classifier/program.ts';
import { featureRow, laneFeatureRow } from '../../../kernels/webgpu/classifier/rows.ts';
import {
  auxiliaryCrossEntropy,
  crossEntropy,
} from '../../../kernels/webgpu/cross-entropy/program.ts';
import { globalPool } from '../../../kernels/webgpu/global-pool/program.ts';
import { gatherRow } from '../../../kernels/webgpu/norm-apply/rows.ts';
import { normBackwardRow } from '../../../kernels/webgpu/norm-backward/rows.ts';
import { bytesOf, ceilDiv, none, pixelsOf, quadsOf } from '../../../kernels/webgpu/quad.ts';
import type { Gpu, GpuBuffer, Recording } from '../../../kernels/webgpu/runtime.ts';
import { stemFilterGradient } from '../../../kernels/webgpu/stem-filter-gradient/program.ts';
import { stemRows } from '../../../kernels/webgpu/stem/column.ts';
import { stemForward } from '../../../kernels/webgpu/stem/program.ts';
import type { HeadPlan, NetworkPlan } from '../../../domain/spaces/plan.ts';
import type { NetworkParameters } from '../../../domain/graph/parameters.ts';
import { Context } from './context.ts';
import type { RecordOptions } from './context.ts';
import type { Part } from './context.ts';
import { checkSupported } from './depthwise-classes.ts';
import { recordEpilogue } from './epilogue.ts';
import { recordGroup } from './group.ts';
import { recordPreprocess } from './preprocess.ts';
import type { Feature } from './preprocess.ts';
import { wholeQuad } from './tensor.ts';
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
  /** Behind the coefficients, one a candidate and image; null where not trained with drop-path. */
  readonly factors: {
    readonly buffer: GpuBuffer;
    readonly first: number;
    readonly count: number;
  } | null;
  dispose(): void;
}

export async function recordNetwork(
  gpu: Gpu,
  plan: NetworkPlan,
  parameters: NetworkParameters,
  options: RecordOptions,
): Promise<DeviceNetwork> {
  const { space } = plan;
  if (space.imageChannels > 4)
    throw new RangeError(`images of ${space.imageChannels} channels: at most 4 are supported`);
  checkSupported(space.operations);
  const units = space.edges.length * space.operations.length;
  const buffers: GpuBuffer[] = [];
  const own = (buffer: GpuBuffer): GpuBuffer => (buffers.push(buffer), buffer);
  const values = own(gpu.upload(parameters.values));
  const momenta = own(gpu.upload(parameters.momentum));
  const grads = own(gpu.buffer(plan.table.size * 4));
  const candidates = plan.cells.length * units;
  const factors = options.dropPath
    ? { first: candidates, count: candidates * options.batchSize }
    : null;
  const coefficients = own(gpu.buffer((candidates + (factors?.count ?? 0)) * 4));
  const context = new Context(
    gpu,
    plan,
    options.batchSize,
    options.granularities,
    values,
    coefficients,
    options.sizes,
    factors?.first ?? null,
  );

  const images = own(gpu.buffer(bytesOf(1, context.plane(space.imageSize))));
  const labels = own(gpu.buffer(options.batchSize * 4));
  const features = new Map<number, Feature>([[-1, recordStem(context, images)]]);
  for (const cell of plan.cells) {
    const inputs = cell.preprocess.map(({ source }) => features.get(source)!);
    const pre = recordPreprocess(context, cell, inputs);
    const channels = cell.shape.channels;
    const quads = quadsOf(channels);
    const plane = context.plane(cell.shape.size);
    const output = context.tensor(space.nodes * quads, plane);
    const gradient = context.own(gpu.buffer(bytesOf(output.quads, plane)));
    const laneOf = (id: number): number => Math.floor(id / channels) * quads * 4 + (id % channels);
    features.set(cell.shape.index, { tensor: output, gradient, laneOf, gradientWritten: false });
    const shared = { output, outputGradient: gradient };
    const written = new Set<number>();
    recordGroup(context, cell, pre.sources, { ...pre, ...shared, inPlace: false }, written);
    // A node feeds those after it: the last one feeds none.
    cell.output.inputs.slice(0, -1).forEach((feeding, node) => {
      const state = cell.states.indexOf(feeding);
      const view = {
        buffer: output.buffer,
        firstQuad: node * quads,
        quads,
        laneOf: new Map(range(channels).map((c) => [c, c])),
      };
      const source = { state, view, fullQuad: node * quads };
      const own = { states: output, full: output, fullGradient: gradient, inPlace: true };
      recordGroup(context, cell, [source], { ...own, ...shared }, written);
    });
  }
  const head = recordHead(context, plan.head, features.get(plan.endCell)!, { labels, grads });
  const { auxiliary } = plan;
  if (auxiliary && options.auxiliary)
    recordAuxiliaryHead(
      context,
      auxiliary,
      features.get(auxiliary.cell)!,
      { labels, grads },
      options.auxiliary,
    );
  for (const back of context.backward.reverse()) back();
  const epilogue = recordEpilogue(
    context,
    { values, grads, momenta, losses: head.losses, weightMask: parameters.weightMask },
    options,
  );
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
    factors: factors && { buffer: coefficients, ...factors },
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
  gpu.record(
    stemForward(space.imageChannels),
    [images, context.masked, raw.buffer],
    { ...size, weights },
    [tiles, quads],
  );
  context.statistics(raw, 0, slot, quads, () => false);
  const rows = range(quads).map((q) => gatherRow.pack(wholeQuad(q)));
  context.apply(raw, slot, tensor, 0, rows);
  const feature: Feature = {
    tensor,
    gradient: context.own(gpu.buffer(bytesOf(quads, plane))),
    laneOf: (id) => id,
    gradientWritten: false,
  };
  context.backward.push(() => {
    context.part('backward');
    context.normBackward(
      raw,
      feature.gradient,
      range(quads).map((q) =>
        normBackwardRow.pack({
          inputQuad: q,
          slot: slot + q,
          coefficient: none,
          gateBefore: false,
          ...wholeQuad(q),
        }),
      ),
    );
    gpu.record(
      stemFilterGradient(space.imageChannels, context.sizes.filter),
      [images, raw.buffer, context.chunks],
      { ...size, result: gradient, chunks: chunkCount, chunkStride: context.chunkStride },
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

interface HeadBuffers {
  readonly labels: GpuBuffer;
  readonly grads: GpuBuffer;
}

/** What both passes of a head share. */
function placeHead(context: Context, { name, inputs }: HeadPlan, { tensor, laneOf }: Feature) {
  const { gpu, plan, batch } = context;
  const { classes } = plan.space;
  const { quads } = tensor;
  const lanes = inputs.map(laneOf);
  return {
    pooled: context.own(gpu.buffer(batch * quads * 16)),
    logits: context.own(gpu.buffer(batch * classes * 4)),
    gradient: context.own(gpu.buffer(batch * classes * 4)),
    losses: context.own(gpu.buffer(batch * 8)),
    lanes,
    laneTable: context.tables.add(lanes.map((lane) => featureRow.pack({ lane }))),
    shape: {
      batch,
      classes,
      quads,
      area: pixelsOf(tensor.plane) / batch,
      features: lanes.length,
      lanes: quads * 4,
    },
    at: {
      weight: context.spec(`${name}.weight`).offset,
      bias: context.spec(`${name}.bias`).offset,
    },
  };
}
type PlacedHead = ReturnType<typeof placeHead>;

function headForward(
  { gpu, values, tab }: Context,
  end: Feature,
  { pooled, logits, shape, at, laneTable }: PlacedHead,
): void {
  gpu.record(globalPool, [end.tensor.buffer, pooled], shape, [
    ceilDiv(shape.batch * shape.quads, 64),
  ]);
  gpu.record(linear, [pooled, values, logits, tab], { ...shape, ...at, table: laneTable }, [
    ceilDiv(shape.batch * shape.classes, 64),
  ]);
}

/** From the logits' gradient on. Overwrites the gradient of the head's feature: it is the first to write there. */
function headBackward(
  { gpu, tables, values, tab }: Context,
  end: Feature,
  { pooled, gradient, shape, at, laneTable, lanes }: PlacedHead,
  grads: GpuBuffer,
): void {
  const grid = [ceilDiv((lanes.length + 1) * shape.classes, 64)] as const;
  gpu.record(
    linearFilterGradient,
    [pooled, gradient, grads, tab],
    { ...shape, ...at, table: laneTable },
    grid,
  );
  const featureOf = new Array<number>(shape.quads * 4).fill(none);
  lanes.forEach((lane, f) => (featureOf[lane] = f));
  const featureTable = tables.add(featureOf.map((feature) => laneFeatureRow.pack({ feature })));
  const buffers = [gradient, values, end.gradient, tab];
  gpu.record(linearInputGradient, buffers, { ...shape, ...at, table: featureTable }, [
    ceilDiv(shape.batch * shape.quads, 64),
  ]);
  end.gradientWritten = true;
}

function recordHead(
  context: Context,
  plan: HeadPlan,
  end: Feature,
  { labels, grads }: HeadBuffers,
): { logits: GpuBuffer; losses: GpuBuffer } {
  const head = placeHead(context, plan, end);
  const { logits, gradient, losses, shape } = head;
  context.part('forward');
  headForward(context, end, head);
  context.backward.push(() => {
    context.part('backward');
    context.gpu.record(crossEntropy, [logits, labels, gradient, losses], shape, [
      ceilDiv(shape.batch, 64),
    ]);
    headBackward(context, end, head, grads);
  });
  return { logits, losses };
}

/** Both of its passes lie in the backward part: it only trains along. Its losses are not read. */
function recordAuxiliaryHead(
  context: Context,
  plan: HeadPlan,
  end: Feature,
  { labels, grads }: HeadBuffers,
  weight: number,
): void {
  const head = placeHead(context, plan, end);
  const { logits, gradient, losses, shape } = head;
  const scale = new Uint32Array(Float32Array.of(weight).buffer)[0]!;
  context.backward.push(() => {
    context.part('backward');
    headForward(context, end, head);
    context.gpu.record(
      auxiliaryCrossEntropy,
      [logits, labels, gradient, losses],
      { ...shape, scale },
      [ceilDiv(shape.batch, 64)],
    );
    headBackward(context, end, head, grads);
  });
}
