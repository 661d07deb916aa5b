/** What every part of a network's recording shares. */
import { none } from '../../../kernels/webgpu/quad.ts';
import type { Plane } from '../../../kernels/webgpu/quad.ts';
import { bytesOf, pixelsOf } from '../../../kernels/webgpu/quad.ts';
import { DeferredBuffer } from '../../../kernels/webgpu/runtime.ts';
import type { Gpu, GpuBuffer } from '../../../kernels/webgpu/runtime.ts';
import { applyNorm } from '../../../kernels/webgpu/norm-apply/program.ts';
import { normBackward } from '../../../kernels/webgpu/norm-backward/program.ts';
import {
  batchStatistics,
  runningStatistics,
} from '../../../kernels/webgpu/norm-statistics/program.ts';
import { slotSize } from '../../../kernels/webgpu/slots.ts';
import type { Granularity } from '../../../domain/granularities.ts';
import { parameter } from '../../../domain/graph/layout.ts';
import type { NetworkPlan } from '../../../domain/spaces/plan.ts';
import { SlotRegistry, Tables, WeightRegistry } from './registry.ts';
import type { NormSpecs } from './registry.ts';
import type { Tensor } from './tensor.ts';

/** Parts of a step; a replay names those it wants. */
export type Part =
  | 'prologue'
  | 'forward'
  | 'batch statistics'
  | 'frozen batch statistics'
  | 'running statistics'
  | 'backward'
  | 'update';

/** Work of an item of the unit gradients (see kernels/webgpu/unit-gradients). */
export interface UnitItem {
  readonly alpha: number;
  readonly coefficient: number;
  readonly operationThreshold: number;
  readonly filterThreshold: number;
  readonly blocks: readonly (readonly [slot: number, slots: number])[];
  readonly before: boolean;
  readonly partial: number;
  readonly partials: number;
  readonly partialLane: number;
}

/** What suits the adapter: parallelism on a graphics card; little work and code on a software adapter. */
export interface AdapterSizes {
  /** Chunks a filter gradient is split into. */
  readonly chunks: number;
  /** Invocations of a workgroup that reduces a filter gradient; of one that reduces a norm's plane. */
  readonly filter: number;
  readonly norm: number;
  /** Most taps whose gradients one invocation of a depthwise filter gradient sums. */
  readonly taps: number;
  /** The same of the mix's backward pass. */
  readonly mix: number;
}

/**
 * A software adapter clears workgroup memory by one instruction a number, which its compiler has to get through: small
 * workgroups save most of the compilation.
 */
export const adapterSizes: Readonly<Record<'software' | 'hardware', AdapterSizes>> = {
  software: { chunks: 2, filter: 8, norm: 16, taps: 25, mix: 8 },
  hardware: { chunks: 16, filter: 32, norm: 64, taps: 9, mix: 64 },
};

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
}

/** Backward passes, recorded in reverse order after the whole forward pass. */
export type Backward = () => void;

const slotBytes = slotSize * 16;

export class Context {
  readonly tables = new Tables();
  readonly slots = new SlotRegistry();
  readonly weights: WeightRegistry;
  readonly items: UnitItem[] = [];
  readonly backward: Backward[] = [];
  readonly buffers: GpuBuffer[] = [];
  /** vec4 shares of the coefficients' gradients from skips and pools. */
  partialCount = 0;

  readonly tab = new DeferredBuffer();
  readonly masked = new DeferredBuffer();
  readonly slotBuffer = new DeferredBuffer();
  readonly chunks = new DeferredBuffer();
  readonly partials = new DeferredBuffer();
  /** Shared scratch of the backward pass, by role; as large as its largest user. */
  private readonly scratchBytes = new Map<string, number>();
  private readonly scratchBuffers = new Map<string, DeferredBuffer>();

  constructor(
    readonly gpu: Gpu,
    readonly plan: NetworkPlan,
    readonly batch: number,
    readonly on: Readonly<Record<Granularity, boolean>>,
    readonly values: GpuBuffer,
    readonly coefficients: GpuBuffer,
    readonly sizes: AdapterSizes,
    /** Where the drop-path factors begin behind the coefficients; null: the network is not trained with drop-path. */
    readonly factors: number | null = null,
  ) {
    this.weights = new WeightRegistry(plan.table.size, (spec) =>
      on.weight && spec.maskedBy
        ? this.threshold(`cells.${spec.maskedBy.cell}.weightThreshold`, spec.maskedBy.unit)
        : none,
    );
  }

  /** Parameter index of a threshold. */
  threshold(name: string, index: number): number {
    return parameter(this.plan.table, name).offset + index;
  }

  spec(name: string): ReturnType<typeof parameter> {
    return parameter(this.plan.table, name);
  }

  normSpecs(name: string, threshold: number, gated = true): NormSpecs {
    return {
      gamma: this.spec(`${name}.norm.gamma`),
      beta: this.spec(`${name}.norm.beta`),
      mean: this.spec(`${name}.norm.mean`),
      variance: this.spec(`${name}.norm.variance`),
      gate: gated && this.on.filter ? this.spec(`${name}.gate`) : null,
      threshold,
    };
  }

  plane(size: number): Plane {
    return { batch: this.batch, height: size, width: size };
  }

  tensor(quads: number, plane: Plane): Tensor {
    const buffer = this.gpu.buffer(bytesOf(quads, plane));
    this.buffers.push(buffer);
    return { buffer, quads, plane };
  }

  get chunkCount(): number {
    return this.sizes.chunks;
  }

  /** vec4 elements of one chunk of filter gradients, known when all weights are registered. */
  readonly chunkStride = (): number => this.weights.gradientSize;

  scratch(role: string, bytes: number): GpuBuffer {
    this.scratchBytes.set(role, Math.max(bytes, this.scratchBytes.get(role) ?? 0));
    let buffer = this.scratchBuffers.get(role);
    if (!buffer) this.scratchBuffers.set(role, (buffer = new DeferredBuffer()));
    return buffer;
  }

  own(buffer: GpuBuffer): GpuBuffer {
    this.buffers.push(buffer);
    return buffer;
  }

  /** Allocates what was deferred, and fills tables. */
  resolve(): void {
    this.tab.resolve(this.own(this.gpu.upload(Uint32Array.from(this.tables.words))));
    this.masked.resolve(this.own(this.gpu.buffer(this.weights.sources.length * 4)));
    this.slotBuffer.resolve(this.own(this.gpu.buffer(this.slots.count * slotBytes)));
    this.chunks.resolve(
      this.own(this.gpu.buffer(this.weights.gradientSize * 16 * this.chunkCount)),
    );
    this.partials.resolve(this.own(this.gpu.buffer(Math.max(1, this.partialCount) * 16)));
    for (const [role, buffer] of this.scratchBuffers) {
      buffer.resolve(this.own(this.gpu.buffer(this.scratchBytes.get(role)!)));
    }
  }

  part(tag: Part): void {
    this.gpu.tag = tag;
  }

  /** Statistics of slots [slot, slot + quads) over quads [xQuad, ..) of `x`, in the three ways a replay may want. */
  statistics(
    x: Tensor,
    xQuad: number,
    slot: number,
    quads: number,
    before: (quad: number) => boolean,
  ): void {
    if (quads === 0) return;
    const rows = Array.from({ length: quads }, (_, q) =>
      this.slots.statisticsRow(slot + q, xQuad + q, before(xQuad + q)),
    );
    const table = this.tables.add(rows);
    const pixels = pixelsOf(x.plane);
    const buffers = [x.buffer, this.slotBuffer, this.values, this.tab];
    this.part('batch statistics');
    this.gpu.record(
      batchStatistics(this.sizes.norm),
      buffers,
      { pixels, table, slot, updateRunning: 1 },
      [quads],
    );
    this.part('frozen batch statistics');
    this.gpu.record(
      batchStatistics(this.sizes.norm),
      buffers,
      { pixels, table, slot, updateRunning: 0 },
      [quads],
    );
    this.part('running statistics');
    this.gpu.record(runningStatistics, [this.slotBuffer, this.values, this.tab], { table, slot }, [
      quads,
    ]);
    this.part('forward');
  }

  /** y = scale x + shift; `rows[q]`, a packed gatherRow, names the source lanes of output quad outputQuad + q. */
  apply(
    x: Tensor,
    slot: number,
    y: Tensor,
    outputQuad: number,
    rows: readonly (readonly number[])[],
  ): void {
    const pixels = pixelsOf(x.plane);
    const table = this.tables.add(rows);
    const grid = [Math.ceil(pixels / 64), rows.length] as const;
    this.gpu.record(
      applyNorm,
      [x.buffer, y.buffer, this.slotBuffer, this.tab],
      { pixels, table, slot, outputQuad },
      grid,
    );
  }

  /**
   * @param rows packed `normBackwardRow`s.
   * @param candidates they are of candidate operations, whose coefficients and drop-path factors count.
   */
  normBackward(
    x: Tensor,
    upstream: GpuBuffer,
    rows: readonly (readonly number[])[],
    candidates = false,
  ): void {
    if (rows.length === 0) return;
    const table = this.tables.add(rows);
    const buffers = [x.buffer, upstream, this.slotBuffer, this.coefficients, this.tab];
    const dropPath = candidates && this.factors !== null;
    this.gpu.record(
      normBackward(this.sizes.norm, dropPath),
      buffers,
      { pixels: pixelsOf(x.plane), table, ...this.dropPath },
      [rows.length],
    );
  }

  /** Parameters of the programs' drop-path variants. */
  get dropPath(): Record<string, number> {
    return this.factors === null ? {} : { factors: this.factors, batch: this.batch };
  }
}
