/**
 * All candidate operations that leave one group of states (the two inputs of a cell, or one node), batched: each kind
 * of work is one dispatch for the whole group. Forward: depthwise, pointwise, statistics, depthwise, pointwise,
 * statistics, mix. Backward: the same way back.
 *
 * Quads of the convolution outputs lie as [first blocks of separable | dilated | factorized reduce | second blocks of
 * separable], so that "level one" (the first three) and "final" (the last three) are each one range.
 */
import {
  depthwiseFilterGradient,
  depthwiseForward,
  depthwiseInputGradient,
  inputGradientEntry,
} from '../../../kernels/webgpu/depthwise.ts';
import type { DepthwiseVariant } from '../../../kernels/webgpu/depthwise.ts';
import { mixBackward, mixForward, mixHeader, mixRows, targetRow } from '../../../kernels/webgpu/mix.ts';
import {
  pointwiseFilterGradient,
  pointwiseForward,
  pointwiseInputGradient,
  pointwiseTile,
} from '../../../kernels/webgpu/pointwise.ts';
import { bytesOf, ceilDiv, none, pixelsOf, quadsOf } from '../../../kernels/webgpu/quad.ts';
import type { Plane } from '../../../kernels/webgpu/quad.ts';
import type { GpuBuffer } from '../../../kernels/webgpu/runtime.ts';
import type { BlockPlan, CandidatePlan, CellPlan } from '../plan.ts';
import type { Context } from './context.ts';
import type { PointwiseWeights, ReduceWeights } from './registry.ts';
import { productTiles, range } from './tiles.ts';
import { gatherRow, packed, reduceLanes, reduceQuads } from './tensor.ts';
import type { StateView, Tensor } from './tensor.ts';

/** A state of the group: as convolutions read it (compacted) and as pools and skips do (full width). */
export interface Source {
  readonly state: number;
  readonly view: StateView;
  /** First quad at full width, in `GroupBuffers.full`. */
  readonly fullQuad: number;
}

export interface GroupBuffers {
  /** Compacted states of the group. */
  readonly states: Tensor;
  /** Full-width states; the cell's output itself for a node. */
  readonly full: Tensor;
  /** Gradient of the full-width states. */
  readonly fullGradient: GpuBuffer;
  readonly output: Tensor;
  readonly outputGradient: GpuBuffer;
  /** The states are nodes of this cell: `full` and `fullGradient` are the cell's own. */
  readonly inPlace: boolean;
}

interface Branch {
  readonly candidate: CandidatePlan;
  readonly block: BlockPlan;
  readonly source: Source;
  readonly d: number; // first quad in D
  readonly p: number; // first quad in P
  readonly inQuads: number;
  readonly outQuads: number;
  readonly taps: { weights: number; gradient: number };
  readonly product: PointwiseWeights;
  readonly variantClass: number;
}

interface Reduce {
  readonly candidate: CandidatePlan;
  readonly source: Source;
  readonly p: number;
  readonly weights: ReduceWeights;
}

const kernelClasses = [
  { kernel: 3, dilation: 1 },
  { kernel: 5, dilation: 1 },
  { kernel: 3, dilation: 2 },
  { kernel: 5, dilation: 2 },
] as const;

/** Outputs a depthwise invocation makes. */
const rowsOf = (height: number): number => (height > 2 ? 4 : 2);

export function recordGroup(
  context: Context,
  cell: CellPlan,
  sources: readonly Source[],
  buffers: GroupBuffers,
  written: Set<number>,
): void {
  const states = new Set(sources.map((s) => s.state));
  const candidates = cell.candidates.filter((k) => states.has(k.from));
  if (candidates.length === 0) return recordEmpty(context, cell, sources, buffers);
  new Group(context, cell, sources, buffers, candidates, written).record();
}

/** No candidate leaves the group: its states get no gradient. */
function recordEmpty(context: Context, cell: CellPlan, sources: readonly Source[], buffers: GroupBuffers): void {
  if (buffers.inPlace) return; // the node's gradient already holds what its cell's readers gave
  new Group(context, cell, sources, buffers, [], new Set()).record();
}

class Group {
  private readonly first: Branch[] = [];
  private readonly second: Branch[] = [];
  private readonly reduces: Reduce[] = [];
  private readonly stride: 1 | 2;
  private readonly inPlane: Plane;
  private readonly outPlane: Plane;
  private readonly d: Tensor;
  private readonly p: Tensor;
  private readonly slot: number;
  /** Quads of level one (first blocks and reduces) and where the final range begins. */
  private readonly levelOne: number;
  private readonly finalFrom: number;
  private readonly channels: number;

  constructor(
    private readonly context: Context,
    private readonly cell: CellPlan,
    private readonly sources: readonly Source[],
    private readonly buffers: GroupBuffers,
    private readonly candidates: readonly CandidatePlan[],
    private readonly written: Set<number>,
  ) {
    this.channels = cell.shape.channels;
    this.stride = cell.shape.reduction && !buffers.inPlace ? 2 : 1;
    this.inPlane = buffers.states.plane;
    this.outPlane = buffers.output.plane;
    this.slot = context.slots.count;
    let d = 0;
    let p = 0;
    const add = (candidate: CandidatePlan, b: number, inputs: readonly number[], inQuads: number): Branch => {
      const branch = this.branch(candidate, b, inputs, inQuads, d, p);
      d += branch.inQuads;
      p += branch.outQuads;
      return branch;
    };
    const convolutions = [
      ...candidates.filter((k) => k.operation.kind === 'separable'),
      ...candidates.filter((k) => k.operation.kind === 'dilated'),
    ];
    for (const candidate of convolutions) {
      const view = this.source(candidate).view;
      this.first.push(add(candidate, 0, candidate.blocks[0].inputs.map((id) => view.laneOf.get(id)!), view.quads));
    }
    this.finalFrom = this.first.filter((b) => b.candidate.operation.kind === 'separable').reduce((n, b) => n + b.outQuads, 0);
    for (const candidate of candidates.filter((k) => k.reduce)) {
      const reduce = this.reduce(candidate, p);
      this.reduces.push(reduce);
      p += reduce.weights.quads[0] + reduce.weights.quads[1];
    }
    this.levelOne = p;
    for (const candidate of convolutions.filter((k) => k.blocks.length === 2)) {
      const inputs = candidate.blocks[1].inputs.map((_, i) => i);
      this.second.push(add(candidate, 1, inputs, quadsOf(inputs.length)));
    }
    this.d = context.tensor(d, this.outPlane);
    this.p = context.tensor(p, this.outPlane);
  }

  private source(candidate: CandidatePlan): Source {
    return this.sources.find((s) => s.state === candidate.from)!;
  }

  private branch(candidate: CandidatePlan, b: number, inputs: readonly number[], inQuads: number, d: number, p: number): Branch {
    const { context } = this;
    const block = candidate.blocks[b];
    const outputs = block.filters.map((_, i) => i);
    const outQuads = quadsOf(outputs.length);
    const c = this.cell.shape.index;
    const threshold = context.threshold(`cells.${c}.filterThreshold`, candidate.unit);
    context.slots.add(context.normSpecs(block.name, threshold), outputs, outQuads);
    return {
      candidate,
      block,
      source: this.source(candidate),
      d,
      p,
      inQuads,
      outQuads,
      taps: context.weights.addDepthwise(context.spec(`${block.name}.depthwise`), inputs, inQuads),
      product: context.weights.addPointwise(context.spec(`${block.name}.pointwise`), inputs, inQuads, outputs, outQuads),
      variantClass: kernelClasses.findIndex((k) => k.kernel === block.kernel && k.dilation === block.dilation),
    };
  }

  private reduce(candidate: CandidatePlan, p: number): Reduce {
    const { context } = this;
    const plan = candidate.reduce!;
    const view = this.source(candidate).view;
    const lanes = reduceLanes(plan.filters, plan.split);
    const quads = reduceQuads(plan.filters, plan.split);
    context.slots.add(context.normSpecs(plan.name, none), plan.filters.map((id) => lanes.get(id)!), quads[0] + quads[1]);
    const inputs = plan.inputs.map((id) => view.laneOf.get(id)!);
    const weights = context.weights.addReduce(
      context.spec(`${plan.name}.conv1`),
      context.spec(`${plan.name}.conv2`),
      inputs,
      view.quads,
    );
    return { candidate, source: this.source(candidate), p, weights };
  }

  private variant(level: 1 | 2): DepthwiseVariant {
    // A class that no branch uses costs only code; keeping the set fixed keeps the pipeline over every compaction.
    const classes = level === 1 ? kernelClasses : kernelClasses.slice(0, 2);
    const stride = level === 1 ? this.stride : 1;
    const height = stride === 2 ? this.inPlane.height : this.outPlane.height;
    return { classes, stride, rows: rowsOf(height), activation: level === 1 ? 'relu' : 'affine' };
  }

  private get planes(): Record<string, number> {
    return {
      batch: this.context.batch,
      height: this.outPlane.height,
      width: this.outPlane.width,
      inHeight: this.inPlane.height,
      inWidth: this.inPlane.width,
    };
  }

  private get innerPlanes(): Record<string, number> {
    return { ...this.planes, inHeight: this.outPlane.height, inWidth: this.outPlane.width };
  }

  record(): void {
    this.context.part('forward');
    this.recordConvolutions();
    this.recordMix();
    this.recordItems();
    this.context.backward.push(() => this.recordBackward());
  }

  private tiles(plane: Plane, rows: number): number {
    return ceilDiv(plane.batch * ceilDiv(plane.height, rows) * plane.width, 64);
  }

  private recordConvolutions(): void {
    const { context, first, second } = this;
    const { gpu, tables, tab, masked, slotBuffer } = context;
    const n = pixelsOf(this.outPlane);
    const level1 = this.variant(1);
    const rows = first.flatMap((b) =>
      range(b.inQuads).map((q) => [b.source.view.firstQuad + q, b.taps.weights + q * b.block.kernel ** 2, b.variantClass, 0]),
    );
    gpu.record(
      depthwiseForward(level1),
      [this.buffers.states.buffer, masked, this.d.buffer, tab],
      { ...this.planes, tab: tables.add(rows), yQuad: 0 },
      [this.tiles(this.outPlane, level1.rows), rows.length],
    );
    this.pointwise(first, 0);
    for (const r of this.reduces) {
      const reduceRows = [0, 1].flatMap((k) =>
        range(r.weights.quads[k]).map((q) => [
          r.source.view.firstQuad,
          r.source.view.quads,
          r.weights.forward[k] + q * r.source.view.quads * 4,
          k,
        ]),
      );
      gpu.record(
        pointwiseForward({ relu: true, strided: true }),
        [this.buffers.states.buffer, masked, this.p.buffer, tab],
        { ...this.planes, tab: tables.add(reduceRows), yQuad: r.p },
        [ceilDiv(n, pointwiseTile), reduceRows.length],
      );
    }
    const isReduce = (quad: number): boolean => this.isReduceQuad(quad);
    context.statistics(this.p, 0, this.slot, this.levelOne, isReduce);
    if (second.length === 0) return;
    const level2 = this.variant(2);
    const inner = second.flatMap((b) => {
      const from = this.firstOf(b);
      return range(b.inQuads).map((q) => [from.p + q, b.taps.weights + q * b.block.kernel ** 2, b.variantClass, this.slot + from.p + q]);
    });
    gpu.record(
      depthwiseForward(level2),
      [this.p.buffer, masked, this.d.buffer, tab, slotBuffer],
      { ...this.innerPlanes, tab: tables.add(inner), yQuad: second[0].d },
      [this.tiles(this.outPlane, level2.rows), inner.length],
    );
    this.pointwise(second, this.levelOne);
    context.statistics(this.p, this.levelOne, this.slot + this.levelOne, this.p.quads - this.levelOne, () => false);
  }

  private isReduceQuad(quad: number): boolean {
    return this.reduces.some((r) => quad >= r.p && quad < r.p + r.weights.quads[0] + r.weights.quads[1]);
  }

  private firstOf(second: Branch): Branch {
    return this.first.find((b) => b.candidate === second.candidate)!;
  }

  private pointwise(branches: readonly Branch[], yQuad: number): void {
    const { gpu, tables, tab, masked } = this.context;
    const rows = branches.flatMap((b) => range(b.outQuads).map((o) => [b.d, b.inQuads, b.product.forward + o * b.inQuads * 4, 0]));
    gpu.record(
      pointwiseForward({ relu: false, strided: false }),
      [this.d.buffer, masked, this.p.buffer, tab],
      { ...this.innerPlanes, tab: tables.add(rows), yQuad },
      [ceilDiv(pixelsOf(this.outPlane), pointwiseTile), rows.length],
    );
  }

  /** Lane in P of each channel id that a convolution or reduce writes. */
  private outputLanes(candidate: CandidatePlan): { base: number; laneOf: ReadonlyMap<number, number> } | null {
    const reduce = this.reduces.find((r) => r.candidate === candidate);
    if (reduce) return { base: reduce.p * 4, laneOf: reduceLanes(candidate.reduce!.filters, candidate.reduce!.split) };
    const list = candidate.blocks.length === 2 ? this.second : this.first;
    const branch = list.find((b) => b.candidate === candidate);
    return branch ? { base: branch.p * 4, laneOf: packed(branch.block.filters) } : null;
  }

  private mixTab = 0;
  private targets: number[] = [];
  private partial = 0;
  private winners: GpuBuffer | null = null;
  private readonly coefficient = (k: CandidatePlan): number =>
    this.cell.shape.index * this.context.plan.space.edges.length * this.context.plan.space.operations.length + k.unit;

  private get quads(): number {
    return quadsOf(this.channels);
  }

  private find(to: number, state: number, kind: string): CandidatePlan | undefined {
    return this.candidates.find((k) => k.to === to && k.from === state && k.operation.kind === kind && !k.reduce);
  }

  private pooled(state: number): boolean {
    return this.candidates.some((k) => k.from === state && k.operation.kind.endsWith('pool'));
  }

  private recordMix(): void {
    const { context, channels, quads } = this;
    const { gpu, tables, tab } = context;
    this.targets = [...new Set(this.candidates.map((k) => k.to))].sort((a, b) => a - b);
    const rows: number[][] = [];
    const lists: number[][] = [];
    for (const to of this.targets) {
      const heads: number[][] = [];
      for (let q = 0; q < quads; q++) {
        const entries: number[][] = [];
        for (const k of this.candidates.filter((c) => c.to === to)) {
          const out = this.outputLanes(k);
          if (!out) continue;
          const gather = gatherRow(q, channels, (id) => {
            const lane = out.laneOf.get(id);
            return lane === undefined ? none : out.base + lane;
          });
          if (gather.some((word) => word !== none)) entries.push([this.coefficient(k), ...gather]);
        }
        heads.push([tables.add(entries), entries.length]);
      }
      const unit = (k: CandidatePlan | undefined): number => (k ? this.coefficient(k) : none);
      const direct = [0, 1].flatMap((s) => {
        const state = this.sources[s]?.state ?? -1;
        return [
          unit(this.stride === 1 ? this.find(to, state, 'skip') : undefined),
          unit(this.find(to, state, 'average-pool')),
          unit(this.find(to, state, 'max-pool')),
        ];
      });
      const list = tables.add(heads);
      lists.push([list]);
      rows.push([(to - 2) * quads, this.written.has(to) ? 1 : 0, ...direct, list]);
      this.written.add(to);
    }
    if (rows.some((row) => row.length !== targetRow)) throw new Error('mix target row');
    const header = [
      this.targets.length,
      quads,
      ...[0, 1].flatMap((s) => {
        const source = this.sources[s];
        return source ? [source.fullQuad, this.pooled(source.state) ? 1 : 0] : [none, 0];
      }),
    ];
    if (header.length !== mixHeader) throw new Error('mix header');
    this.mixTab = tables.add([header, ...rows]);
    const anyPool = this.sources.some((s) => this.pooled(s.state));
    this.winners = context.own(gpu.buffer(anyPool ? this.sources.length * quads * pixelsOf(this.outPlane) * 4 : 16));
    if (this.targets.length === 0) return;
    const variant = { sources: this.sources.length as 1 | 2, stride: this.stride, inPlace: this.buffers.inPlace };
    gpu.record(
      mixForward(variant),
      [
        ...(this.buffers.inPlace ? [] : [this.buffers.full.buffer]),
        this.p.buffer,
        this.buffers.output.buffer,
        this.winners,
        context.slotBuffer,
        context.coefficients,
        tab,
      ],
      { ...this.planes, tab: this.mixTab, slot: this.slot, partial: 0 },
      [this.tiles(this.outPlane, mixRows), quads],
    );
  }

  /** Shares of the pools' and skips' coefficient gradients: reserved now, so that the items can point at them. */
  private recordItems(): void {
    const { context } = this;
    const c = this.cell.shape.index;
    const gridX = this.tiles(this.inPlane, mixRows);
    const each = this.quads * gridX;
    this.partial = context.partialCount;
    context.partialCount += this.sources.length * this.targets.length * each;
    const alpha = context.spec(`cells.${c}.alpha`).offset;
    for (const k of this.candidates) {
      const sourceIndex = this.sources.findIndex((s) => s.state === k.from);
      const target = this.targets.indexOf(k.to);
      const convolution = this.outputLanes(k) !== null;
      const blocks = [this.first, this.second].flatMap((list) =>
        list.filter((b) => b.candidate === k).map((b) => [this.slot + b.p, b.outQuads] as const),
      );
      const reduce = this.reduces.find((r) => r.candidate === k);
      if (reduce) blocks.push([this.slot + reduce.p, reduce.weights.quads[0] + reduce.weights.quads[1]]);
      const dynamic = context.on.filter && k.blocks.length > 0;
      context.items.push({
        alpha: alpha + k.unit,
        coefficient: this.coefficient(k),
        operationThreshold: context.on.operation ? context.threshold(`cells.${c}.operationThreshold`, k.unit) : none,
        filterThreshold: dynamic ? context.threshold(`cells.${c}.filterThreshold`, k.unit) : none,
        blocks,
        before: reduce !== undefined,
        partial: convolution ? none : this.partial + (sourceIndex * this.targets.length + target) * each,
        partials: convolution ? 0 : each,
        partialLane: k.operation.kind === 'skip' ? 0 : k.operation.kind === 'average-pool' ? 1 : 2,
      });
    }
  }

  private recordBackward(): void {
    const { context, first, second, d, p } = this;
    context.part('backward');
    // Sized by quads of D for the convolutions' gradients, of P for the inner activations'.
    const dGradient = { buffer: context.scratch('convolution', bytesOf(d.quads, this.outPlane)), quads: d.quads, plane: this.outPlane };
    const inner = { buffer: context.scratch('activation', bytesOf(this.finalFrom, this.outPlane)), quads: this.finalFrom, plane: this.outPlane };
    const backRows = (branches: readonly Branch[], upstream: 'node' | 'inner'): number[][] =>
      branches.flatMap((b) =>
        range(b.outQuads).map((q) => [
          b.p + q,
          this.slot + b.p + q,
          upstream === 'node' ? this.coefficient(b.candidate) : none,
          0,
          ...(upstream === 'inner' ? [b.p + q, none, none, none, none] : this.nodeGather(b.candidate.to, b.block.filters, q)),
        ]),
      );
    const dilated = first.filter((b) => b.candidate.operation.kind === 'dilated');
    const separable = first.filter((b) => b.candidate.operation.kind === 'separable');
    const reduceRows = this.reduces.flatMap((r) => this.reduceBackRows(r));
    context.normBackward(p, this.buffers.outputGradient, [...backRows(dilated, 'node'), ...reduceRows, ...backRows(second, 'node')]);
    if (second.length > 0) {
      this.productBackward(second, dGradient);
      this.innerBackward(dGradient, inner);
      context.normBackward(p, inner.buffer, backRows(separable, 'inner'));
    }
    this.productBackward(first, dGradient);
    this.stateBackward(dGradient);
  }

  /** Lanes of the node gradient that feed quad `q` of a branch whose filters are `filters`. */
  private nodeGather(to: number, filters: readonly number[], q: number): number[] {
    const base = (to - 2) * this.quads * 4;
    return gatherRow(q, filters.length, (i) => base + filters[i]);
  }

  private reduceBackRows(r: Reduce): number[][] {
    const plan = r.candidate.reduce!;
    const idOf = new Map([...reduceLanes(plan.filters, plan.split)].map(([id, lane]) => [lane, id]));
    const base = (r.candidate.to - 2) * this.quads * 4;
    const total = (r.weights.quads[0] + r.weights.quads[1]) * 4;
    return range(total / 4).map((q) => [
      r.p + q,
      this.slot + r.p + q,
      this.coefficient(r.candidate),
      1,
      ...gatherRow(q, total, (lane) => (idOf.has(lane) ? base + idOf.get(lane)! : none)),
    ]);
  }

  /** Gradients of the pointwise weights and of D, from the gradient that lies in P. */
  private productBackward(branches: readonly Branch[], dGradient: Tensor): void {
    if (branches.length === 0) return;
    const { context } = this;
    const { gpu, tables, tab, masked, chunks, chunkCount } = context;
    const n = pixelsOf(this.outPlane);
    const tile = branches.some((b) => b.inQuads > 1 || b.outQuads > 1) ? 2 : 1;
    const filterRows = branches.flatMap((b) => productTiles(b.d, b.inQuads, b.p, b.outQuads, 0, b.product.gradient, tile));
    gpu.record(
      pointwiseFilterGradient({ relu: false, strided: false, tile }),
      [this.d.buffer, this.p.buffer, chunks, tab],
      { ...this.innerPlanes, tab: tables.add(filterRows), chunks: chunkCount, chunkStride: context.chunkStride },
      [chunkCount, filterRows.length],
    );
    const rows = branches.flatMap((b) => range(b.inQuads).map((i) => [b.p, b.outQuads, b.product.transposed + i * b.outQuads * 4, 0]));
    gpu.record(
      pointwiseForward({ relu: false, strided: false }),
      [this.p.buffer, masked, dGradient.buffer, tab],
      { ...this.innerPlanes, tab: tables.add(rows), yQuad: branches[0].d },
      [ceilDiv(n, pointwiseTile), rows.length],
    );
  }

  /** Second depthwise convolutions: gradients of their taps and of the gated activations before them. */
  private innerBackward(dGradient: Tensor, inner: Tensor): void {
    const { context, second } = this;
    const { gpu, tables, tab, masked, slotBuffer, chunks, chunkCount } = context;
    const v = this.variant(2);
    const filterRows = second.flatMap((b) => {
      const from = this.firstOf(b);
      return range(b.inQuads).map((q) => [from.p + q, b.d + q, b.variantClass, this.slot + from.p + q, b.taps.gradient + q * b.block.kernel ** 2]);
    });
    gpu.record(
      depthwiseFilterGradient(v),
      [this.p.buffer, dGradient.buffer, chunks, tab, slotBuffer],
      { ...this.innerPlanes, tab: tables.add(filterRows), yQuad: 0, chunks: chunkCount, chunkStride: context.chunkStride },
      [chunkCount, filterRows.length],
    );
    const entries = second.flatMap((b) => range(b.inQuads).map((q) => [b.d + q, b.taps.weights + q * b.block.kernel ** 2, b.variantClass]));
    const at = tables.add(entries);
    const rows = second.flatMap((b) => {
      const from = this.firstOf(b);
      return range(b.inQuads).map((q) => [0, 1, from.p + q, this.slot + from.p + q]);
    });
    rows.forEach((row, i) => (row[0] = at + i * inputGradientEntry));
    gpu.record(
      depthwiseInputGradient(v),
      [dGradient.buffer, masked, this.p.buffer, inner.buffer, tab, slotBuffer],
      { ...this.innerPlanes, tab: tables.add(rows), yQuad: 0 },
      [this.tiles(this.outPlane, v.rows), rows.length],
    );
  }

  /** First depthwise convolutions and reduces: their weights' gradients and the states' gradient. */
  private stateBackward(dGradient: Tensor): void {
    const { context, first } = this;
    const { gpu, tables, tab, masked, chunks, chunkCount } = context;
    const v = this.variant(1);
    const states = this.buffers.states;
    const filterRows = first.flatMap((b) =>
      range(b.inQuads).map((q) => [b.source.view.firstQuad + q, b.d + q, b.variantClass, 0, b.taps.gradient + q * b.block.kernel ** 2]),
    );
    gpu.record(
      depthwiseFilterGradient(v),
      [states.buffer, dGradient.buffer, chunks, tab],
      { ...this.planes, tab: tables.add(filterRows), yQuad: 0, chunks: chunkCount, chunkStride: context.chunkStride },
      [chunkCount, filterRows.length],
    );
    const rows = this.sources.flatMap((source) =>
      range(source.view.quads).map((q) => {
        const readers = first.filter((b) => b.source === source);
        const entries = readers.map((b) => [b.d + q, b.taps.weights + q * b.block.kernel ** 2, b.variantClass]);
        return [tables.add(entries), entries.length, source.view.firstQuad + q, 0];
      }),
    );
    const low = this.sources[0].view.firstQuad;
    const partQuads = this.sources.reduce((n, s) => n + s.view.quads, 0);
    const part = context.scratch('states', bytesOf(partQuads, this.inPlane));
    gpu.record(
      depthwiseInputGradient(v),
      [dGradient.buffer, masked, states.buffer, part, tab],
      { ...this.planes, tab: tables.add(rows), yQuad: 0 },
      [this.tiles(this.inPlane, v.rows), rows.length],
    );
    for (const r of this.reduces) this.reduceBackward(r, part, low);
    this.mixBackward(part, low);
  }

  private reduceBackward(r: Reduce, part: GpuBuffer, low: number): void {
    const { context } = this;
    const { gpu, tables, tab, masked, chunks, chunkCount } = context;
    const { weights } = r;
    const view = r.source.view;
    const filterRows = [0, 1].flatMap((k) =>
      productTiles(view.firstQuad, view.quads, r.p + (k === 1 ? weights.quads[0] : 0), weights.quads[k], k, weights.gradient[k], 2),
    );
    const states = this.buffers.states.buffer;
    gpu.record(
      pointwiseFilterGradient({ relu: true, strided: true, tile: 2 }),
      [states, this.p.buffer, chunks, tab],
      { ...this.planes, tab: tables.add(filterRows), chunks: chunkCount, chunkStride: context.chunkStride },
      [chunkCount, filterRows.length],
    );
    const total = weights.quads[0] + weights.quads[1];
    const rows = range(view.quads).map((q) => [
      r.p,
      weights.quads[0],
      weights.transposed + q * total * 4,
      view.firstQuad + q,
      view.firstQuad - low + q,
      1,
      r.p + weights.quads[0],
      weights.quads[1],
    ]);
    gpu.record(
      pointwiseInputGradient({ strided: true }),
      [this.p.buffer, masked, states, part, tab],
      { ...this.planes, tab: tables.add(rows) },
      [ceilDiv(pixelsOf(this.inPlane), pointwiseTile), rows.length],
    );
  }

  private mixBackward(part: GpuBuffer, low: number): void {
    const { context, channels, quads } = this;
    const { inPlace, full, fullGradient, outputGradient } = this.buffers;
    const gather = this.sources.flatMap((source) =>
      range(quads).map((q) =>
        gatherRow(q, channels, (id) => {
          const lane = source.view.laneOf.get(id);
          return lane === undefined ? none : (source.view.firstQuad - low) * 4 + lane;
        }),
      ),
    );
    const gridX = this.tiles(this.inPlane, mixRows);
    context.gpu.record(
      mixBackward({ stride: this.stride, inPlace }),
      [
        ...(inPlace ? [] : [outputGradient]),
        full.buffer,
        part,
        this.winners!,
        fullGradient,
        context.partials,
        context.coefficients,
        context.tab,
      ],
      {
        ...this.planes,
        tab: this.mixTab,
        slot: this.slot,
        partial: this.partial,
        gather: context.tables.add(gather),
        gridX,
        add: inPlace ? 1 : 0,
      },
      [gridX, quads, this.sources.length],
    );
  }
}
