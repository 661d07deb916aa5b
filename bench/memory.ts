/** Peak device memory of a search in stages against that of one stage, over the same super-net. */
import { randomStream } from '../src/engine/random.ts';
import type { SpaceShape } from '../src/domain/spaces/cells.ts';
import { fullMasks } from '../src/domain/spaces/build-plan.ts';
import type { UnitMasks } from '../src/domain/spaces/plan.ts';
import { createWebGPUStepper } from '../src/engine/supernet/webgpu-stepper.ts';
import { requestNodeGpu } from '../cli/node-webgpu.ts';
import { load, spaceOf, timeStep, workloadOf } from './cases.ts';
import type { StepCase } from './cases.ts';

export interface MemoryResult {
  readonly cells: number;
  readonly stages: number;
  /** Peak bytes when all cells train from the start. */
  readonly oneStageBytes: number;
  /** Peak bytes of each stage and over all. */
  readonly stageBytes: readonly number[];
  readonly multiStageBytes: number;
  /** Part of the candidates that earlier stages' cells have left: a stage ends at this part of its size. */
  readonly kept: number;
}

const kept = 0.3;

/** Prunes the cells of earlier stages to `kept` of their candidates, one at least for each node. */
function pruneBefore(space: SpaceShape, masks: UnitMasks, stage: number): void {
  const units = space.operations.length;
  for (const cell of space.cells.filter((c) => c.stage < stage)) {
    const alive = masks.operations[cell.index]!.fill(0);
    for (const to of new Set(space.edges.map((edge) => edge.to))) {
      const candidates = space.edges
        .filter((e) => e.to === to)
        .flatMap((e) => Array.from({ length: units }, (_, o) => e.index * units + o));
      const stream = randomStream('kept', cell.index, to);
      const drawn = candidates
        .map((unit) => ({ unit, key: stream.uniform() }))
        .sort((a, b) => a.key - b.key);
      for (const { unit } of drawn.slice(0, Math.max(1, Math.round(kept * drawn.length))))
        alive[unit] = 1;
    }
  }
}

/** Runs one step at each point where memory peaks. */
export async function memoryOfStages(c: StepCase, stages = 3): Promise<MemoryResult> {
  const space = spaceOf(c.table ? c : { ...c, cells: stages }, stages);
  const stepper = createWebGPUStepper(await requestNodeGpu());
  const peak = async (masks: UnitMasks, endCell: number, of = space): Promise<number> => {
    const workload = workloadOf(of, c.batch, masks, endCell);
    stepper.dispose();
    stepper.gpu.resetPeak();
    await load(stepper, workload);
    await timeStep(stepper, workload);
    return stepper.memory().peakBytes;
  };
  const whole = spaceOf(c.table ? c : { ...c, cells: stages }, c.table ? 1 : stages);
  const oneStageBytes = await peak(fullMasks(whole), whole.cells.length - 1, whole);
  const stageBytes: number[] = [];
  for (const [stage, end] of space.stageEnds.entries()) {
    const masks = fullMasks(space);
    pruneBefore(space, masks, stage);
    stageBytes.push(await peak(masks, end));
  }
  stepper.dispose();
  return {
    cells: space.cells.length,
    stages: space.stageEnds.length,
    oneStageBytes,
    stageBytes,
    multiStageBytes: Math.max(...stageBytes),
    kept,
  };
}
