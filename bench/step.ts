/** `bench step`: one training step, side by side: own kernels, plain TensorFlow.js, PyTorch. */
import { availableParallelism } from 'node:os';
import { installWebGPU, requestNodeDevice } from '../cli/node-webgpu.ts';
import { measureCeilings } from './ceilings.ts';
import type { Ceilings } from './ceilings.ts';
import type { Footprints } from './formats.ts';
import { stepCases } from './cases.ts';
import type { StepCase } from './cases.ts';
import { memoryOfStages } from './memory.ts';
import type { MemoryResult } from './memory.ts';
import { growth, ownStep } from './own.ts';
import type { GrowthRow } from './own.ts';
import type { KernelProfile } from '../src/engine/supernet/webgpu/kernel-profile.ts';
import { plainSteps } from './plain.ts';
import { torchStep } from './torch.ts';

export interface CaseResult extends StepCase {
  readonly msPerStep: number;
  /** null: not measured (no PyTorch here, or it would take longer than the limit). */
  readonly plainMsPerStep: number | null;
  /** On one thread. */
  readonly torchMsPerStep: number | null;
  /** On as many threads as there are processors. */
  readonly torchAllMsPerStep: number | null;
  readonly dispatches: number;
  readonly peakBytes: number;
  readonly footprints: Footprints;
  readonly firstStepMs: number;
  readonly pipelines: number;
  readonly clock: KernelProfile['clock'];
  readonly kernels: KernelProfile['kernels'];
}

export interface StepResult {
  readonly adapter: string;
  /** Processors. */
  readonly threads: number;
  readonly ceilings: Ceilings;
  readonly cases: readonly CaseResult[];
  readonly growth: readonly GrowthRow[];
  readonly memory: MemoryResult;
  /** Of the chain of layers; null: not measured. */
  readonly chainMemory: MemoryResult | null;
}

export interface StepOptions {
  readonly steps: number;
  /** Seconds that a plain step may take. */
  readonly plainLimit: number;
  readonly cases: readonly StepCase[];
  readonly progress: (what: string) => void;
}

export async function benchStep({
  steps,
  plainLimit,
  cases,
  progress,
}: StepOptions): Promise<StepResult> {
  await installWebGPU();
  const { vendor, architecture, device, description } = (await requestNodeDevice()).adapterInfo;
  progress('ceilings of the adapter');
  const ceilings = await measureCeilings();
  const threads = availableParallelism();
  const own = new Map<string, Awaited<ReturnType<typeof ownStep>>>();
  for (const c of cases) {
    progress(`own kernels, ${c.name}`);
    own.set(c.name, await ownStep(c, steps));
  }
  progress('growth with cells and batch');
  const growthRows = await growth(stepCases[0], steps);
  progress('memory by stages');
  const chain = cases.find(({ table }) => table);
  const memory = await memoryOfStages(stepCases[0]);
  const chainMemory = chain ? await memoryOfStages(chain) : null;
  const torch = torchStep();
  const torchMs = new Map<string, { one: number; all: number }>();
  for (const c of torch ? cases : []) {
    progress(`PyTorch, ${c.name}`);
    torchMs.set(c.name, { one: torch!(c, 1), all: torch!(c, threads) });
  }
  progress('plain TensorFlow.js');
  const plain =
    plainLimit > 0 ? await plainSteps(cases, plainLimit) : new Map<string, number | null>();
  return {
    adapter: [vendor, architecture, device, description].filter(Boolean).join(' '),
    cases: cases.map((c): CaseResult => {
      const { profile, ...rest } = own.get(c.name)!;
      return {
        ...c,
        ...rest,
        ...profile,
        plainMsPerStep: plain.get(c.name) ?? null,
        torchMsPerStep: torchMs.get(c.name)?.one ?? null,
        torchAllMsPerStep: torchMs.get(c.name)?.all ?? null,
      };
    }),
    ...{ threads, ceilings },
    growth: growthRows,
    memory,
    chainMemory,
  };
}
