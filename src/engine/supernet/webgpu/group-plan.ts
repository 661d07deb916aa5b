/**
 * Where everything of a group of candidate operations lies: the quads of its depthwise (D) and pointwise (P) results,
 * its weights and its norm slots.
 *
 * Quads of P lie as [first blocks of separable | dilated | factorized reduce | pools with a norm | second blocks of
 * separable], so that "level one" (the first four) and "final" (the last four) are each one range.
 */
import { tilesAlong } from '../../../kernels/webgpu/depthwise/window.ts';
import type { DepthwiseClass, DepthwiseVariant } from '../../../kernels/webgpu/depthwise/window.ts';
import { ceilDiv, none, pixelsOf, quadsOf } from '../../../kernels/webgpu/quad.ts';
import type { Plane } from '../../../kernels/webgpu/quad.ts';
import type { GpuBuffer } from '../../../kernels/webgpu/runtime.ts';
import type { BlockPlan } from '../../../domain/operations/emission.ts';
import type { CandidatePlan, CellPlan } from '../../../domain/spaces/plan.ts';
import type { Context } from './context.ts';
import { depthwiseClasses, largestDilation } from './depthwise-classes.ts';
import type { PointwiseWeights, ReduceWeights } from './registry.ts';
import { packed, reduceLanes, reduceQuads } from './tensor.ts';
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

/** One depthwise + pointwise + norm block of a candidate. */
export interface Branch {
  readonly candidate: CandidatePlan;
  readonly block: BlockPlan;
  readonly source: Source;
  /** First quads in D and P. */
  readonly d: number;
  readonly p: number;
  readonly inQuads: number;
  readonly outQuads: number;
  readonly taps: { weights: number; gradient: number };
  readonly product: PointwiseWeights;
}

/** A stride-2 skip connection. */
export interface Reduce {
  readonly candidate: CandidatePlan;
  readonly source: Source;
  readonly p: number;
  readonly weights: ReduceWeights;
}

/** Another block follows it: its gradient comes from that one, not from the node. */
export const isInner = ({ candidate, block }: Branch): boolean => candidate.blocks.at(-1) !== block;

/** A pool that a norm follows. */
export interface NormedPool {
  readonly candidate: CandidatePlan;
  readonly source: Source;
  /** First quad in P; it has those of the source, lane by lane. */
  readonly p: number;
}

/** Outputs that a depthwise invocation makes. With stride 2 fewer: its columns need twice the inputs, and code. */
const rowsOf = (height: number, stride: 1 | 2): number => (height > 8 && stride === 1 ? 8 : 4);

export class GroupPlan {
  /** First and second blocks of the convolutions. */
  readonly first: Branch[] = [];
  readonly second: Branch[] = [];
  readonly reduces: Reduce[] = [];
  readonly pools: NormedPool[] = [];
  readonly stride: 1 | 2;
  readonly inPlane: Plane;
  readonly outPlane: Plane;
  readonly d: Tensor;
  readonly p: Tensor;
  /** Which pixel each pool with a norm took, one byte a channel; by quad from the first pool's on. */
  readonly winners: GpuBuffer;
  /** Norm slot of P's first quad. */
  readonly slot: number;
  /** Quads of level one (first blocks, reduces, pools with a norm) and where the final range begins. */
  readonly levelOne: number;
  readonly finalFrom: number;

  constructor(
    readonly context: Context,
    readonly cell: CellPlan,
    readonly sources: readonly Source[],
    readonly buffers: GroupBuffers,
    readonly candidates: readonly CandidatePlan[],
  ) {
    this.stride = cell.shape.reduction && !buffers.inPlace ? 2 : 1;
    this.inPlane = buffers.states.plane;
    this.outPlane = buffers.output.plane;
    this.slot = context.slots.count;
    let d = 0;
    let p = 0;
    const add = (
      candidate: CandidatePlan,
      b: number,
      inputs: readonly number[],
      inQuads: number,
    ): Branch => {
      const branch = this.branch(candidate, b, inputs, inQuads, d, p);
      d += branch.inQuads;
      p += branch.outQuads;
      return branch;
    };
    const convolutions = [
      ...candidates.filter((k) => k.blocks.length > 1),
      ...candidates.filter((k) => k.blocks.length === 1),
    ];
    for (const candidate of convolutions) {
      const view = this.source(candidate).view;
      this.first.push(
        add(
          candidate,
          0,
          candidate.blocks[0]!.inputs.map((id) => view.laneOf.get(id)!),
          view.quads,
        ),
      );
    }
    this.finalFrom = this.first.filter(isInner).reduce((n, b) => n + b.outQuads, 0);
    for (const candidate of candidates.filter((k) => k.reduce)) {
      const reduce = this.reduce(candidate, p);
      this.reduces.push(reduce);
      p += reduce.weights.quads[0] + reduce.weights.quads[1];
    }
    for (const candidate of candidates.filter((k) => k.poolNorm)) {
      const source = this.source(candidate);
      const { laneOf, quads } = source.view;
      const lanes = candidate.outputs.map((id) => laneOf.get(id)!);
      context.slots.add(context.normSpecs(candidate.name, none, false), lanes, quads);
      this.pools.push({ candidate, source, p });
      p += quads;
    }
    this.levelOne = p;
    for (const candidate of convolutions.filter((k) => k.blocks.length === 2)) {
      const inputs = candidate.blocks[1]!.inputs.map((_, i) => i);
      this.second.push(add(candidate, 1, inputs, quadsOf(inputs.length)));
    }
    this.d = context.tensor(d, this.outPlane);
    this.p = context.tensor(p, this.outPlane);
    const pooled = this.pools.reduce((sum, { source }) => sum + source.view.quads, 0);
    this.winners = context.own(
      context.gpu.buffer(Math.max(16, pooled * pixelsOf(this.outPlane) * 4)),
    );
  }

  /** Quads of a node at full width. */
  get quads(): number {
    return quadsOf(this.cell.shape.channels);
  }

  /** Place of a node in the cell's output. */
  nodeIndex(state: number): number {
    return this.cell.output.inputs.indexOf(this.cell.states[state]!);
  }

  /** Index of a candidate's coefficient. */
  coefficient({ unit }: CandidatePlan): number {
    const { edges, operations } = this.context.plan.space;
    return this.cell.shape.index * edges.length * operations.length + unit;
  }

  firstOf(second: Branch): Branch {
    return this.first.find((b) => b.candidate === second.candidate)!;
  }

  isReduceQuad(quad: number): boolean {
    return this.reduces.some(
      (r) => quad >= r.p && quad < r.p + r.weights.quads[0] + r.weights.quads[1],
    );
  }

  /** Lane in P of each channel id that a candidate writes there; null for skips, and pools without a norm. */
  outputLanes(
    candidate: CandidatePlan,
  ): { base: number; laneOf: ReadonlyMap<number, number> } | null {
    const reduce = this.reduces.find((r) => r.candidate === candidate);
    if (reduce)
      return {
        base: reduce.p * 4,
        laneOf: reduceLanes(candidate.reduce!.filters, candidate.reduce!.split),
      };
    const pool = this.pools.find((one) => one.candidate === candidate);
    if (pool) return { base: pool.p * 4, laneOf: pool.source.view.laneOf };
    const list = candidate.blocks.length === 2 ? this.second : this.first;
    const branch = list.find((b) => b.candidate === candidate);
    return branch ? { base: branch.p * 4, laneOf: packed(branch.block.filters) } : null;
  }

  variant(level: 1 | 2): DepthwiseVariant {
    const stride = level === 1 ? this.stride : 1;
    return {
      stride,
      rows: rowsOf(this.outPlane.height, stride),
      activation: level === 1 ? 'relu' : 'affine',
    };
  }

  /** Classes of the branches of a level, with the branches of each; a class may have none. */
  byClass(level: 1 | 2): (readonly [DepthwiseClass, readonly Branch[]])[] {
    const stride = level === 1 ? this.stride : 1;
    const branches = level === 1 ? this.first : this.second;
    const belongs = (b: Branch, c: DepthwiseClass): boolean =>
      b.block.kernel === c.kernel && (stride === 1 || b.block.dilation === c.dilation);
    return depthwiseClasses(this.context.plan.space.operations, level, stride).map(
      (c) => [c, branches.filter((b) => belongs(b, c))] as const,
    );
  }

  /** Sizes of the level-one programs. */
  get planes(): Record<string, number> {
    return {
      batch: this.context.batch,
      height: this.outPlane.height,
      width: this.outPlane.width,
      inHeight: this.inPlane.height,
      inWidth: this.inPlane.width,
    };
  }

  /** Sizes of the programs whose input and output are of the nodes' size. */
  get innerPlanes(): Record<string, number> {
    return { ...this.planes, inHeight: this.outPlane.height, inWidth: this.outPlane.width };
  }

  /** Workgroups of 64 that cover a plane by columns of `rows` pixels, up to `step` apart. */
  tiles(plane: Plane, rows: number, step = 1): number {
    return ceilDiv(plane.batch * tilesAlong(plane.height, rows, step) * plane.width, 64);
  }

  depthwiseTiles(plane: Plane, v: DepthwiseVariant): number {
    return this.tiles(plane, v.rows, v.stride === 1 ? largestDilation : 1);
  }

  private source(candidate: CandidatePlan): Source {
    return this.sources.find((s) => s.state === candidate.from)!;
  }

  private branch(
    candidate: CandidatePlan,
    b: number,
    inputs: readonly number[],
    inQuads: number,
    d: number,
    p: number,
  ): Branch {
    const { context } = this;
    const block = candidate.blocks[b]!;
    const outputs = block.filters.map((_, i) => i);
    const outQuads = quadsOf(outputs.length);
    const threshold = context.threshold(
      `cells.${this.cell.shape.index}.filterThreshold`,
      candidate.unit,
    );
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
      product: context.weights.addPointwise(
        context.spec(`${block.name}.pointwise`),
        inputs,
        inQuads,
        outputs,
        outQuads,
      ),
    };
  }

  private reduce(candidate: CandidatePlan, p: number): Reduce {
    const { context } = this;
    const plan = candidate.reduce!;
    const view = this.source(candidate).view;
    const lanes = reduceLanes(plan.filters, plan.split);
    const quads = reduceQuads(plan.filters, plan.split);
    context.slots.add(
      context.normSpecs(plan.name, none),
      plan.filters.map((id) => lanes.get(id)!),
      quads[0] + quads[1],
    );
    const inputs = plan.inputs.map((id) => view.laneOf.get(id)!);
    const weights = context.weights.addReduce(
      context.spec(`${plan.name}.conv1`),
      context.spec(`${plan.name}.conv2`),
      inputs,
      view.quads,
    );
    return { candidate, source: this.source(candidate), p, weights };
  }
}
