/**
 * What a dispatch cannot avoid, counted while it is recorded: its arithmetic, and each value that it reads or writes, once.
 * Tensors count by whole quads and weights as they lie in memory; borders of a convolution count as the pixels inside, and
 * tables and slots, which are small, not at all.
 */
import type { Work } from '../../../kernels/webgpu/recording.ts';
import { bytesOf, pixelsOf } from '../../../kernels/webgpu/quad.ts';
import type { Recorder } from './recorder.ts';
import type { Place, Tensor } from './tensor.ts';

/** Additions of a 3x3 average, by rows and columns; comparisons of a maximum. */
export const poolOperations = 4;
/** Of either on the way back, where each value is in nine windows. */
export const poolGradientOperations = 9;
/** A value's share of a norm's two sums, and of its gradient behind them. */
export const statisticsOperations = 4;
export const normGradientOperations = 9;
/** Of a parameter's update. */
export const updateOperations = 6;

export class WorkCounter implements Work {
  /** Operations on numbers: a multiply-add is two. */
  operations = 0;
  bytes = 0;
  private readonly seen = new Map<Tensor, Set<number>>();

  constructor(private readonly recorder: Recorder) {}

  /** Values of so many quads of a tensor of this size. */
  private values(tensor: Pick<Tensor, 'size'>, quads: number): number {
    return quads * pixelsOf(this.recorder.plane(tensor)) * 4;
  }

  /** So many operations for each value of `quads` quads. */
  each(operations: number, tensor: Pick<Tensor, 'size'>, quads: number): this {
    this.operations += operations * this.values(tensor, quads);
    return this;
  }

  /** So many multiply-adds for each value of `quads` quads. */
  multiplyAdds(count: number, tensor: Pick<Tensor, 'size'>, quads: number): this {
    return this.each(2 * count, tensor, quads);
  }

  /** Operations that belong to no tensor. */
  more(operations: number): this {
    this.operations += operations;
    return this;
  }

  /** Quads of a tensor that are read: each counts once, however many read it. */
  reads(tensor: Tensor, quad: number, quads = 1): this {
    const seen = this.seen.get(tensor) ?? new Set();
    this.seen.set(tensor, seen);
    for (let q = quad; q < quad + quads; q++) {
      if (!seen.has(q)) this.moves(tensor, 1);
      seen.add(q);
    }
    return this;
  }

  readsPlace({ tensor, quad, quads }: Place): this {
    return this.reads(tensor, quad, quads);
  }

  /** So many quads of a tensor, read or written once. */
  moves(tensor: Pick<Tensor, 'size'>, quads: number): this {
    this.bytes += bytesOf(quads, this.recorder.plane(tensor), this.recorder.options.activations);
    return this;
  }

  /** 32-bit numbers that lie in no tensor. */
  numbers(count: number): this {
    this.bytes += 4 * count;
    return this;
  }
}
