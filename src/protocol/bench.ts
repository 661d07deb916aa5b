/** What one preset costs on an adapter, as `npm run bench -- step --json` has it. Plain data only. */

import type { AdapterKind } from '../engine/supernet/webgpu/adapter-sizes.ts';
import type { KernelProfile } from '../engine/supernet/webgpu/kernel-profile.ts';

export interface BenchCase extends KernelProfile {
  /** What the adapter was measured to be: the sizes of workgroups follow from it. */
  readonly kind: AdapterKind;
  /** Milliseconds of a step of the whole super-net, unpruned. */
  readonly msPerStep: number;
  /** Of a step in each stage, the joint one last. */
  readonly msPerStage: readonly number[];
  /** From an idle device to the end of the first step, with all compilation. */
  readonly firstStepMs: number;
  readonly dispatches: number;
  readonly pipelines: number;
  /** Most bytes of device buffers. */
  readonly peakBytes: number;
}
