/** Keeps a training in the browser's store: after every epoch, and at its end. Where that fails, the training goes on. */
import { readCheckpoint } from '../src/engine/train/checkpoint.ts';
import type { TrainCheckpoint } from '../src/engine/train/checkpoint.ts';
import type { TrainEvent } from '../src/engine/train/events.ts';
import type { Trained } from '../src/engine/train/trained.ts';
import type { TrainPayload, WorstImage } from '../src/protocol/train-messages.ts';
import { lease } from '../src/storage/lock.ts';
import type { Lease } from '../src/storage/lock.ts';
import type { TrainingRecord } from '../src/storage/records.ts';
import { whyNotStored } from '../src/storage/room.ts';
import { TrainingStore } from '../src/storage/trainings.ts';
import { Refusal } from './refusal.ts';

type Training = Pick<TrainPayload, 'id' | 'resume' | 'architecture' | 'dataset' | 'backend'>;

/** Points of a curve are halved once there are more. */
const mostSteps = 600;

export interface Resumed {
  readonly checkpoint: TrainCheckpoint;
  /** Up to it. */
  readonly events: readonly TrainEvent[];
}

export class TrainingKeeper {
  private events: TrainEvent[] = [];
  private writing: Promise<void> = Promise.resolve();

  private constructor(
    private readonly training: Training,
    private readonly held: Lease | null,
    private readonly store: TrainingStore | null,
    /** Where it is to go on from; null = from its beginning. */
    readonly resumed: Resumed | null,
    private readonly onObstacle: (obstacle: string | null) => void,
  ) {
    this.events = [...(resumed?.events ?? [])];
  }

  /**
   * @param onObstacle told why the training is not stored, or null
   * @throws Refusal where it is to go on and cannot.
   */
  static async open(
    training: Training,
    onObstacle: (obstacle: string | null) => void,
  ): Promise<TrainingKeeper> {
    const held = await lease('training', training.id);
    if (!held && training.resume)
      throw new Refusal(
        'runs-elsewhere',
        'This training is running in another tab already.',
        'Wait for it, or stop it there first.',
      );
    let store: TrainingStore | null = null;
    let obstacle = held
      ? null
      : 'another tab trains this architecture, and only that training is stored';
    try {
      if (held) store = await TrainingStore.open();
      const resumed = training.resume ? await resumedFrom(store, training.id) : null;
      onObstacle(obstacle);
      return new TrainingKeeper(training, held, store, resumed, onObstacle);
    } catch (error) {
      if (training.resume) {
        store?.close();
        held?.release();
        throw error;
      }
      obstacle = whyNotStored(error);
      onObstacle(obstacle);
      return new TrainingKeeper(training, held, null, null, onObstacle);
    }
  }

  note(event: TrainEvent): void {
    switch (event.type) {
      case 'training-started':
        this.events = [event, ...this.events.filter(({ type }) => type !== 'training-started')];
        return;
      case 'training-step': {
        const steps = this.events.filter(({ type }) => type === 'training-step');
        if (steps.length >= mostSteps) {
          const thinned = new Set(steps.filter((_, i) => i % 2 === 0));
          this.events = this.events.filter((one) => !thinned.has(one));
        }
        this.events.push(event);
        return;
      }
      case 'training-evaluated':
      case 'training-latency':
        this.events.push(event);
        return;
      default:
    }
  }

  checkpoint(checkpoint: TrainCheckpoint): void {
    this.write({ state: 'unfinished', checkpoint, trained: null, worst: [] });
  }

  finish(trained: Trained, worst: WorstImage[]): void {
    this.write({ state: 'finished', checkpoint: null, trained, worst });
  }

  /** Once all is written. */
  async close(): Promise<void> {
    await this.writing;
    this.store?.close();
    this.held?.release();
  }

  private write(change: Pick<TrainingRecord, 'state' | 'checkpoint' | 'trained' | 'worst'>): void {
    const { store, training } = this;
    if (!store) return;
    const { id, architecture, dataset, backend } = training;
    const record: TrainingRecord = {
      ...change,
      architecture: id,
      subject: architecture,
      updated: Date.now(),
      source: dataset,
      backend,
      events: [...this.events],
    };
    this.writing = this.writing
      .then(() => store.save(record))
      .then(
        () => this.onObstacle(null),
        (error: unknown) => this.onObstacle(whyNotStored(error)),
      );
  }
}

async function resumedFrom(store: TrainingStore | null, id: string): Promise<Resumed> {
  const record = (await store?.of(id))?.unfinished;
  if (!record?.checkpoint)
    throw new Refusal(
      'no-checkpoint',
      'No epoch of this training is stored.',
      'Train from scratch.',
    );
  return { checkpoint: readCheckpoint(record.checkpoint), events: record.events };
}
