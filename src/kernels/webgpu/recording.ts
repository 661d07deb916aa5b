/**
 * Dispatches that are bound once and replayed every step. Replay costs the CPU a few microseconds a dispatch, where
 * building each anew (as an eager library does) costs about a hundred.
 */

/** What a dispatch cannot avoid. */
export interface Work {
  /** Operations on numbers: a multiply-add is two. */
  readonly operations: number;
  /** Each value that it reads or writes, once. */
  readonly bytes: number;
}

export const noWork: Work = { operations: 0, bytes: 0 };

export interface Dispatch {
  readonly tag: string;
  readonly label: string;
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  readonly grid: readonly [number, number, number];
  /** Bytes of all buffers bound, each once: what the dispatch moves at most, when every value is moved once. */
  readonly bytes: number;
  /** What it moves and computes at least. */
  readonly work: Work;
}

/** A recorded sequence of dispatches over fixed buffers. */
export class Recording {
  constructor(
    readonly dispatches: readonly Dispatch[],
    private readonly uniforms: GPUBuffer,
  ) {}

  /** Encodes every dispatch that has one of `tags`, in order, in one compute pass. */
  replay(encoder: GPUCommandEncoder, tags: ReadonlySet<string>): void {
    const pass = encoder.beginComputePass();
    let pipeline: GPUComputePipeline | null = null;
    for (const d of this.dispatches) {
      if (!tags.has(d.tag)) continue;
      if (d.pipeline !== pipeline) pass.setPipeline((pipeline = d.pipeline));
      pass.setBindGroup(0, d.bindGroup);
      pass.dispatchWorkgroups(d.grid[0], d.grid[1], d.grid[2]);
    }
    pass.end();
  }

  dispose(): void {
    this.uniforms.destroy();
  }
}
