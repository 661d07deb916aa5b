/**
 * Trains an architecture from scratch: fixed masks and widths, fresh weights, the same stepper as the search.
 * Over 250 lines: one class is one training under way, whose phases share its state.
 */
import type { Architecture } from '../../domain/architecture/schema.ts';
import { widenArchitecture } from '../architecture/widen.ts';
import type { Network } from '../granularity/network.ts';
import type { TrainData } from '../data.ts';
import { Control, Stopped } from '../search/control.ts';
import { diverged, failureOf } from '../search/failure.ts';
import type { StepHyper, StepMetrics, Stepper } from '../supernet/stepper.ts';
import type { TrainCheckpoint } from './checkpoint.ts';
import { drawPaths, dropPathRate } from './drop-path.ts';
import { evaluateTest } from './evaluate.ts';
import type { TrainEvent } from './events.ts';
import { measureLatency } from './latency.ts';
import { rebuildNetwork, trainedLevels } from './rebuild.ts';
import type { TrainSettings } from './settings.ts';
import { describeValues, trainedFormat, trainedVersion } from './trained.ts';
import type { Evaluation, Trained } from './trained.ts';

export interface TrainOptions {
  /** As found: `settings.widen` is applied to it. */
  readonly architecture: Architecture;
  readonly settings: TrainSettings;
  readonly data: TrainData;
  readonly stepper: Stepper;
  /** Called in order, never concurrently; must not throw. */
  readonly emit: (event: TrainEvent) => void;
  /** Milliseconds from any origin: for progress only. */
  readonly now?: () => number;
  /** Told after every epoch but the last, and where the training is stopped. */
  readonly onCheckpoint?: (checkpoint: TrainCheckpoint) => void;
  /** Goes on from here, with the checkpoint's architecture and settings; the same data must be given. */
  readonly resumeFrom?: TrainCheckpoint;
}

export interface RunningTraining {
  /** null where it was stopped; rejects where it failed, which an event has reported. */
  readonly result: Promise<Trained | null>;
  pause(): void;
  resume(): void;
  /** Ends after the step under way, with a checkpoint. */
  stop(): void;
}

/** @throws ArchitectureError or RangeError at once when architecture, data and settings contradict each other. */
export function startTraining(options: TrainOptions): RunningTraining {
  const training = new Training(options);
  return {
    result: training.run(),
    pause: () => training.control.pause(),
    resume: () => training.control.resume(),
    stop: () => training.control.stop(),
  };
}

/** Learning rate of step `step` of `steps`: half a cosine from `rate` to 0 (Loshchilov and Hutter, 2017, without restarts). */
export function cosineRate(rate: number, step: number, steps: number): number {
  return (rate / 2) * (1 + Math.cos((Math.PI * step) / steps));
}

type Body<E> = E extends unknown ? Omit<E, 'step' | 'time'> : never;

class Training {
  readonly control: Control;
  private readonly found: Architecture;
  /** What is trained: the one found, widened. */
  private readonly architecture: Architecture;
  private readonly settings: TrainSettings;
  private network: Network;
  private step: number;
  private readonly steps: number;
  private readonly elapsed: number;
  private readonly now: () => number;
  private evaluation: Evaluation | null = null;
  private msPerStep = 0;

  constructor(private readonly options: TrainOptions) {
    const { data, resumeFrom, now } = options;
    this.found = resumeFrom?.architecture ?? options.architecture;
    this.settings = resumeFrom?.settings ?? options.settings;
    const { widen, regularization, seed } = this.settings;
    this.architecture = widenArchitecture(this.found, widen);
    const { dataset } = this.architecture;
    if (
      data.imageSize !== dataset.imageSize ||
      data.imageChannels !== dataset.imageChannels ||
      data.classNames.length !== dataset.classes
    ) {
      const shape = (size: number, channels: number, classes: number): string =>
        `${size} x ${size} x ${channels} images of ${classes} classes`;
      throw new RangeError(
        `the architecture takes ${shape(dataset.imageSize, dataset.imageChannels, dataset.classes)}, ` +
          `but ${data.name} gives ${shape(data.imageSize, data.imageChannels, data.classNames.length)}`,
      );
    }
    this.network = rebuildNetwork(this.architecture, seed, {
      auxiliary: regularization.auxiliary > 0,
    });
    this.step = resumeFrom?.step ?? 0;
    this.elapsed = resumeFrom?.time ?? 0;
    if (resumeFrom) {
      if (resumeFrom.dataset !== data.name)
        throw new RangeError(`the training started on ${resumeFrom.dataset}, not on ${data.name}`);
      const { parameters } = this.network;
      if (resumeFrom.values.length !== parameters.values.length)
        throw new RangeError('the checkpoint belongs to another architecture');
      this.network = {
        ...this.network,
        parameters: { ...parameters, values: resumeFrom.values, momentum: resumeFrom.momentum },
      };
    }
    this.steps = this.settings.epochs * data.stepsPerEpoch;
    this.now = now ?? (() => performance.now());
    this.control = new Control(this.now, (paused) =>
      this.emit({ type: paused ? 'paused' : 'resumed' }),
    );
  }

  private emit(body: Body<TrainEvent>): void {
    this.options.emit({
      ...body,
      step: this.step,
      time: this.elapsed + this.control.time,
    } as TrainEvent);
  }

  async run(): Promise<Trained | null> {
    try {
      return await this.train();
    } catch (error) {
      if (error instanceof Stopped) {
        await this.checkpoint();
        this.emit({ type: 'training-stopped' });
        return null;
      }
      const failure = failureOf(error);
      this.emit({
        type: 'failed',
        code: failure.code,
        message: failure.message,
        advice: failure.advice,
      });
      throw failure;
    } finally {
      this.control.close();
    }
  }

  private async train(): Promise<Trained> {
    const { data, stepper } = this.options;
    const { settings, architecture } = this;
    // A turn before the first event, so that the caller holds the handle by then.
    await new Promise((resolve) => setTimeout(resolve));
    this.emit({
      type: 'training-started',
      settings,
      dataset: {
        name: data.name,
        classNames: [...data.classNames],
        trainImages: data.trainImages,
        testImages: data.testImages,
      },
      backend: stepper.backend,
      parameters: architecture.parameters,
      macs: architecture.macs,
      maxSteps: this.steps,
    });
    const { plan, parameters } = this.network;
    const { dropPath, auxiliary } = settings.regularization;
    await stepper.load(plan, parameters, {
      batchSize: settings.batchSize,
      halfFloats: settings.halfFloats,
      granularities: trainedLevels,
      dropPath: dropPath > 0,
      auxiliary,
    });
    for (let epoch = Math.floor(this.step / data.stepsPerEpoch); epoch < settings.epochs; epoch++) {
      await this.trainEpoch(epoch);
      this.emit({ type: 'training-epoch', epoch, epochs: settings.epochs });
      const last = epoch + 1 === settings.epochs;
      if (last || (settings.evaluateEvery > 0 && (epoch + 1) % settings.evaluateEvery === 0))
        await this.evaluate(epoch);
      if (!last) await this.checkpoint();
    }
    // A checkpoint taken between the last step and its evaluation has no epoch left.
    const test = this.evaluation ?? (await this.evaluate(settings.epochs - 1));
    const latency = await measureLatency(stepper, await data.testBatch(0), this.now, () =>
      this.control.gate(),
    );
    this.emit({ type: 'training-latency', ...latency });
    this.network = { ...this.network, parameters: await stepper.read() };
    const trained: Trained = {
      format: trainedFormat,
      version: trainedVersion,
      architecture,
      training: settings,
      backend: stepper.backend,
      steps: this.step,
      test,
      normalization: {
        mean: [...data.normalization.mean],
        deviation: [...data.normalization.deviation],
      },
      ...describeValues(this.network),
    };
    this.emit({ type: 'training-finished', accuracy: test.accuracy, images: test.images });
    return trained;
  }

  /** From the step where it stands to the epoch's end. */
  private async trainEpoch(epoch: number): Promise<void> {
    const { data, stepper } = this.options;
    const { reportEvery } = this.settings;
    let since = this.control.time;
    while (this.step < (epoch + 1) * data.stepsPerEpoch) {
      await this.control.gate();
      const hyper: StepHyper = {
        ...trainHyper(this.settings, this.step, this.steps),
        ...this.paths(epoch),
      };
      const index = this.step - epoch * data.stepsPerEpoch;
      await stepper.step(await data.trainBatch(epoch, index), hyper);
      this.step++;
      if ((index + 1) % reportEvery !== 0 && index + 1 !== data.stepsPerEpoch) continue;
      this.report(epoch, hyper.rates.weight, await stepper.readMetrics(), since);
      since = this.control.time;
    }
  }

  /** None at all while nothing is dropped. */
  private paths(epoch: number): Pick<StepHyper, 'paths'> {
    const { regularization, epochs, batchSize, seed } = this.settings;
    const rate = dropPathRate(regularization.dropPath, epoch, epochs);
    return rate > 0
      ? { paths: drawPaths(this.network.plan, batchSize, rate, seed, this.step) }
      : {};
  }

  private report(
    epoch: number,
    rate: number,
    metrics: readonly StepMetrics[],
    since: number,
  ): void {
    if (
      !metrics.every(
        ({ crossEntropy, gradientNorm }) =>
          Number.isFinite(crossEntropy) && Number.isFinite(gradientNorm),
      )
    )
      throw diverged(this.step);
    const mean = (key: keyof StepMetrics): number =>
      metrics.reduce((sum, one) => sum + one[key], 0) / metrics.length;
    const msPerStep = (this.control.time - since) / metrics.length;
    this.msPerStep = this.msPerStep === 0 ? msPerStep : (this.msPerStep + msPerStep) / 2;
    this.emit({
      type: 'training-step',
      epoch,
      crossEntropy: mean('crossEntropy'),
      accuracy: mean('correct') / this.settings.batchSize,
      gradientNorm: mean('gradientNorm'),
      rate,
      msPerStep,
      memoryBytes: this.options.stepper.memory().bytes,
      timeLeft: this.msPerStep * (this.steps - this.step),
    });
  }

  private async evaluate(epoch: number): Promise<Evaluation> {
    const { stepper, data } = this.options;
    const evaluation = await evaluateTest(stepper, data, () => this.control.gate());
    if (!Number.isFinite(evaluation.loss)) throw diverged(this.step);
    this.evaluation = evaluation;
    this.emit({ type: 'training-evaluated', epoch, ...evaluation });
    return evaluation;
  }

  private async checkpoint(): Promise<void> {
    const { onCheckpoint, stepper, data } = this.options;
    if (!onCheckpoint) return;
    const { values, momentum } = await stepper.read();
    const copied = { values: Float32Array.from(values), momentum: Float32Array.from(momentum) };
    const { found: architecture, settings, step } = this;
    const time = this.elapsed + this.control.time;
    onCheckpoint({
      format: 'mgas-training-checkpoint',
      version: 1,
      architecture,
      settings,
      dataset: data.name,
      step,
      time,
      ...copied,
    });
  }
}

/** Weights alone move; no regularizer. */
export function trainHyper(
  { optimizer }: Pick<TrainSettings, 'optimizer'>,
  step: number,
  steps: number,
): StepHyper {
  const { rate, momentum, decay, clipNorm } = optimizer;
  return {
    lambda: 0,
    sizeCells: [0, 0],
    mu: 0,
    momentum,
    decay,
    clipNorm,
    rates: {
      weight: cosineRate(rate, step, steps),
      alpha: 0,
      gate: 0,
      threshold: 0,
      weightThreshold: 0,
    },
    update: {
      weight: 'train',
      alpha: 'off',
      gate: 'off',
      threshold: 'off',
      weightThreshold: 'off',
    },
  };
}
