/** Trains one architecture for the page: data set, device, engine. */
import { trainDataOf } from '../src/datasets/any-set.ts';
import { exportArchive } from '../src/engine/architecture/export/files.ts';
import { ArchitectureError } from '../src/domain/architecture/schema.ts';
import type { TrainData } from '../src/engine/data.ts';
import type { TrainEvent } from '../src/engine/train/events.ts';
import { measureArchitecture, measuredRuns } from '../src/engine/train/measure.ts';
import { startTraining } from '../src/engine/train/training.ts';
import type { RunningTraining } from '../src/engine/train/training.ts';
import type { Trained } from '../src/engine/train/trained.ts';
import type { MeasuredLatency } from '../src/engine/train/latency.ts';
import type { Payload } from '../src/protocol/rpc.ts';
import type { Handlers } from '../src/protocol/serve.ts';
import type {
  ExportPayload,
  TrainContract,
  TrainPayload,
  WorstImage,
} from '../src/protocol/train-messages.ts';
import { atSteps, loadSource } from './load-source.ts';
import { Refusal } from './refusal.ts';
import { createNamedStepper } from './steppers.ts';
import { TrainingKeeper } from './training-keeper.ts';

export class TrainHost {
  private running: RunningTraining | null = null;
  private trained: Trained | null = null;

  constructor(private readonly emit: (event: TrainContract['event']) => void) {}

  readonly handlers: Handlers<TrainContract> = {
    train: async (payload) => {
      await explained(() => this.train(payload));
      return null;
    },
    pause: () => this.control((training) => training.pause()),
    resume: () => this.control((training) => training.resume()),
    stop: () => this.control((training) => training.stop()),
    export: (payload) => explained(() => this.export(payload)),
    measure: (payload) => explained(() => this.measure(payload)),
  };

  private control(act: (training: RunningTraining) => void): null {
    if (this.running) act(this.running);
    return null;
  }

  private export({ format, trained, latency }: ExportPayload) {
    const exported = trained ?? this.trained;
    if (!exported)
      throw new Refusal(
        'not-trained',
        'The training has not finished.',
        'Wait until it has finished.',
      );
    return exportArchive(exported, format, latency);
  }

  private async measure({
    architecture,
    backend,
  }: Payload<TrainContract, 'measure'>): Promise<MeasuredLatency> {
    const advice = 'Measure again; reload the page if it happens again.';
    const { lost, onLost } = deviceLoss(advice);
    const { stepper, adapter } = await createNamedStepper(backend, onLost);
    try {
      const measuring = measureArchitecture({
        ...{ architecture, stepper, now: () => performance.now() },
        onRun: (done) => this.emit({ type: 'measuring', done, total: measuredRuns }),
      });
      return { ...(await Promise.race([measuring, lost])), adapter };
    } finally {
      stepper.dispose();
    }
  }

  private async train(request: TrainPayload): Promise<void> {
    const keeper = await TrainingKeeper.open(request, (obstacle) =>
      this.emit({ type: 'keeping', obstacle }),
    );
    try {
      for (const event of keeper.resumed?.events ?? []) this.emit({ type: 'training', event });
      await this.trainKept(request, keeper);
    } finally {
      await keeper.close();
    }
  }

  private async trainKept(
    { architecture, settings: chosen, dataset, backend }: TrainPayload,
    keeper: TrainingKeeper,
  ): Promise<void> {
    const resumeFrom = keeper.resumed?.checkpoint;
    const settings = resumeFrom?.settings ?? chosen;
    const images = await loadSource(
      dataset,
      atSteps((loaded, total) => this.emit({ type: 'loading', loaded, total })),
    );
    const data = trainDataOf(images, {
      ...settings.data,
      ...settings,
      imageSize: architecture.dataset.imageSize,
    });
    const { lost, onLost } = deviceLoss(
      'Resume from the last epoch, or train again with a smaller batch if it happens again.',
    );
    const { stepper, adapter } = await createNamedStepper(backend, onLost);
    const emit = (told: TrainEvent): void => {
      const event = told.type === 'training-latency' ? { ...told, adapter } : told;
      keeper.note(event);
      this.emit({ type: 'training', event });
    };
    try {
      this.running = startTraining({
        ...{ architecture, settings, data, stepper, emit, now: () => performance.now() },
        onCheckpoint: (checkpoint) => keeper.checkpoint(checkpoint),
        ...(resumeFrom && { resumeFrom }),
      });
      // A failure has been reported as an event by the time the promise rejects.
      const result = this.running.result.catch(() => null);
      this.trained = await Promise.race([result, lost]);
      if (!this.trained) return;
      const images = await worstImages(this.trained, data);
      keeper.finish(this.trained, images);
      this.emit({ type: 'worst', images });
    } finally {
      stepper.dispose();
    }
  }
}

/** `lost` rejects once `onLost` is called. */
function deviceLoss(advice: string): { lost: Promise<never>; onLost: (message: string) => void } {
  let onLost: (message: string) => void = () => {};
  const lost = new Promise<never>((_, reject) => {
    onLost = (message) => reject(new Refusal('device-lost', message, advice));
  });
  // After the end nobody waits for it.
  lost.catch(() => {});
  return { lost, onLost };
}

/** Says what to do about an architecture that contradicts itself, or does not fit the data set. */
async function explained<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ArchitectureError) && !(error instanceof RangeError)) throw error;
    const advice = 'Choose another data set, or another architecture.';
    throw new Refusal('architecture', error.message, advice, { cause: error });
  }
}

/** The test images of the list, their normalization undone. */
async function worstImages({ test, training }: Trained, data: TrainData): Promise<WorstImage[]> {
  const { imageSize: size, imageChannels: channels, normalization } = data;
  const worst: WorstImage[] = [];
  for (const { image, label, predicted, loss } of test.worst) {
    const { images } = await data.testBatch(Math.floor(image / training.batchSize));
    const first = (image % training.batchSize) * size * size * channels;
    const pixels = new Uint8ClampedArray(size * size * 4);
    for (let i = 0; i < size * size; i++) {
      // One channel is grey; of more, the first three are colours.
      for (let colour = 0; colour < 3; colour++) {
        const channel = channels >= 3 ? colour : 0;
        pixels[i * 4 + colour] =
          images[first + i * channels + channel]! * normalization.deviation[channel]! +
          normalization.mean[channel]!;
      }
      pixels[i * 4 + 3] = 255;
    }
    worst.push({ label, predicted, loss, size, pixels });
  }
  return worst;
}
