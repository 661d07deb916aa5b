/**
 * For unit tests of the search loop only: a Stepper that computes no network. Importances drift by a fixed preference of
 * each unit, thresholds rise with lambda, and the loss falls, all by arithmetic that is the same everywhere.
 */
import { hashString, randomStream } from '../../random.ts';
import type { NetworkParameters } from '../../../domain/graph/parameters.ts';
import type { NetworkPlan } from '../../../domain/spaces/plan.ts';
import type {
  Batch,
  DeviceMemory,
  StepHyper,
  StepMetrics,
  Stepper,
  TrainedGroup,
} from '../../supernet/stepper.ts';

export interface FakeOptions {
  /** The loss is NaN from this step on. */
  readonly divergeAt?: number;
  /** Steps that were taken before: the loss goes on from there. */
  readonly startAt?: number;
  /** `step` throws this at step 3. */
  readonly failure?: Error;
  /** Called before every step. */
  readonly onStep?: (step: number, hyper: StepHyper) => void;
  /** Called with every batch that the running averages settle on. */
  readonly onSettle?: (batch: Batch) => void;
  /** Called with everything that is loaded. */
  readonly onLoad?: (
    plan: NetworkPlan,
    parameters: NetworkParameters,
    options: Parameters<Stepper['load']>[2],
  ) => void;
}

export class FakeStepper implements Stepper {
  readonly backend = 'fake';
  readonly halfFloats = true;
  private loaded: {
    plan: NetworkPlan;
    parameters: NetworkParameters;
    preferences: Float32Array;
  } | null = null;
  private metrics: StepMetrics[] = [];
  private steps: number;
  private peakBytes = 0;

  constructor(private readonly options: FakeOptions = {}) {
    this.steps = options.startAt ?? 0;
  }

  load(
    plan: NetworkPlan,
    { values, momentum, weightMask }: NetworkParameters,
    options: Parameters<Stepper['load']>[2],
  ): Promise<void> {
    const preferences = new Float32Array(plan.table.size);
    for (const spec of plan.table.specs) {
      const random = randomStream(hashString(spec.name));
      for (let i = 0; i < spec.size; i++) preferences[spec.offset + i] = random.uniform() - 0.5;
    }
    const parameters = {
      values: values.slice(),
      momentum: momentum.slice(),
      weightMask: weightMask.slice(),
    };
    this.options.onLoad?.(plan, parameters, options);
    this.loaded = { plan, parameters, preferences };
    this.peakBytes = Math.max(this.peakBytes, this.memory().bytes);
    return Promise.resolve();
  }

  step(batch: Batch, hyper: StepHyper): void {
    const { plan, parameters, preferences } = this.loaded!;
    this.options.onStep?.(this.steps, hyper);
    this.steps++;
    if (this.steps === 3 && this.options.failure) throw this.options.failure;
    let thresholds = 0;
    for (const group of [
      'weight',
      'alpha',
      'gate',
      'threshold',
      'weightThreshold',
    ] as const satisfies TrainedGroup[]) {
      if (hyper.update[group] === 'off') continue;
      const { offset, size } = plan.table.groups[group];
      for (let i = offset; i < offset + size; i++) {
        const threshold = group === 'threshold' || group === 'weightThreshold';
        const gradient = threshold
          ? -hyper.lambda * Math.exp(-parameters.values[i]!)
          : -0.01 * preferences[i]! * (1 + (batch.labels[0]! % 3));
        parameters.momentum[i] = Math.fround(hyper.momentum * parameters.momentum[i]! + gradient);
        if (hyper.update[group] === 'train')
          parameters.values[i]! -= hyper.rates[group] * parameters.momentum[i]!;
        if (threshold) thresholds += Math.exp(-parameters.values[i]!);
      }
    }
    const crossEntropy =
      this.steps >= (this.options.divergeAt ?? Infinity) ? NaN : 2.3 / (1 + this.steps / 100);
    this.metrics.push({
      crossEntropy,
      sizeRegularizer: 10,
      thresholdRegularizer: thresholds,
      gradientNorm: 1,
      correct: batch.size / 2,
    });
  }

  readMetrics(): Promise<StepMetrics[]> {
    return Promise.resolve(this.metrics.splice(0));
  }

  async settle(
    batches: Iterable<Batch | Promise<Batch>>,
    gate?: () => Promise<void>,
  ): Promise<void> {
    for (const next of batches) {
      await gate?.();
      const batch = await next;
      this.options.onSettle?.(batch);
    }
  }

  logits({ labels, size }: Batch): Promise<Float32Array> {
    const { classes } = this.loaded!.plan.space;
    return Promise.resolve(
      Float32Array.from({ length: size * classes }, (_, i) =>
        labels[Math.floor(i / classes)]! % 4 === i % classes ? 1 : 0,
      ),
    );
  }

  read(): Promise<NetworkParameters> {
    const { values, momentum, weightMask } = this.loaded!.parameters;
    return Promise.resolve({
      values: values.slice(),
      momentum: momentum.slice(),
      weightMask: weightMask.slice(),
    });
  }

  memory(): DeviceMemory {
    return { bytes: (this.loaded?.plan.table.size ?? 0) * 4, peakBytes: this.peakBytes };
  }

  dispose(): void {
    this.loaded = null;
  }
}
