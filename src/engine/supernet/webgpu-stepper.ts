/**
 * Trains a super-net with own WGSL programs: one recording, replayed every step, with no readback in it.
 * Over 250 lines: one class is one network on the device.
 */
import { runningRate } from '../../kernels/running-rate.ts';
import { Gpu } from '../../kernels/webgpu/runtime.ts';
import { packHyper } from '../../kernels/webgpu/hyper.ts';
import { readMetrics } from '../../kernels/webgpu/regularizers/metrics.ts';
import { sgdModes } from '../../kernels/webgpu/sgd/program.ts';
import type { Dispatch } from '../../kernels/webgpu/recording.ts';
import type { NetworkParameters } from '../../domain/graph/parameters.ts';
import type { NetworkPlan } from '../../domain/spaces/plan.ts';
import type {
  Batch,
  DeviceMemory,
  StepHyper,
  StepMetrics,
  Stepper,
  UpdateMode,
} from './stepper.ts';
import { demandHalfFloats } from './half-floats.ts';
import { sizesFor } from './webgpu/adapter-kind.ts';
import type { KindStore } from './webgpu/adapter-kind.ts';
import type { AdapterSizes } from './webgpu/adapter-sizes.ts';
import { recordNetwork } from './webgpu/record.ts';
import type { DeviceNetwork } from './webgpu/record.ts';

const ring = 256;
/** Steps that may wait in the device's queue: few, so that stop and pause take effect at once. */
const inFlight = 2;
const modes: Readonly<Record<UpdateMode, number>> = sgdModes;

const forwardRunning = new Set(['prologue', 'forward', 'running statistics']);
const forwardBatch = new Set(['prologue', 'forward', 'frozen batch statistics']);
const settling = new Set(['prologue', 'forward', 'batch statistics']);
const gradients = new Set(['prologue', 'forward', 'frozen batch statistics', 'loss', 'backward']);
/** Parts that make up a training step. */
export const trainingParts: ReadonlySet<string> = new Set([
  'prologue',
  'forward',
  'batch statistics',
  'loss',
  'backward',
  'update',
]);

/**
 * @param gpu a device, or one with programs compiled before.
 * @param sizes what suits the adapter, or where the answer of its measurement is kept; the first `load` measures it.
 */
export function createWebGPUStepper(
  gpu: GPUDevice | Gpu,
  sizes?: AdapterSizes | KindStore,
): WebGPUStepper {
  const wrapped = gpu instanceof Gpu ? gpu : new Gpu(gpu);
  return new WebGPUStepper(wrapped, () =>
    sizes && 'chunks' in sizes ? Promise.resolve(sizes) : sizesFor(wrapped.device, sizes),
  );
}

export class WebGPUStepper implements Stepper {
  readonly backend = 'webgpu';
  get halfFloats(): boolean {
    return this.gpu.device.features.has('shader-f16');
  }
  private network: DeviceNetwork | null = null;
  private plan: NetworkPlan | null = null;
  private batchSize = 0;
  private weightMask = new Uint8Array();
  private steps = 0;
  private readSteps = 0;
  private pending: Promise<unknown>[] = [];
  private staging = new Float32Array();
  /** Factors of drop-path that drop nothing. */
  private whole = new Float32Array();

  constructor(
    readonly gpu: Gpu,
    private readonly sizes: () => Promise<AdapterSizes>,
  ) {}

  async load(
    plan: NetworkPlan,
    parameters: NetworkParameters,
    options: Parameters<Stepper['load']>[2],
  ): Promise<void> {
    if (options.halfFloats) demandHalfFloats(this);
    this.dispose();
    this.network = await recordNetwork(this.gpu, plan, parameters, {
      ...options,
      activations: options.halfFloats ? 'float16' : 'float32',
      ring,
      sizes: await this.sizes(),
    });
    this.plan = plan;
    this.batchSize = options.batchSize;
    this.weightMask = parameters.weightMask.slice();
    const { imageSize } = plan.space;
    this.staging = new Float32Array(options.batchSize * imageSize * imageSize * 4);
    this.whole = new Float32Array(this.network.factors?.count ?? 0).fill(1);
    this.steps = this.readSteps = 0;
  }

  /** Dispatches of a training step, in order. */
  trainingDispatches(): readonly Dispatch[] {
    return this.loaded().network.recording.dispatches.filter((d) => trainingParts.has(d.tag));
  }

  private loaded(): { network: DeviceNetwork; plan: NetworkPlan } {
    if (!this.network || !this.plan) throw new Error('no network is loaded');
    return { network: this.network, plan: this.plan };
  }

  private upload(batch: Batch): void {
    const { network, plan } = this.loaded();
    const { imageChannels, imageSize } = plan.space;
    const pixels = imageSize * imageSize;
    if (batch.size > this.batchSize)
      throw new RangeError(`a batch of ${batch.size} images; ${this.batchSize} at most`);
    for (let i = 0; i < batch.size * pixels; i++) {
      for (let c = 0; c < imageChannels; c++)
        this.staging[i * 4 + c] = batch.images[i * imageChannels + c]!;
    }
    this.gpu.write(network.images, this.staging);
    this.gpu.write(network.labels, Uint32Array.from(batch.labels.subarray(0, batch.size)));
  }

  private writeHyper(hyper: StepHyper): void {
    const { rates, update } = hyper;
    const values = packHyper({
      lambda: hyper.lambda,
      mu: hyper.mu,
      momentum: hyper.momentum,
      decay: hyper.decay,
      clipNorm: hyper.clipNorm,
      sizeFirst: hyper.sizeCells[0],
      sizeLast: hyper.sizeCells[1],
      ring: this.steps % ring,
      rateWeight: rates.weight,
      rateAlpha: rates.alpha,
      rateGate: rates.gate,
      rateThreshold: rates.threshold,
      rateFilterThreshold: rates.threshold * (hyper.filterThresholdFactor ?? 1),
      rateWeightThreshold: rates.weightThreshold,
      modeWeight: modes[update.weight],
      modeAlpha: modes[update.alpha],
      modeGate: modes[update.gate],
      modeThreshold: modes[update.threshold],
      modeWeightThreshold: modes[update.weightThreshold],
    });
    this.gpu.write(this.loaded().network.hyper, values);
  }

  /** @param paths see `StepHyper.paths`; where not given nothing is dropped. */
  private writePaths(paths?: Float32Array): void {
    const { factors } = this.loaded().network;
    if (!factors) {
      if (paths) throw new Error('the network was not loaded for drop-path');
      return;
    }
    if (paths && paths.length !== factors.count)
      throw new RangeError(`${paths.length} factors of drop-path; ${factors.count} wanted`);
    this.gpu.write(factors.buffer, paths ?? this.whole, factors.first * 4);
  }

  private submit(parts: ReadonlySet<string>): void {
    this.gpu.check();
    const encoder = this.gpu.device.createCommandEncoder();
    this.loaded().network.recording.replay(encoder, parts);
    this.gpu.device.queue.submit([encoder.finish()]);
  }

  async step(batch: Batch, hyper: StepHyper): Promise<void> {
    this.demandWhole(batch);
    if (this.steps - this.readSteps >= ring)
      throw new Error(`metrics must be read at least every ${ring} steps`);
    this.upload(batch);
    this.writeHyper(hyper);
    this.writePaths(hyper.paths);
    this.submit(trainingParts);
    this.steps++;
    await this.keepQueueShort();
  }

  private demandWhole(batch: Batch): void {
    if (batch.size !== this.batchSize)
      throw new RangeError(`a training batch of ${batch.size} images; ${this.batchSize} wanted`);
  }

  private async keepQueueShort(): Promise<void> {
    this.pending.push(this.gpu.device.queue.onSubmittedWorkDone());
    if (this.pending.length > inFlight) await this.pending.shift();
  }

  async settle(
    batches: Iterable<Batch | Promise<Batch>>,
    gate?: () => Promise<void>,
  ): Promise<void> {
    const { network, plan } = this.loaded();
    const { offset, size } = plan.table.groups.statistic;
    const read = async (): Promise<Float32Array<ArrayBuffer>> =>
      new Float32Array(await this.gpu.read(network.values, size * 4, offset * 4));
    const before = await read();
    let after = before;
    let count = 0;
    try {
      this.gpu.write(network.values, new Float32Array(size), offset * 4);
      for (const next of batches) {
        await gate?.();
        const batch = await next;
        this.demandWhole(batch);
        this.upload(batch);
        this.writePaths();
        this.submit(settling);
        await this.keepQueueShort();
        count++;
      }
      if (count === 0) return;
      const weight = 1 - (1 - runningRate) ** count;
      after = (await read()).map((sum) => sum / weight);
    } finally {
      // Where the gate threw, another network may be loaded by now.
      if (this.network === network) this.gpu.write(network.values, after, offset * 4);
    }
  }

  async readMetrics(): Promise<StepMetrics[]> {
    const { network } = this.loaded();
    const count = this.steps - this.readSteps;
    if (count === 0) return [];
    const data = new Float32Array(await this.gpu.read(network.metrics));
    const result = Array.from({ length: count }, (_, i): StepMetrics =>
      readMetrics(data, (this.readSteps + i) % ring),
    );
    this.readSteps = this.steps;
    return result;
  }

  async logits(batch: Batch, statistics: 'running' | 'batch'): Promise<Float32Array> {
    const { network, plan } = this.loaded();
    if (statistics === 'batch' && batch.size !== this.batchSize) {
      throw new RangeError(
        `batch statistics need a full batch of ${this.batchSize} images, not ${batch.size}`,
      );
    }
    this.upload(batch);
    this.writePaths();
    this.submit(statistics === 'running' ? forwardRunning : forwardBatch);
    return new Float32Array(
      await this.gpu.read(network.logits, batch.size * plan.space.classes * 4),
    );
  }

  /** Gradients of all parameters, packed, without an update; the metrics of this pass come next from `readMetrics`. */
  async gradients(batch: Batch, hyper: StepHyper): Promise<Float32Array> {
    const { network, plan } = this.loaded();
    this.upload(batch);
    this.writeHyper(hyper);
    this.writePaths(hyper.paths);
    this.gpu.write(network.grads, new Float32Array(plan.table.size));
    this.submit(gradients);
    this.steps++;
    const result = new Float32Array(await this.gpu.read(network.grads, plan.table.size * 4));
    this.gpu.write(network.grads, new Float32Array(plan.table.size));
    return result;
  }

  async read(): Promise<NetworkParameters> {
    const { network, plan } = this.loaded();
    const bytes = plan.table.size * 4;
    const [values, momentum] = await Promise.all([
      this.gpu.read(network.values, bytes),
      this.gpu.read(network.momenta, bytes),
    ]);
    return {
      values: new Float32Array(values),
      momentum: new Float32Array(momentum),
      weightMask: this.weightMask.slice(),
    };
  }

  memory(): DeviceMemory {
    return { bytes: this.gpu.bytes, peakBytes: this.gpu.peakBytes };
  }

  dispose(): void {
    this.network?.dispose();
    this.network = null;
    this.plan = null;
    this.pending = [];
  }
}
