/** Trainings of the architecture on screen that this browser has kept: shown again, or offered to go on with. */
import { createStore } from 'zustand';
import type { Architecture } from '../../domain/architecture/schema.ts';
import { Collection } from '../../storage/collection.ts';
import type { Binned } from '../../storage/collection.ts';
import { held, lockTime } from '../../storage/lock.ts';
import { fingerprint, TrainingStore } from '../../storage/trainings.ts';
import type { StoredTrainings, TrainingSummary } from '../../storage/trainings.ts';
import { isTraining, restoreTraining, training } from './training.ts';

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

/** Trainings of all architectures in this browser. */
interface TrainingList {
  readonly list: readonly TrainingSummary[];
  /** Just put into the bin: it can be restored. */
  readonly binned: Binned | null;
}
export const storedTrainings = createStore<TrainingList>(() => ({ list: [], binned: null }));

/** Opens the store for each piece of work: an open one would hold up a newer version of the lab in another tab. */
const collection = new Collection<TrainingSummary>({
  stores: () =>
    Promise.resolve([
      {
        list: () => withStore((store) => store.list()),
        update: (id, change) => withStore((store) => store.update(id, change)),
        remove: (id) => withStore((store) => store.remove(id)),
      },
    ]),
  onChange: () => refreshTrainings(),
  onBinned: (binned) => storedTrainings.setState({ binned }),
});
let opened = false;

/** None where nothing can be stored: that is said where something would be stored. */
export async function refreshTrainings(): Promise<void> {
  try {
    if (!opened) await collection.open();
    opened = true;
    storedTrainings.setState({ list: await collection.list() });
  } catch {
    storedTrainings.setState({ list: [] });
  }
}

export async function discardUnfinished(): Promise<void> {
  const { of } = training.getState();
  const found = (await collection.list()).find(
    ({ architecture, state }) => architecture === of && state === 'unfinished',
  );
  if (found) await binTraining(found);
}

export async function binTraining(summary: TrainingSummary): Promise<void> {
  if (summary.state === 'unfinished' && training.getState().of === summary.architecture)
    training.setState({ unfinished: null });
  await collection.bin(summary);
}

/** Also offers to resume it again where it is unfinished and its architecture is on screen. */
export async function restoreStoredTraining(): Promise<void> {
  await collection.restore();
  const { of } = training.getState();
  if (of !== null && !isTraining(training.getState()))
    training.setState({ unfinished: (await read(of)).unfinished });
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
    // Blocked storage is reported where something would be stored.
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
