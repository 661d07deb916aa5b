/** One stage of a search, from its warm-up to the regrowth after it (docs/algorithm.md, Stages). */
import { countParameters } from '../granularity/count.ts';
import { commitAtGoal } from '../granularity/crossing.ts';
import { commitLive, prunedNothing } from '../granularity/commit.ts';
import type { Network } from '../granularity/network.ts';
import { resetThresholds } from '../granularity/thresholds.ts';
import { randomStream } from '../random.ts';
import { buildPlan, fullMasks } from '../../domain/spaces/build-plan.ts';
import { boundsOf, migrateParameters } from '../supernet/parameters.ts';
import { trainEpoch } from './epoch.ts';
import { evaluate } from './evaluate.ts';
import type { SearchEvent } from '../../domain/events/events.ts';
import { initialLambda } from './lambda.ts';
import { chooseRegrowth, regrow, regrownCount } from './regrow.ts';
import { commitRound } from './round.ts';
import type { Stage } from './schedule.ts';
import type { Session } from './session.ts';

type EndReason = Extract<SearchEvent, { type: 'stage-finished' }>['reason'];

/** @param resumed the session stands somewhere within this stage, restored from a checkpoint. */
export async function runStage(session: Session, index: number, resumed: boolean): Promise<void> {
  if (resumed) await reopenStage(session);
  else
    await beginStage(
      session,
      session.stages.find((stage) => stage.index === index)!,
    );
  const { stage } = session;
  const { progress } = session;
  if (progress.phase === 'warm-up') {
    while (session.stageEpochs < stage.warmUpEpochs) await trainEpoch(session, 'warm-up');
    await session.pull();
    if (stage.warmUpEpochs > 0) await evaluate(session);
    progress.phase = 'search';
  }
  if (progress.phase === 'search') {
    const reason = await searchEpochs(session);
    session.emit({
      type: 'stage-finished',
      stage: stage.index,
      reason,
      parameters: countParameters(session.current),
      peakMemoryBytes: session.stepper.memory().peakBytes,
    });
    progress.phase = 'scoring';
  }
  if (stage.scoringEpochs > 0 && progress.prunedOperations > 0) await regrowOperations(session);
  if (!stage.joint) await session.checkpoint(true);
}

async function beginStage(session: Session, stage: Stage): Promise<void> {
  session.stage = stage;
  session.stageEpochs = 0;
  session.lambda = initialLambda(session.settings.regularizer);
  session.accuracy = session.accuracyImages = null;
  const network = openStage(session, stage);
  const parameters = countParameters(network);
  session.progress = {
    phase: 'warm-up',
    step: 0,
    initial: parameters.active,
    round: 0,
    idle: 0,
    prunedOperations: 0,
    scored: 0,
  };
  session.emit({
    type: 'stage-started',
    stage: stage.index,
    joint: stage.joint,
    firstCell: stage.firstCell,
    lastCell: stage.lastCell,
    parameters,
    goalParameters: goalOf(session),
    maxSteps: (stage.maxEpochs + stage.scoringEpochs) * session.data.stepsPerEpoch,
  });
  session.emit({ type: 'phase', stage: stage.index, phase: 'compiling' });
  await session.load(network);
  session.emitRatios(network, true);
  session.emit({ type: 'phase', stage: stage.index, phase: 'warm-up' });
}

/** Nothing is told twice: the events up to the checkpoint are in the stored stream. */
async function reopenStage(session: Session): Promise<void> {
  session.emit({ type: 'phase', stage: session.stage.index, phase: 'compiling' });
  await session.load(session.current);
  session.emit({ type: 'phase', stage: session.stage.index, phase: session.progress.phase });
}

/** The network that the stage trains: what the stage before left, with new cells in front of its own head. */
function openStage({ settings, space, network, generation }: Session, stage: Stage): Network {
  const masks = network?.masks ?? fullMasks(space);
  const plan = buildPlan(space, masks, stage.lastCell, stage.head);
  const old = network && { table: network.plan.table, parameters: network.parameters };
  const parameters = migrateParameters(
    plan.table,
    old,
    settings.seed,
    generation,
    boundsOf(settings),
  );
  // Every optimizer starts afresh with its stage.
  parameters.momentum.fill(0);
  resetThresholds(plan, parameters);
  return { plan, masks, parameters };
}

/**
 * Active parameters at which the stage ends. The joint stage: the user's target. Before it: `endShare` of what the stage
 * began with (the released program's rule), but no less than the stage's share of the target, by the sizes of the
 * unpruned super-nets: a generous target must not be overshot before the joint stage.
 */
function goalOf({ settings, totals, stage, progress }: Session): number {
  if (stage.joint) return settings.targetParameters;
  const share = totals.parameters[stage.index]! / totals.parameters.at(-1)!;
  return Math.round(
    Math.max(settings.stage.endShare * progress.initial, settings.targetParameters * share),
  );
}

/**
 * Trains everything, and commits every `commitEvery` epochs, at the last epoch, and as soon as what is alive meets the
 * goal. Ends at the goal, or when `patience` rounds on end pruned nothing at any level. A joint stage whose target is
 * unmet does not give up so: lambda is still growing.
 */
async function searchEpochs(session: Session): Promise<EndReason> {
  const { stage, progress } = session;
  const active = (): number => countParameters(session.current).active;
  // Anew each time: the user may have steered.
  while (active() > goalOf(session)) {
    const { settings } = session;
    if (session.stageEpochs >= session.stage.maxEpochs) return 'max-epochs';
    if (progress.idle >= settings.stage.patience && !stage.joint) return 'nothing-pruned';
    if (progress.step === 0) session.emit({ type: 'phase', stage: stage.index, phase: 'search' });
    await trainEpoch(session, 'search');
    const trained = await session.pull();
    let outcome = { ...commitLive(trained, session.discretization), judged: trained };
    const due = (session.stageEpochs - stage.warmUpEpochs) % settings.stage.commitEvery === 0;
    const last = session.stageEpochs >= session.stage.maxEpochs;
    const goal = goalOf(session);
    const met = countParameters(outcome.network).active <= goal;
    if (met) outcome = commitAtGoal(trained, session.discretization, goal);
    const judgement = { trained: outcome.judged, by: session.discretization };
    if (due || last || met) {
      await commitRound(session, outcome, ++progress.round);
      progress.idle = prunedNothing(outcome.pruned) ? progress.idle + 1 : 0;
      progress.prunedOperations += outcome.pruned.operations.length;
      session.emitRatios(session.current, true, judgement);
      await evaluate(session);
      await session.checkpoint(false);
    } else {
      session.emitRatios(outcome.network, false, judgement);
    }
  }
  return 'goal-reached';
}

/**
 * Trains on for `scoringEpochs` without a commit, which gathers the gradients that score what is left, then brings back
 * a share of what the stage pruned.
 */
async function regrowOperations(session: Session): Promise<void> {
  const { stage, settings, space, progress } = session;
  session.emit({ type: 'phase', stage: stage.index, phase: 'scoring' });
  for (; progress.scored < stage.scoringEpochs; progress.scored++)
    await trainEpoch(session, 'scoring');
  const network = await session.pull();
  const count = regrownCount(
    progress.prunedOperations,
    settings.reevaluation.regrowShare,
    space.cells.length * space.edges.length * space.operations.length,
  );
  const chosen = chooseRegrowth(network, count, randomStream(settings.seed, 'regrow', stage.index));
  session.setUnloaded(
    regrow(network, chosen, settings.seed, ++session.generation, boundsOf(settings)),
  );
  session.emit({
    type: 'regrown',
    stage: stage.index,
    operations: chosen.map(({ cell, unit, cellScore, typeScore }) => {
      const { index, from, to } = space.edges[Math.floor(unit / space.operations.length)]!;
      const operation = space.operations[unit % space.operations.length]!.name;
      return { cell, edge: index, from, to, operation, cellScore, typeScore };
    }),
  });
  session.emitRatios(session.current, true);
}
