/** Stored runs as the start of a search: resumed, continued as a new run, or forked. */
import { changed, storeOf, theStore, wholeRun } from './library.ts';
import { continuedRun } from '../../storage/continuation.ts';
import type { Continuation } from '../../storage/continuation.ts';
import { forkedRun } from '../../storage/fork.ts';
import type { ForkPoint, ForkWish } from '../../storage/fork.ts';
import type { CheckpointInfo, RunRecord } from '../../storage/records.ts';
import type { WholeRun } from '../../storage/run-store.ts';
import { openBesideRun, viewHref } from '../router.ts';
import { isInterrupted, library } from './library-state.ts';
import { sourceNow } from '../sessions/dataset-sources.ts';
import { continueRun } from '../sessions/search.ts';
import { lab } from './store.ts';

export function goOn({ id, settings, dataset: { name, source }, backend }: RunRecord): void {
  library.setState({ watching: null });
  continueRun({
    id,
    settings,
    dataset: { name, source: sourceNow(source) },
    backend: backend ?? lab.getState().backend,
  });
  location.hash = viewHref('overview', id);
}

/**
 * Continues a run that is over as a new run, from its last checkpoint: the one that was found stays.
 * @throws Error in words that say why it cannot be.
 */
export async function continueOver(id: string, wish: Continuation): Promise<void> {
  const next = continuedRun(await wholeRun(id), wish, {
    id: crypto.randomUUID(),
    now: Date.now(),
  });
  await storeAndGoOn(next);
}

async function storeAndGoOn(next: WholeRun): Promise<void> {
  await theStore().add(next);
  await changed(next.run.id);
  goOn(next.run);
}

/** Checkpoints of a stored run that a fork can start from, in the order they were taken. */
export async function keptCheckpoints(id: string): Promise<CheckpointInfo[]> {
  return (await storeOf(id)).checkpoints(id);
}

/** A stored run up to one of its checkpoints. @throws Error when either is not kept any more. */
export async function forkPoint(id: string, events: number): Promise<ForkPoint> {
  const from = await storeOf(id);
  const [run, checkpoint] = await Promise.all([from.get(id), from.checkpoint(id, events)]);
  if (!run || !checkpoint)
    throw new Error('This checkpoint is no longer stored. Choose a later one.');
  return { run, events: await from.events(id), checkpoint };
}

/**
 * Starts a second search from a checkpoint, as a new run with its parent beside it.
 * @throws Error in words that say why it cannot be.
 */
export async function startFork(point: ForkPoint, wish: ForkWish): Promise<void> {
  const next = forkedRun(point, wish, { id: crypto.randomUUID(), now: Date.now() });
  await storeAndGoOn(next);
  location.hash = viewHref('balance');
  openBesideRun(point.run.id);
}

/** Interrupted runs that can be resumed, latest first. */
export function interruptedRun(): RunRecord | null {
  const state = library.getState();
  return (
    state.runs?.find(
      (run) =>
        run.id !== lab.getState().runId &&
        run.checkpointStep !== null &&
        run.id !== state.dismissed &&
        isInterrupted(run, state),
    ) ?? null
  );
}
