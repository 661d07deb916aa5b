/** Buffers of tensors. Those that live in the backward pass only share memory with others that live at other times. */
import { bytesOf } from '../../../kernels/webgpu/quad.ts';
import { DeferredBuffer } from '../../../kernels/webgpu/buffers.ts';
import type { ActivationFormat } from '../../../kernels/webgpu/activation-format.ts';
import type { Gpu } from '../../../kernels/webgpu/runtime.ts';
import type { GpuBuffer } from '../../../kernels/webgpu/buffers.ts';
import type { Tensor } from './tensor.ts';

/** Dispatches, by their number, from the first that uses a tensor to the last. */
interface Life {
  readonly tensor: Tensor;
  readonly buffer: DeferredBuffer;
  readonly first: number;
  last: number;
}

/**
 * The largest first, each in the first memory that is free all its life: none has to grow.
 * @param lives `first` and `last`: numbers of dispatches, both in use.
 */
export function shareMemory<T extends { first: number; last: number; bytes: number }>(
  lives: readonly T[],
): { bytes: number; lives: T[] }[] {
  const shared: { bytes: number; lives: T[] }[] = [];
  for (const life of [...lives].sort((a, b) => b.bytes - a.bytes)) {
    const free = shared.findLast((one) =>
      one.lives.every(({ first, last }) => last < life.first || life.last < first),
    );
    if (free) free.lives.push(life);
    else shared.push({ bytes: life.bytes, lives: [life] });
  }
  return shared;
}

export class Memory {
  private readonly made = new Map<Tensor, GpuBuffer>();
  private readonly lives = new Map<Tensor, Life>();
  private readonly buffers: GpuBuffer[] = [];
  /** Number of the dispatch that is recorded next. */
  private now = 0;

  constructor(
    private readonly gpu: Gpu,
    private readonly batch: number,
    private readonly format: ActivationFormat,
  ) {}

  /** A buffer that the next dispatch uses. */
  of(tensor: Tensor): GpuBuffer {
    if (tensor.scratch) {
      const life = this.lives.get(tensor);
      if (life) {
        life.last = this.now;
        return life.buffer;
      }
      const buffer = new DeferredBuffer();
      this.lives.set(tensor, { tensor, buffer, first: this.now, last: this.now });
      return buffer;
    }
    let buffer = this.made.get(tensor);
    if (!buffer) this.made.set(tensor, (buffer = this.own(this.gpu.buffer(this.bytes(tensor)))));
    return buffer;
  }

  private bytes({ quads, size }: Tensor): number {
    return bytesOf(quads, { batch: this.batch, height: size, width: size }, this.format);
  }

  /** After each dispatch. */
  tick(): void {
    this.now++;
  }

  own(buffer: GpuBuffer): GpuBuffer {
    this.buffers.push(buffer);
    return buffer;
  }

  /** Allocates what is shared, when all dispatches are recorded. */
  resolve(): void {
    const lives = [...this.lives.values()].map((life) => ({
      ...life,
      bytes: this.bytes(life.tensor),
    }));
    for (const { bytes, lives: own } of shareMemory(lives)) {
      const buffer = this.own(this.gpu.buffer(bytes));
      for (const life of own) life.buffer.resolve(buffer);
    }
  }

  free(): void {
    for (const buffer of this.buffers) this.gpu.free(buffer);
  }
}
