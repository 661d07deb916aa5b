/** Buffers of the device. */

export interface GpuBuffer {
  readonly buffer: GPUBuffer;
  readonly bytes: number;
}

/** A buffer whose size is known only when all that goes into it was recorded; `resolve` before `finish`. */
export class DeferredBuffer implements GpuBuffer {
  private made: GpuBuffer | null = null;
  get buffer(): GPUBuffer {
    if (!this.made) throw new Error('a deferred buffer was not resolved');
    return this.made.buffer;
  }
  get bytes(): number {
    return this.made?.bytes ?? 0;
  }
  resolve(made: GpuBuffer): void {
    this.made = made;
  }
}
