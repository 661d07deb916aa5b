/** Inference latency of an architecture that nobody has trained: the time depends on its masks and widths, not on its weights. */
import type { Architecture } from '../../domain/architecture/schema.ts';
import { randomStream } from '../random.ts';
import type { Batch, Stepper } from '../supernet/stepper.ts';
import { measureLatency, passes, warmUps } from './latency.ts';
import type { Latency } from './latency.ts';
import { rebuildNetwork, trainedLevels } from './rebuild.ts';

/** Runs of the network in one measurement, the first few of which are left out. */
export const measuredRuns = warmUps + passes;

export interface MeasureOptions {
  readonly architecture: Architecture;
  readonly stepper: Pick<Stepper, 'load' | 'logits'>;
  /** Milliseconds from any origin. */
  readonly now: () => number;
  /** Told before every run how many are done; the measurement waits for it. */
  readonly onRun?: (done: number) => void | Promise<void>;
}

/**
 * One image at a time, with fresh weights drawn by the architecture's own seed. The network stays loaded.
 * @throws ArchitectureError where the JSON contradicts itself.
 */
export async function measureArchitecture({
  architecture,
  stepper,
  now,
  onRun,
}: MeasureOptions): Promise<Latency> {
  const { seed } = architecture.settings;
  const network = rebuildNetwork(architecture, seed);
  await stepper.load(network.plan, network.parameters, {
    batchSize: 1,
    granularities: trainedLevels,
  });
  let done = 0;
  return measureLatency(
    stepper,
    oneImage(architecture, seed),
    now,
    async () => void (await onRun?.(done++)),
  );
}

/** Noise of the distribution that normalized pixels have. */
function oneImage({ dataset: { imageSize, imageChannels } }: Architecture, seed: number): Batch {
  const { normal } = randomStream(seed, 'latency');
  return {
    images: Float32Array.from({ length: imageSize * imageSize * imageChannels }, normal),
    labels: new Int32Array(1),
    size: 1,
  };
}
