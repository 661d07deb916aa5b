/** The two inputs of a cell: relu, 1x1 convolution (or factorized reduce), batch norm, gate. */
import { gatherRow } from '../../../kernels/webgpu/norm-apply/rows.ts';
import { normBackwardRow } from '../../../kernels/webgpu/norm-backward/rows.ts';
import { pointwiseFilterGradient } from '../../../kernels/webgpu/pointwise-filter-gradient/program.ts';
import { pointwiseInputGradient } from '../../../kernels/webgpu/pointwise-input-gradient/program.ts';
import { reluGradientRow } from '../../../kernels/webgpu/pointwise-input-gradient/rows.ts';
import { pointwiseTile } from '../../../kernels/webgpu/pointwise/product.ts';
import { pointwiseForward } from '../../../kernels/webgpu/pointwise/program.ts';
import { pointwiseRow } from '../../../kernels/webgpu/pointwise/rows.ts';
import { bytesOf, ceilDiv, none, pixelsOf, quadsOf } from '../../../kernels/webgpu/quad.ts';
import type { GpuBuffer } from '../../../kernels/webgpu/runtime.ts';
import type { CellPlan, PreprocessPlan } from '../../../domain/spaces/plan.ts';
import type { Context } from './context.ts';
import type { PointwiseWeights, ReduceWeights } from './registry.ts';
import type { Source } from './group.ts';
import { gatherQuad, packed, reduceLanes, reduceQuads, wholeQuad } from './tensor.ts';
import type { Tensor } from './tensor.ts';
import { productTiles, range } from './tiles.ts';

/** Output of the stem or of a cell, with its gradient and the lane of each channel id. */
export interface Feature {
  readonly tensor: Tensor;
  readonly gradient: GpuBuffer;
  readonly laneOf: (id: number) => number;
  /** Whether something was written to the gradient: the next writer adds. */
  gradientWritten: boolean;
}

export interface Preprocessed {
  readonly states: Tensor;
  readonly full: Tensor;
  readonly fullGradient: GpuBuffer;
  readonly sources: readonly Source[];
}

interface Slot {
  readonly plan: PreprocessPlan;
  readonly input: Feature;
  /** First quad and quads in the shared buffer. */
  readonly first: number;
  readonly quads: number;
  readonly laneOf: ReadonlyMap<number, number>;
  readonly weights:
    | { readonly kind: 'product'; readonly product: PointwiseWeights }
    | { readonly kind: 'reduce'; readonly reduce: ReduceWeights };
}

export function recordPreprocess(
  context: Context,
  cell: CellPlan,
  inputs: readonly Feature[],
): Preprocessed {
  const { gpu, tables, tab, masked } = context;
  const c = cell.shape.index;
  const channels = cell.shape.channels;
  const plane = context.plane(cell.shape.inputSize);
  const fullQuads = quadsOf(channels);
  let first = 0;
  const slotBase = context.slots.count;
  const slots = cell.preprocess.map((plan, s): Slot => {
    const slot = makeSlot(context, cell, plan, inputs[s]!, first);
    first += slot.quads;
    return slot;
  });
  const raw = context.tensor(first, plane);

  context.part('forward');
  for (const slot of slots) {
    const strided = slot.weights.kind === 'reduce';
    const rows = forwardRows(slot);
    gpu.record(
      pointwiseForward({ relu: true, strided }),
      [slot.input.tensor.buffer, masked, raw.buffer, tab],
      { ...planes(slot, raw), table: tables.add(rows), outputQuad: slot.first },
      [ceilDiv(pixelsOf(plane), pointwiseTile), rows.length],
    );
  }
  // As in the released program, gated after the norm, a factorized reduce too: in that it differs from a stride-2 skip.
  context.statistics(raw, 0, slotBase, raw.quads, () => false);
  const states = context.tensor(raw.quads, plane);
  context.apply(
    raw,
    slotBase,
    states,
    0,
    range(raw.quads).map((q) => gatherRow.pack(wholeQuad(q))),
  );

  // At full width, node and state channels share lanes: pools and skips need no gather.
  const inPlaceLanes = slots.every(
    (s, i) => s.first === i * fullQuads && range(channels).every((id) => s.laneOf.get(id) === id),
  );
  const full = inPlaceLanes ? states : context.tensor(slots.length * fullQuads, plane);
  if (!inPlaceLanes) {
    const rows = slots.flatMap((slot) =>
      range(fullQuads).map((q) =>
        gatherRow.pack(
          gatherQuad(q, channels, (id) => {
            const lane = slot.laneOf.get(id);
            return lane === undefined ? none : slot.first * 4 + lane;
          }),
        ),
      ),
    );
    context.apply(raw, slotBase, full, 0, rows);
  }
  const fullGradient = context.scratch('full states', bytesOf(slots.length * fullQuads, plane));
  context.backward.push(() => backward(context, slots, raw, slotBase, fullGradient, fullQuads));
  slots.forEach((slot, s) => {
    context.items.push({
      alpha: none,
      coefficient: none,
      operationThreshold: none,
      filterThreshold: context.on.filter
        ? context.threshold(`cells.${c}.preprocessFilterThreshold`, s)
        : none,
      blocks: [[slotBase + slot.first, slot.quads]],
      before: false,
      partial: none,
      partials: 0,
      partialLane: 0,
    });
  });
  return {
    states,
    full,
    fullGradient,
    sources: slots.map((slot, s) => ({
      state: s,
      view: {
        buffer: states.buffer,
        firstQuad: slot.first,
        quads: slot.quads,
        laneOf: slot.laneOf,
      },
      fullQuad: s * fullQuads,
    })),
  };
}

function makeSlot(
  context: Context,
  cell: CellPlan,
  plan: PreprocessPlan,
  input: Feature,
  first: number,
): Slot {
  const inputs = plan.inputs.map(input.laneOf);
  const inQuads = input.tensor.quads;
  const threshold = context.threshold(
    `cells.${cell.shape.index}.preprocessFilterThreshold`,
    plan.slot,
  );
  if (plan.split === null) {
    const laneOf = packed(plan.filters);
    const quads = quadsOf(plan.filters.length);
    const outputs = plan.filters.map((_, i) => i);
    context.slots.add(context.normSpecs(plan.name, threshold), outputs, quads);
    const product = context.weights.addPointwise(
      context.spec(`${plan.name}.conv`),
      inputs,
      inQuads,
      outputs,
      quads,
    );
    return { plan, input, first, quads, laneOf, weights: { kind: 'product', product } };
  }
  const laneOf = reduceLanes(plan.filters, plan.split);
  const [a, b] = reduceQuads(plan.filters, plan.split);
  context.slots.add(
    context.normSpecs(plan.name, threshold),
    plan.filters.map((id) => laneOf.get(id)!),
    a + b,
  );
  const reduce = context.weights.addReduce(
    context.spec(`${plan.name}.conv1`),
    context.spec(`${plan.name}.conv2`),
    inputs,
    inQuads,
  );
  return { plan, input, first, quads: a + b, laneOf, weights: { kind: 'reduce', reduce } };
}

function planes(slot: Slot, raw: Tensor): Record<string, number> {
  const input = slot.input.tensor.plane;
  return {
    batch: raw.plane.batch,
    height: raw.plane.height,
    width: raw.plane.width,
    inHeight: input.height,
    inWidth: input.width,
  };
}

function forwardRows(slot: Slot): number[][] {
  const inQuads = slot.input.tensor.quads;
  const { weights } = slot;
  const rows = (quads: number, forward: number, shift: number): number[][] =>
    range(quads).map((o) =>
      pointwiseRow.pack({
        inputQuad: 0,
        inputQuads: inQuads,
        weights: forward + o * inQuads * 4,
        shift,
      }),
    );
  if (weights.kind === 'product') return rows(slot.quads, weights.product.forward, 0);
  const { quads, forward } = weights.reduce;
  return [0, 1].flatMap((k) => rows(quads[k]!, forward[k]!, k));
}

function backward(
  context: Context,
  slots: readonly Slot[],
  raw: Tensor,
  slotBase: number,
  fullGradient: GpuBuffer,
  fullQuads: number,
): void {
  context.part('backward');
  const rows = slots.flatMap((slot, s) => {
    const idOf = new Map([...slot.laneOf].map(([id, lane]) => [lane, id]));
    return range(slot.quads).map((q) =>
      normBackwardRow.pack({
        inputQuad: slot.first + q,
        slot: slotBase + slot.first + q,
        coefficient: none,
        gateBefore: false,
        ...gatherQuad(q, slot.quads * 4, (lane) =>
          idOf.has(lane) ? s * fullQuads * 4 + idOf.get(lane)! : none,
        ),
      }),
    );
  });
  context.normBackward(raw, fullGradient, rows);
  for (const slot of slots) slotBackward(context, slot, raw);
}

function slotBackward(context: Context, slot: Slot, raw: Tensor): void {
  const { gpu, tables, tab, masked, chunks, chunkCount } = context;
  const { weights, input } = slot;
  const inQuads = input.tensor.quads;
  const strided = weights.kind === 'reduce';
  const shape = planes(slot, raw);
  const filterRows =
    weights.kind === 'product'
      ? productTiles(0, inQuads, slot.first, slot.quads, 0, weights.product.gradient, 2)
      : [0, 1].flatMap((k) =>
          productTiles(
            0,
            inQuads,
            slot.first + (k === 1 ? weights.reduce.quads[0] : 0),
            weights.reduce.quads[k]!,
            k,
            weights.reduce.gradient[k]!,
            2,
          ),
        );
  gpu.record(
    pointwiseFilterGradient({ relu: true, strided, tile: 2 }, context.sizes.filter),
    [input.tensor.buffer, raw.buffer, chunks, tab],
    {
      ...shape,
      table: tables.add(filterRows),
      chunks: chunkCount,
      chunkStride: context.chunkStride,
    },
    [chunkCount, filterRows.length],
  );
  const transposed =
    weights.kind === 'product' ? weights.product.transposed : weights.reduce.transposed;
  const [a, b] = weights.kind === 'product' ? [slot.quads, 0] : weights.reduce.quads;
  const rows = range(inQuads).map((q) =>
    reluGradientRow.pack({
      gradientQuad: slot.first,
      gradientQuads: a,
      weights: transposed + q * (a + b) * 4,
      inputQuad: q,
      resultQuad: q,
      add: input.gradientWritten,
      secondQuad: slot.first + a,
      secondQuads: b,
    }),
  );
  gpu.record(
    pointwiseInputGradient({ strided }),
    [raw.buffer, masked, input.tensor.buffer, input.gradient, tab],
    { ...shape, table: tables.add(rows) },
    [ceilDiv(pixelsOf(input.tensor.plane), pointwiseTile), rows.length],
  );
  input.gradientWritten = true;
}
