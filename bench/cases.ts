/** The steps that are measured: shapes, and everything a stepper needs to run them. */
import { randomStream } from '../src/engine/random.ts';
import { stepHyper } from '../src/engine/search/schedule.ts';
import { presetOperations } from '../src/domain/operations/registry.ts';
import { paperSettings, presets } from '../src/domain/settings/presets.ts';
import { createSpace } from '../src/domain/spaces/cells.ts';
import { createMobileSpace } from '../src/domain/spaces/mobile.ts';
import { mobileSizes } from '../src/domain/spaces/mobile-table.ts';
import type { MobileTable } from '../src/domain/spaces/mobile-table.ts';
import { buildPlan, fullMasks } from '../src/domain/spaces/build-plan.ts';
import { migrateParameters } from '../src/engine/supernet/parameters.ts';
import type { NetworkParameters } from '../src/domain/graph/parameters.ts';
import type { NetworkPlan, UnitMasks } from '../src/domain/spaces/plan.ts';
import type { Batch, StepHyper, Stepper } from '../src/engine/supernet/stepper.ts';
import type { SpaceShape } from '../src/domain/spaces/cells.ts';

export interface StepCase {
  readonly name: string;
  /** Pixels a side, filters of the first cells, images a batch. */
  readonly imageSize: number;
  readonly channels: number;
  readonly batch: number;
  readonly cells: number;
  readonly nodes: number;
  /** Of cells; the first cell of each but the first halves the size. Left out: one. */
  readonly stages?: number;
  /** Too large for plain TensorFlow.js. */
  readonly ownOnly?: true;
  /** A chain of layers instead of cells; `cells` counts its layers. */
  readonly table?: MobileTable;
}

const { space: demoSpace, data: demoData, batchSize: demoBatch } = presets.demo;

/**
 * RGB images, ten classes. Cells: seven operations; one stage (no reduction) but in `demo`, the whole super-net of the
 * preset. `mobile`: eight layers of six candidates.
 */
export const stepCases: readonly [StepCase, ...StepCase[]] = [
  { name: 'small', imageSize: 16, channels: 8, batch: 32, cells: 2, nodes: 2 },
  { name: 'paper-shaped', imageSize: 32, channels: 16, batch: 32, cells: 3, nodes: 4 },
  { name: 'tiny', imageSize: 14, channels: 4, batch: 32, cells: 2, nodes: 2 },
  {
    ...{ name: 'mobile', imageSize: 32, channels: 16, batch: 32, cells: 8, nodes: 1 },
    table: mobileSizes['mobile-demo'],
  },
  {
    ...{ name: 'demo', imageSize: demoData.imageSize, channels: demoSpace.channels },
    ...{ batch: demoBatch, cells: demoSpace.cells, nodes: demoSpace.nodes },
    ...{ stages: demoSpace.stages, ownOnly: true },
  },
];

/** @param stages of a chain: 1, or any other number for those of its table. */
export function spaceOf(c: StepCase, stages = c.stages ?? 1): SpaceShape {
  const { imageSize, channels, cells, nodes, table } = c;
  if (table) {
    const stageLayers = stages === 1 ? [cells] : table.stageLayers;
    const image = { size: imageSize, channels: 3, classes: 10 };
    return createMobileSpace({ ...table, stageLayers }, image);
  }
  const settings = {
    cells,
    nodes,
    channels,
    stages,
    stemMultiplier: 3,
    operations: [...presetOperations],
  };
  return createSpace(settings, { size: imageSize, channels: 3, classes: 10 });
}

export interface Workload {
  readonly plan: NetworkPlan;
  readonly parameters: NetworkParameters;
  readonly batch: Batch;
  readonly hyper: StepHyper;
}

/** A network of cells 0..`endCell` with random weights, images and labels; everything trains. */
export function workloadOf(
  space: SpaceShape,
  batchSize: number,
  masks: UnitMasks = fullMasks(space),
  endCell = space.cells.length - 1,
): Workload {
  const stage = space.cells[endCell]!.stage;
  const plan = buildPlan(space, masks, endCell, stage);
  const stream = randomStream('bench');
  const pixels = space.imageSize * space.imageSize * space.imageChannels;
  return {
    plan,
    parameters: migrateParameters(plan.table, null, 1, 0),
    batch: {
      images: Float32Array.from({ length: batchSize * pixels }, () => stream.normal()),
      labels: Int32Array.from({ length: batchSize }, () => stream.integer(space.classes)),
      size: batchSize,
    },
    hyper: stepHyper(paperSettings, { firstCell: 0, lastCell: endCell }, 'search', 1e-3),
  };
}

export async function load(
  stepper: Stepper,
  { plan, parameters, batch }: Workload,
  halfFloats = false,
): Promise<void> {
  await stepper.load(plan, parameters, {
    batchSize: batch.size,
    granularities: { operation: true, filter: true, weight: true },
    halfFloats,
  });
}

/** Milliseconds of one step, to its end on the device. @throws Error when its loss is no number. */
export async function timeStep(stepper: Stepper, { batch, hyper }: Workload): Promise<number> {
  const begin = performance.now();
  await stepper.step(batch, hyper);
  const crossEntropy = (await stepper.readMetrics()).at(0)?.crossEntropy;
  if (!Number.isFinite(crossEntropy)) throw new Error(`a step's cross entropy is ${crossEntropy}`);
  return performance.now() - begin;
}
