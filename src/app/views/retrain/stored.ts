/** Trainings of the architecture on screen that this browser has kept: shown again, or offered to go on with. */
import type { Architecture } from '../../../engine/architecture/schema.ts';
import { held } from '../../../storage/lock.ts';
import { fingerprint, TrainingStore } from '../../../storage/trainings.ts';
import type { StoredTrainings } from '../../../storage/trainings.ts';
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
  if (now.of === of && now.started) return training.setState({ unfinished: stored.unfinished });
  restoreTraining(of, stored);
}

export async function discardUnfinished(): Promise<void> {
  const { of } = training.getState();
  training.setState({ unfinished: null });
  await withStore((store) => (of === null ? Promise.resolve() : store.remove(of, 'unfinished'))).catch(() => {});
}

async function read(of: string): Promise<StoredTrainings> {
  try {
    const [stored, running] = await Promise.all([withStore((store) => store.of(of)), held('training')]);
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
