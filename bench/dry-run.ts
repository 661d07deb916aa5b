/** What a training step would dispatch, found out by recording it without a device: works for super-nets that none here holds. */
import { workloadOf } from './cases.ts';
import type { GpuBuffer } from '../src/kernels/webgpu/buffers.ts';
import type { Recording } from '../src/kernels/webgpu/recording.ts';
import { Gpu } from '../src/kernels/webgpu/runtime.ts';
import type { SpaceShape } from '../src/domain/spaces/shape.ts';
import { fullMasks } from '../src/domain/spaces/build-plan.ts';
import { adapterSizes } from '../src/engine/supernet/webgpu/adapter-sizes.ts';
import { recordNetwork } from '../src/engine/supernet/webgpu/record.ts';
import { trainingParts } from '../src/engine/supernet/webgpu-stepper.ts';

export interface PlannedDispatch {
  readonly label: string;
  readonly workgroups: number;
  readonly invocations: number;
  /** Bytes of all buffers bound, each once: the most that it needs to move. */
  readonly bytes: number;
}

export interface DryRun {
  readonly dispatches: readonly PlannedDispatch[];
  /** Bytes of all buffers. */
  readonly deviceBytes: number;
}

/** Counts buffers instead of making them, and keeps what is recorded. */
class DryGpu extends Gpu {
  readonly dispatches: PlannedDispatch[] = [];
  total = 0;

  constructor() {
    // Nothing of a device is used by what is overridden below.
    super({} as GPUDevice);
  }

  override buffer(bytes: number): GpuBuffer {
    const size = Math.max(16, Math.ceil(bytes / 16) * 16);
    this.total += size;
    return { buffer: {} as GPUBuffer, bytes: size };
  }

  override write(): void {}

  override finish(): Promise<Recording> {
    for (const { tag, program, buffers, grid } of this.recording) {
      if (!trainingParts.has(tag)) continue;
      const workgroups = grid[0] * grid[1] * grid[2];
      this.dispatches.push({
        label: program.label,
        workgroups,
        invocations: workgroups * program.workgroupSize,
        bytes: buffers.reduce((sum, one) => sum + one.bytes, 0),
      });
    }
    return Promise.resolve({ dispatches: [], dispose: () => undefined } as unknown as Recording);
  }
}

/** A training step of the unpruned super-net up to the end of `stage`, in the sizes that suit a graphics card. */
export async function dryRun(space: SpaceShape, batchSize: number, stage: number): Promise<DryRun> {
  const endCell = space.stageEnds[stage];
  if (endCell === undefined) throw new RangeError(`no stage ${stage}`);
  const gpu = new DryGpu();
  const { plan, parameters } = workloadOf(space, 1, fullMasks(space), endCell);
  await recordNetwork(gpu, plan, parameters, {
    batchSize,
    granularities: { operation: true, filter: true, weight: true },
    ring: 256,
    sizes: adapterSizes.hardware,
  });
  return { dispatches: gpu.dispatches, deviceBytes: gpu.total };
}
