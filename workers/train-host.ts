/** Trains one architecture for the page: data set, device, engine; events out, every failure in words. */
import { createTrainData } from '../src/datasets/train-data.ts';
import { exportArchive } from '../src/engine/architecture/export/files.ts';
import { ArchitectureError } from '../src/domain/architecture/schema.ts';
import type { TrainData } from '../src/engine/data.ts';
import type { TrainEvent } from '../src/engine/train/events.ts';
import { measureArchitecture, measuredRuns } from '../src/engine/train/measure.ts';
import { startTraining } from '../src/engine/train/training.ts';
import type { RunningTraining } from '../src/engine/train/training.ts';
import type { Trained } from '../src/engine/train/trained.ts';
import type { TrainMessage, TrainRequest, WorstImage } from '../src/protocol/train-messages.ts';
import { atSteps, loadSource } from './load-source.ts';
import { Refusal, workerErrorOf } from './refusal.ts';
import { createNamedStepper } from './steppers.ts';
import { TrainingKeeper } from './training-keeper.ts';

export class TrainHost {
  private running: RunningTraining | null = null;
  private trained: Trained | null = null;

  constructor(private readonly post: (message: TrainMessage) => void) {}

  async receive(request: TrainRequest): Promise<void> {
    try {
      await this.perform(request);
    } catch (error) {
      const wrong = error instanceof ArchitectureError || error instanceof RangeError;
      const refusal = wrong
        ? new Refusal(
            'architecture',
            error.message,
            'Choose another data set, or another architecture.',
          )
        : error;
      this.post({ type: 'error', error: workerErrorOf(refusal) });
    }
  }

  private async perform(request: TrainRequest): Promise<void> {
    switch (request.type) {
      case 'train':
        return this.train(request);
      case 'pause':
        return this.running?.pause();
      case 'resume':
        return this.running?.resume();
      case 'stop':
        return this.running?.stop();
      case 'export': {
        const trained = request.trained ?? this.trained;
        if (!trained)
          throw new Refusal('not-trained', 'The training has not finished.', 'Wait for its end.');
        return this.post({
          type: 'file',
          ...exportArchive(trained, request.format, request.latency),
        });
      }
      case 'measure':
        return this.measure(request);
    }
  }

  private async measure({
    architecture,
    backend,
  }: Extract<TrainRequest, { type: 'measure' }>): Promise<void> {
    const { stepper, adapter } = await createNamedStepper(backend, (message) => {
      this.post({
        type: 'error',
        error: {
          code: 'device-lost',
          message,
          advice: 'Measure again; reload the page if it happens again.',
        },
      });
    });
    try {
      const latency = await measureArchitecture({
        ...{ architecture, stepper, now: () => performance.now() },
        onRun: (done) => this.post({ type: 'measuring', done, total: measuredRuns }),
      });
      this.post({ type: 'measured', latency: { ...latency, adapter } });
    } finally {
      stepper.dispose();
    }
  }

  private async train(request: Extract<TrainRequest, { type: 'train' }>): Promise<void> {
    const keeper = await TrainingKeeper.open(request, (obstacle) =>
      this.post({ type: 'keeping', obstacle }),
    );
    try {
      for (const event of keeper.resumed?.events ?? []) this.post({ type: 'event', event });
      await this.trainKept(request, keeper);
    } finally {
      await keeper.close();
    }
  }

  private async trainKept(
    { architecture, settings: chosen, dataset, backend }: Extract<TrainRequest, { type: 'train' }>,
    keeper: TrainingKeeper,
  ): Promise<void> {
    const resumeFrom = keeper.resumed?.checkpoint;
    const settings = resumeFrom?.settings ?? chosen;
    const images = await loadSource(
      dataset,
      atSteps((loaded, total) => this.post({ type: 'loading', loaded, total })),
    );
    const data = createTrainData(images, {
      ...settings.data,
      ...settings,
      imageSize: architecture.dataset.imageSize,
    });
    const { stepper, adapter } = await createNamedStepper(backend, (message) => {
      const advice =
        'Go on from the last epoch, or train again with a smaller batch if it happens again.';
      this.post({ type: 'error', error: { code: 'device-lost', message, advice } });
    });
    const emit = (told: TrainEvent): void => {
      const event = told.type === 'training-latency' ? { ...told, adapter } : told;
      keeper.note(event);
      this.post({ type: 'event', event });
    };
    try {
      this.running = startTraining({
        ...{ architecture, settings, data, stepper, emit, now: () => performance.now() },
        onCheckpoint: (checkpoint) => keeper.checkpoint(checkpoint),
        ...(resumeFrom && { resumeFrom }),
      });
      // A failure has been told as an event by the time the promise rejects.
      this.trained = await this.running.result.catch(() => null);
      if (!this.trained) return;
      const images = worstImages(this.trained, data);
      keeper.finish(this.trained, images);
      this.post({ type: 'worst', images });
    } finally {
      stepper.dispose();
    }
  }
}

/** The test images of the list, their normalization undone. */
function worstImages({ test, training }: Trained, data: TrainData): WorstImage[] {
  const { imageSize: size, imageChannels: channels, normalization } = data;
  return test.worst.map(({ image, label, predicted, loss }) => {
    const { images } = data.testBatch(Math.floor(image / training.batchSize));
    const first = (image % training.batchSize) * size * size * channels;
    const pixels = new Uint8ClampedArray(size * size * 4);
    for (let i = 0; i < size * size; i++) {
      // One channel is grey; of more, the first three are colours.
      for (let colour = 0; colour < 3; colour++) {
        const channel = channels >= 3 ? colour : 0;
        pixels[i * 4 + colour] =
          images[first + i * channels + channel] * normalization.deviation[channel] +
          normalization.mean[channel];
      }
      pixels[i * 4 + 3] = 255;
    }
    return { label, predicted, loss, size, pixels };
  });
}
