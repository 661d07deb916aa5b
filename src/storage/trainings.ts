/**
 * Trainings from scratch, by the architecture that is trained: the latest unfinished one up to its last epoch, and the
 * latest finished one. Only IndexedDB: in memory there is nothing to come back to.
 */
import { isBinned, missing, settle } from './collection.ts';
import type { RecordStore } from './collection.ts';
import { openDatabase } from './database.ts';
import type { LabDatabase } from './database.ts';
import type { TrainingRecord } from './records.ts';

export { fingerprint } from '../domain/architecture/fingerprint.ts';

export interface StoredTrainings {
  unfinished: TrainingRecord | null;
  finished: TrainingRecord | null;
}

/** What a list shows of one. */
export type TrainingSummary = Pick<
  TrainingRecord,
  'architecture' | 'state' | 'subject' | 'updated' | 'deleted'
> & {
  id: string;
  name: string;
  epochs: number;
  epochsDone: number;
  accuracy: number | null;
  images: number | null;
};

/** Of one training in the list. */
const idOf = ({ architecture, state }: Pick<TrainingRecord, 'architecture' | 'state'>): string =>
  `${state} ${architecture}`;
function keyOf(id: string): [architecture: string, state: TrainingRecord['state']] {
  const [state, architecture] = id.split(' ') as [TrainingRecord['state'], string];
  return [architecture, state];
}

export function summarize({
  architecture,
  state,
  subject,
  updated,
  events,
  checkpoint,
  trained,
  deleted,
}: TrainingRecord): TrainingSummary {
  const started = events.find((event) => event.type === 'training-started');
  const { epochs } = trained?.training ?? checkpoint?.settings ?? { epochs: 0 };
  const epochsDone = trained
    ? epochs
    : started && checkpoint
      ? Math.floor((checkpoint.step * epochs) / started.maxSteps)
      : 0;
  return {
    id: idOf({ architecture, state }),
    name: `${subject.dataset.name}, ${subject.parameters.active.toLocaleString('en-US')} parameters`,
    ...(deleted !== undefined && { deleted }),
    architecture,
    state,
    subject,
    updated,
    epochs,
    epochsDone,
    accuracy: trained?.test.accuracy ?? null,
    images: trained?.test.images ?? null,
  };
}

export class TrainingStore implements RecordStore<TrainingSummary> {
  private constructor(private readonly database: LabDatabase) {}

  /** @throws DOMException where the browser stores nothing here (a private window). */
  static async open(name?: string): Promise<TrainingStore> {
    return new TrainingStore(await openDatabase({}, name));
  }

  async of(architecture: string): Promise<StoredTrainings> {
    const [unfinished, finished] = await Promise.all([
      this.database.get('trainings', [architecture, 'unfinished']),
      this.database.get('trainings', [architecture, 'finished']),
    ]);
    const present = (record: TrainingRecord | undefined): TrainingRecord | null =>
      record && !isBinned(record) ? record : null;
    return { unfinished: present(unfinished), finished: present(finished) };
  }

  /** Latest first; those in the bin too. */
  async list(): Promise<TrainingSummary[]> {
    const found: TrainingSummary[] = [];
    // One after the other: each holds its weights.
    for (
      let cursor = await this.database.transaction('trainings').store.openCursor();
      cursor;
      cursor = await cursor.continue()
    )
      found.push(summarize(cursor.value));
    return found.sort((a, b) => b.updated - a.updated);
  }

  /** In place of what was there; one that is finished takes the place of its unfinished self too. */
  async save(record: TrainingRecord): Promise<void> {
    const transaction = this.database.transaction('trainings', 'readwrite');
    const { store } = transaction;
    const outlived =
      record.state === 'finished' ? [store.delete([record.architecture, 'unfinished'])] : [];
    await settle(transaction, [store.put(record), ...outlived]);
  }

  /** Only whether it is in the bin can change: the rest is the training's own. */
  async update(id: string, { deleted = null }: { deleted?: number | null }): Promise<void> {
    const transaction = this.database.transaction('trainings', 'readwrite');
    const old = await transaction.store.get(keyOf(id));
    if (!old) throw missing('training', id);
    await settle(transaction, [transaction.store.put({ ...old, deleted })]);
  }

  async remove(id: string): Promise<void> {
    await this.database.delete('trainings', keyOf(id));
  }

  close(): void {
    this.database.close();
  }
}
