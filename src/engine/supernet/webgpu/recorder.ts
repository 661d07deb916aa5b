/** What the programs of a recording share: tables, buffers, and which gradients hold something already. */
import type { Plane } from '../../../kernels/webgpu/quad.ts';
import { DeferredBuffer } from '../../../kernels/webgpu/buffers.ts';
import type { ActivationFormat } from '../../../kernels/webgpu/activation-format.ts';
import type { Gpu } from '../../../kernels/webgpu/runtime.ts';
import type { Work } from '../../../kernels/webgpu/recording.ts';
import type { Program } from '../../../kernels/webgpu/wgsl-program.ts';
import type { GpuBuffer } from '../../../kernels/webgpu/buffers.ts';
import { slotSize } from '../../../kernels/webgpu/slots.ts';
import type { Granularity } from '../../../domain/granularities.ts';
import type { Node } from '../../../domain/graph/graph.ts';
import type { ParameterTable, UnitRef } from '../../../domain/graph/parameters.ts';
import type { AdapterSizes } from './adapter-sizes.ts';
import { lossScale } from './loss-scale.ts';
import { Memory } from './memory.ts';
import { Tables } from './registry.ts';
import type { SlotRegistry, WeightRegistry } from './registry.ts';
import type { Tensor } from './tensor.ts';

/** Parts of a step; a replay names those it wants. */
export type Part =
  | 'prologue'
  | 'forward'
  | 'batch statistics'
  | 'frozen batch statistics'
  | 'running statistics'
  | 'loss'
  | 'backward'
  | 'update';

/** Buffers of a network that are there before its recording, and what it is recorded for. */
export interface RecorderOptions {
  readonly table: ParameterTable;
  readonly batch: number;
  readonly on: Readonly<Record<Granularity, boolean>>;
  readonly values: GpuBuffer;
  readonly grads: GpuBuffer;
  readonly images: GpuBuffer;
  readonly labels: GpuBuffer;
  /** `initialCoefficients`. */
  readonly coefficients: GpuBuffer;
  readonly sizes: AdapterSizes;
  /** How activations and their gradients are stored. */
  readonly activations: ActivationFormat;
  /** Units of a cell: coefficients are numbered cell by cell. */
  readonly units: number;
  /** All of them: cells times units. */
  readonly candidates: number;
  /** Where the drop-path factors begin behind the coefficients; null: the network is not trained with drop-path. */
  readonly factors: number | null;
  readonly weights: WeightRegistry;
  readonly slots: SlotRegistry;
  /** Whether a gradient reaches a node. */
  readonly isLive: (node: Node) => boolean;
}

const slotBytes = slotSize * 16;

/**
 * Coefficients of candidates, and of shortcuts behind them; with drop-path then their factors, one a coefficient and image.
 * The prologue and the host write those of candidates that are there; a shortcut's are 1.
 */
export const initialCoefficients = (candidates: number, factorsEach: number): Float32Array =>
  new Float32Array((candidates + 1) * (1 + factorsEach)).fill(1, candidates);

export class Recorder {
  readonly tables = new Tables();
  readonly memory: Memory;
  readonly tab = new DeferredBuffer();
  readonly masked = new DeferredBuffer();
  readonly slotBuffer = new DeferredBuffer();
  readonly chunks = new DeferredBuffer();
  readonly partials = new DeferredBuffer();
  /** vec4 shares of the coefficients' gradients that the mixes leave. */
  partialCount = 0;
  readonly normShares = new DeferredBuffer();
  /** vec4 that the norm with the most of them leaves in `normShares`; each overwrites those of the norm before. */
  normShareCount = 0;
  /** Quads of gradients that were written. */
  private readonly written = new Map<Tensor, Set<number>>();

  constructor(
    readonly gpu: Gpu,
    readonly options: RecorderOptions,
  ) {
    this.memory = new Memory(gpu, options.batch, options.activations);
  }

  part(tag: Part): void {
    this.gpu.tag = tag;
  }

  buffer(tensor: Tensor): GpuBuffer {
    return this.memory.of(tensor);
  }

  /** See `Gpu.record`. */
  record(
    program: Program,
    buffers: readonly GpuBuffer[],
    params: Readonly<Record<string, number | (() => number)>>,
    grid: readonly [number, number?, number?],
    work: Work,
  ): void {
    this.gpu.record(program, buffers, params, grid, work);
    this.memory.tick();
  }

  /** Whether quads of a gradient hold something: who writes there next adds. From now on they do. */
  claim(tensor: Tensor, quads: readonly number[]): boolean {
    const written = this.written.get(tensor) ?? new Set();
    this.written.set(tensor, written);
    const before = quads.filter((quad) => written.has(quad)).length;
    if (before > 0 && before < quads.length) throw new Error(`${tensor.label} is written in part`);
    for (const quad of quads) written.add(quad);
    return before > 0;
  }

  isWritten(tensor: Tensor, quad: number): boolean {
    return this.written.get(tensor)?.has(quad) ?? false;
  }

  plane({ size }: Pick<Tensor, 'size'>): Plane {
    return { batch: this.options.batch, height: size, width: size };
  }

  /** Sizes of a program that reads one tensor and writes another; of its gradient the other way about. */
  planes(input: Tensor, output: Tensor): Record<string, number> {
    return {
      ...this.plane(output),
      inHeight: input.size,
      inWidth: input.size,
    };
  }

  /** Parameters of a filter gradient's chunks. vec4 elements of one are known when all is recorded. */
  get chunkParams(): { chunks: number; chunkStride: () => number } {
    const { weights, sizes } = this.options;
    return { chunks: sizes.chunks, chunkStride: () => weights.gradientSize };
  }

  /** Index of a candidate's coefficient; of a shortcut's, which is always 1, behind all candidates'. */
  coefficient(unit: UnitRef | null): number {
    const { units, candidates } = this.options;
    return unit ? unit.cell * units + unit.unit : candidates;
  }

  /** What activations' gradients are multiplied by, and their sums by its inverse. */
  get lossScale(): number {
    return lossScale(this.options.activations, this.options.batch);
  }

  /** Parameters of the programs' drop-path variants. */
  get dropPath(): Record<string, number> {
    const { factors, batch } = this.options;
    return factors === null ? {} : { factors, batch };
  }

  /** Allocates what was deferred, and fills tables. */
  resolve(): void {
    const { weights, slots, sizes } = this.options;
    const make = (bytes: number): GpuBuffer => this.memory.own(this.gpu.buffer(bytes));
    this.memory.resolve();
    this.tab.resolve(this.memory.own(this.gpu.upload(Uint32Array.from(this.tables.words))));
    this.masked.resolve(make(weights.sources.length * 4));
    this.slotBuffer.resolve(make(slots.count * slotBytes));
    this.chunks.resolve(make(weights.gradientSize * 16 * sizes.chunks));
    this.partials.resolve(make(Math.max(1, this.partialCount) * 16));
    this.normShares.resolve(make(Math.max(1, this.normShareCount) * 16));
  }
}
