/** The stages of a search and what each of their phases trains, from the settings alone (docs/algorithm.md, Stages). */
import type { SearchSettings } from '../../domain/settings/schema.ts';
import { stagesOf } from '../../domain/spaces/shape.ts';
import type { SpaceShape } from '../../domain/spaces/shape.ts';
import type { StepHyper, TrainedGroup, UpdateMode } from '../supernet/stepper.ts';

export interface Stage {
  /** From 0; the joint stage over all cells comes last. */
  readonly index: number;
  readonly joint: boolean;
  /** Cells that are searched for the first time here: the size regularizer sums over them. */
  readonly firstCell: number;
  /** Cells 0..lastCell are trained. */
  readonly lastCell: number;
  /** Which head stands on the last cell. */
  readonly head: number;
  readonly warmUpEpochs: number;
  /** Warm-up included. */
  readonly maxEpochs: number;
  /** Epochs that score operations before a regrowth ends the stage. */
  readonly scoringEpochs: number;
}

export function planStages(
  space: Pick<SpaceShape, 'stageEnds'>,
  settings: SearchSettings,
): Stage[] {
  const { stage, joint, reevaluation, granularities } = settings;
  const regrows = reevaluation.regrowShare > 0 && granularities.operation;
  const stages = stagesOf(space).map(([firstCell, lastCell], index): Stage => ({
    index,
    joint: false,
    firstCell,
    lastCell,
    head: index,
    warmUpEpochs: stage.warmUpEpochs,
    maxEpochs: Math.max(stage.maxEpochs, stage.warmUpEpochs),
    scoringEpochs: regrows && index > 0 ? reevaluation.scoringEpochs : 0,
  }));
  const last = stages.length - 1;
  return [
    ...stages,
    {
      index: stages.length,
      joint: true,
      firstCell: 0,
      lastCell: stages[last]!.lastCell,
      head: last,
      warmUpEpochs: joint.warmUpEpochs,
      maxEpochs: Math.max(joint.maxEpochs, joint.warmUpEpochs),
      scoringEpochs: 0,
    },
  ];
}

/** Most epochs that the stages can take. */
export function maxEpochs(stages: readonly Stage[]): number {
  return stages.reduce((sum, stage) => sum + stage.maxEpochs + stage.scoringEpochs, 0);
}

/**
 * Epochs of the joint stage that leave room for a target that was lowered: what is left of it, and for every halving of
 * the target as many search epochs again as it had. Pruning takes a share of what is left each round, so that the rounds
 * that a target takes grow with its logarithm.
 * @param before the target before. @param done epochs of the joint stage so far.
 */
export function roomForTarget(
  { joint, targetParameters }: Pick<SearchSettings, 'joint' | 'targetParameters'>,
  { before, done }: { before: number; done: number },
): number {
  if (targetParameters >= before) return joint.maxEpochs;
  const more = (joint.maxEpochs - joint.warmUpEpochs) * Math.log2(before / targetParameters);
  return Math.max(joint.maxEpochs, done) + Math.ceil(more);
}

export type TrainingPhase = 'warm-up' | 'search' | 'scoring';

/** Warm-up trains weights alone; scoring is an epoch like any other of the search, but without a commit. */
const updates: Record<TrainingPhase, (group: TrainedGroup) => UpdateMode> = {
  'warm-up': (group) => (group === 'weight' ? 'train' : 'off'),
  search: () => 'train',
  scoring: () => 'train',
};

/** Parameters in whose number the parameter-aware factor counts: a million, or a mean candidate's. */
const million = 1e6;

/**
 * @param lambda weight of the regularizers.
 * @param meanCandidate maskable weights of a candidate operation, on average over the super-net: the unit of mu where it
 * is relative.
 */
export function stepHyper(
  settings: SearchSettings,
  stage: Pick<Stage, 'firstCell' | 'lastCell'> & Partial<Pick<Stage, 'joint'>>,
  phase: TrainingPhase,
  lambda: number,
  meanCandidate = million,
): StepHyper {
  const { momentum, weights, importances, gates, thresholds, weightThresholds } =
    settings.optimizers;
  const { granularities } = settings;
  const update = (group: TrainedGroup, learned = true): UpdateMode =>
    learned ? updates[phase](group) : 'off';
  return {
    lambda,
    sizeCells: [stage.firstCell, stage.lastCell],
    mu: settings.regularizer.mu / (settings.regularizer.relativeMu ? meanCandidate : million),
    momentum,
    decay: weights.decay,
    clipNorm: weights.clipNorm,
    rates: {
      weight: weights.rate * (stage.joint ? (settings.joint.weightFactor ?? 1) : 1),
      alpha: importances.rate,
      gate: gates.rate,
      threshold: thresholds.rate,
      weightThreshold: weightThresholds.rate,
    },
    filterThresholdFactor: thresholds.filterFactor ?? 1,
    update: {
      weight: update('weight'),
      alpha: update('alpha'),
      gate: update('gate'),
      threshold: update('threshold', granularities.operation || granularities.filter),
      weightThreshold: update('weightThreshold', granularities.weight),
    },
  };
}
