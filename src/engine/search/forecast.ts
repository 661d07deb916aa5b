/**
 * How long a search takes, stage by stage, from steps that were timed on this device. Always a range: when a stage ends
 * is decided by what it prunes. Pure.
 */
import type { SearchSettings } from '../../domain/settings/schema.ts';
import type { SpaceShape } from '../../domain/spaces/cells.ts';
import { parameter } from '../../domain/graph/layout.ts';
import { buildPlan, fullMasks } from '../../domain/spaces/build-plan.ts';
import type { NetworkPlan } from '../../domain/spaces/plan.ts';
import { epochSizes, splitSizes } from '../../domain/settings/problems.ts';
import type { SearchData } from '../data.ts';
import { evaluatedImages, settlingBatches } from './evaluation-plan.ts';
import { planStages } from './schedule.ts';
import type { Stage } from './schedule.ts';

/** Milliseconds, or steps. */
export interface Range {
  least: number;
  most: number;
}

/** A forward pass is about a third of a step: the backward pass is two more. */
const forwardShare = 1 / 3;
/** Pruning makes the steps of a stage cheaper as it goes: on average no cheaper than this share of its first ones. */
const prunedShare = 0.5;

type Sizes = Pick<
  SearchData,
  'stepsPerEpoch' | 'trainImages' | 'epochImages' | 'validationImages' | 'validationBatches'
>;

/** Of a search by these settings, on a set of so many training images. */
export function sizesOf(settings: SearchSettings, available: number): Sizes {
  const { data, batchSize } = settings;
  const { searched, validation, spare } = splitSizes(data, available);
  return {
    trainImages: searched,
    ...epochSizes(settings, searched),
    validationImages: validation + spare,
    validationBatches: Math.ceil((validation + spare) / batchSize),
  };
}

/** Multiply-accumulates of one image, convolutions and classifier: what a step's time is taken to go by. */
export function workOf(plan: NetworkPlan): number {
  let work = 0;
  for (const node of plan.graph.nodes) {
    if (node.kind === 'convolution')
      work += parameter(plan.table, node.weight).size * node.size ** 2;
    if (node.kind === 'linear') work += parameter(plan.table, `${node.name}.weight`).size;
  }
  return work;
}

/** Of the unpruned super-net of each stage, the joint one last. */
export function stageWork(space: SpaceShape, settings: SearchSettings): number[] {
  return planStages(space, settings).map(({ lastCell, head }) =>
    workOf(buildPlan(space, fullMasks(space), lastCell, head)),
  );
}

/** Of a step in each stage, from timed steps of the first stage's super-net and of the whole one. */
export function paceByStage(work: readonly number[], first: number, whole: number): number[] {
  const [from] = work;
  const span = work[work.length - 1]! - from!;
  return work.map((one) => (span > 0 ? first + ((whole - first) * (one - from!)) / span : whole));
}

/** Steps that an evaluation is worth. */
function evaluationSteps(data: Sizes, part: 'sample' | 'all'): number {
  const images = evaluatedImages(data, part);
  const batches = Math.ceil((data.validationBatches * images) / Math.max(1, data.validationImages));
  return forwardShare * (batches + Math.min(settlingBatches, data.stepsPerEpoch));
}

/** Steps of a stage, of which `epochs` are done. */
function stepsOf(
  { warmUpEpochs, maxEpochs, scoringEpochs }: Stage,
  data: Sizes,
  epochs: number,
): Range {
  const least = Math.max(0, Math.max(warmUpEpochs + 1, Math.min(epochs, maxEpochs)) - epochs);
  const most = Math.max(0, maxEpochs - epochs);
  return {
    least: (least + scoringEpochs) * data.stepsPerEpoch,
    most: (most + scoringEpochs) * data.stepsPerEpoch + most * evaluationSteps(data, 'sample'),
  };
}

/** @param msPerStep of each stage, the joint one last, as `paceByStage` gives it. */
export function forecastSearch(
  stages: readonly Stage[],
  msPerStep: readonly number[],
  data: Sizes,
): Range {
  const last = msPerStep[msPerStep.length - 1]!;
  const total = { least: 0, most: evaluationSteps(data, 'all') * last };
  for (const stage of stages) {
    const { least, most } = stepsOf(stage, data, 0);
    total.least += least * msPerStep[stage.index]! * prunedShare;
    total.most += most * msPerStep[stage.index]!;
  }
  return total;
}

export interface Underway {
  readonly stage: Stage;
  /** Stages after it. */
  readonly later: readonly Stage[];
  /** Epochs of the stage done, and steps of the one under way. */
  readonly epochs: number;
  readonly step: number;
  /** Measured lately. */
  readonly msPerStep: number;
  /** Of the network that these steps trained. */
  readonly work: number;
  /** `stageWork`. */
  readonly fullWork: readonly number[];
}

/** From here to the end: later stages train what is left now, and cells that nobody has pruned yet. */
export function forecastRest(at: Underway, data: Sizes): Range {
  const { stage, later, msPerStep, work, fullWork } = at;
  const own = stepsOf(stage, data, at.epochs);
  const rest = {
    least: Math.max(0, own.least - at.step) * msPerStep * prunedShare,
    most: Math.max(0, own.most - at.step) * msPerStep,
  };
  for (const next of later) {
    const { least, most } = stepsOf(next, data, 0);
    const grown = work + fullWork[next.index]! - fullWork[stage.index]!;
    const ms = msPerStep * (grown / work);
    rest.least += least * ms * prunedShare;
    rest.most += most * ms;
  }
  const final = work + fullWork[fullWork.length - 1]! - fullWork[stage.index]!;
  rest.most += evaluationSteps(data, 'all') * msPerStep * (final / work);
  return rest;
}
