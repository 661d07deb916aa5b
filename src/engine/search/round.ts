/** One commit of a stage: prune, compact, adapt lambda, tell. */
import { addCounts, countParameters, summarizeCells } from '../granularity/count.ts';
import { prunedNothing } from '../granularity/commit.ts';
import type { PrunedUnits } from '../granularity/commit.ts';
import type { Network } from '../granularity/network.ts';
import { resetThresholds, yieldToLastSurvivors } from '../granularity/thresholds.ts';
import { adaptLambda, jointCapRatio, stageCapRatio } from './lambda.ts';
import type { Session } from './session.ts';

/** @param outcome of `commitLive` on the network that is loaded. Its thresholds are adjusted in place. */
export async function commitRound(
  session: Session,
  outcome: { network: Network; pruned: PrunedUnits },
  round: number,
): Promise<void> {
  const { stage, stepper, discretization } = session;
  const { network, pruned } = outcome;
  resetThresholds(network.plan, network.parameters, discretization.held);
  yieldToLastSurvivors(network, discretization.kept);
  const memoryBefore = stepper.memory().bytes;
  await session.load(network);
  const cells = summarizeCells(network, session.totals);
  const parameters = countParameters(network);
  const means = session.progress.epoch?.means;
  if (means) {
    const { crossEntropy, sizeRegularizer } = means;
    session.lambda = adaptLambda(
      session.lambda,
      {
        prunedShare: prunedShare(session, pruned),
        crossEntropy,
        sizeRegularizer,
        capRatio: stage.joint ? jointCapRatio : stageCapRatio,
      },
      session.settings.regularizer,
    );
  }
  if (!prunedNothing(pruned)) emitPruned(session, pruned);
  session.emit({
    type: 'committed',
    stage: stage.index,
    round,
    counts: addCounts(cells.map(({ counts }) => counts)),
    parameters,
    lambda: session.lambda.lambda,
    memoryBefore,
    memoryAfter: stepper.memory().bytes,
  });
}

/** Of all units in the trained cells, at the coarsest level that prunes: operations, unless they are switched off. */
function prunedShare(
  { settings: { granularities }, totals, stage }: Session,
  pruned: PrunedUnits,
): number {
  const sum = (counts: Iterable<number>): number => [...counts].reduce((a, b) => a + b, 0);
  const total = (level: 'operation' | 'filter' | 'weight'): number =>
    sum(totals[level].slice(0, stage.lastCell + 1));
  if (granularities.operation) return pruned.operations.length / total('operation');
  if (granularities.filter) return sum(pruned.filters.values()) / total('filter');
  return sum(pruned.weights.values()) / total('weight');
}

function emitPruned(session: Session, pruned: PrunedUnits): void {
  const { space, stage } = session;
  const reprune = (cell: number): boolean => space.cells[cell]!.stage < stage.index;
  const byCell = (counts: ReadonlyMap<number, number>) =>
    [...counts].map(([cell, count]) => ({ cell, count, reprune: reprune(cell) }));
  session.emit({
    type: 'pruned',
    stage: stage.index,
    operations: pruned.operations.map(
      ({ cell, candidate: { edge, from, to, operation }, importance, threshold }) => ({
        cell,
        edge,
        from,
        to,
        operation: operation.name,
        importance,
        threshold,
        reprune: reprune(cell),
      }),
    ),
    filters: byCell(pruned.filters),
    weights: byCell(pruned.weights),
  });
}
