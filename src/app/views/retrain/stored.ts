/** Trainings of the architecture on screen that this browser has kept: shown again, or offered to go on with. */
import type { Architecture } from '../../../domain/architecture/schema.ts';
import { held, lockTime } from '../../../storage/lock.ts';
import { fingerprint, TrainingStore } from '../../../storage/trainings.ts';
import type { StoredTrainings, TrainingSummary } from '../../../storage/trainings.ts';
import { isTraining, restoreTraining, training } from './session.ts';

const nothing: StoredTrainings = { unfinished: null, finished: null };

/** Does nothing while one is under way. */
export async function lookUp(architecture: Architecture): Promise<void> {
  const of = fingerprint(architecture);
  if (isTraining(training.getState())) return;
  const stored = await read(of);
  const now = training.getState();
  if (isTraining(now)) return;
  // What is on screen of this architecture stays there: it may be newer.
  if (now.of === of && now.started) {
    const ended = now.state === 'finished' && now.trained === null;
    return training.setState({ unfinished: ended ? null : stored.unfinished });
  }
  restoreTraining(of, stored);
}

export async function discardUnfinished(): Promise<void> {
  const { of } = training.getState();
  if (of !== null) await removeTraining({ architecture: of, state: 'unfinished' });
}

/** Of all architectures; none where nothing can be stored. */
export async function listTrainings(): Promise<TrainingSummary[]> {
  return withStore((store) => store.list()).catch(() => []);
}

export async function removeTraining({
  architecture,
  state,
}: Pick<TrainingSummary, 'architecture' | 'state'>): Promise<void> {
  if (state === 'unfinished' && training.getState().of === architecture)
    training.setState({ unfinished: null });
  await withStore((store) => store.remove(architecture, state)).catch(() => {});
}

async function read(of: string): Promise<StoredTrainings> {
  try {
    if ((await held('training')).has(of))
      await new Promise((resolve) => setTimeout(resolve, lockTime));
    const [stored, running] = await Promise.all([
      withStore((store) => store.of(of)),
      held('training'),
    ]);
    // Another tab is at it.
    return running.has(of) ? { ...stored, unfinished: null } : stored;
  } catch {
    // Blocked storage is told of where something would be stored.
    return nothing;
  }
}

async function withStore<T>(work: (store: TrainingStore) => Promise<T>): Promise<T> {
  const store = await TrainingStore.open();
  try {
    return await work(store);
  } finally {
    store.close();
  }
}
