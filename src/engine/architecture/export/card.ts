/** What every export states of its network: size, work, quality, and latency where it was measured. */
import { measuredText } from '../../../domain/accuracy.ts';
import { countParameters } from '../../granularity/count.ts';
import type { Network } from '../../granularity/network.ts';
import type { MeasuredLatency } from '../../train/latency.ts';
import { engineVersion } from '../../version.ts';
import type { Trained } from '../../train/trained.ts';
import { addMacs, macsByOwner } from '../macs.ts';
import { sizeOf } from '../../../domain/architecture/size.ts';
import type { Size } from '../../../domain/architecture/size.ts';

/** Its parameters are those in the tensors of the file. */
export interface ModelCard extends Size {
  readonly producer: string;
  readonly task: {
    readonly dataset: string;
    readonly classNames: readonly string[];
    readonly imageSize: number;
    readonly imageChannels: number;
  };
  /** A pixel enters as (byte - mean) / deviation, by channel. */
  readonly normalization: Trained['normalization'];
  /** Share of the test images that were classified correctly after training. */
  readonly expectedAccuracy: number;
  readonly testImages: number;
  /** Inference of this architecture in this program, where it was measured. */
  readonly latency?: {
    readonly adapter: string;
    /** In a batch. */
    readonly images: number;
    readonly passes: number;
    /** Of the batch, its readback included. */
    readonly milliseconds: { readonly median: number; readonly percentile95: number };
  };
}

/** @param latency of the same architecture; null = not measured. */
export function modelCard(
  network: Network,
  { architecture, normalization, test }: Pick<Trained, 'architecture' | 'normalization' | 'test'>,
  latency: MeasuredLatency | null = null,
): ModelCard {
  const { name, classNames, imageSize, imageChannels } = architecture.dataset;
  return {
    producer: `MGAS Lab ${engineVersion}`,
    task: { dataset: name, classNames, imageSize, imageChannels },
    normalization,
    // Counted, not taken from the file's word.
    ...sizeOf({
      parameters: countParameters(network),
      macs: addMacs(macsByOwner(network).values()),
      cells: architecture.cells,
    }),
    expectedAccuracy: test.accuracy,
    testImages: test.images,
    ...(latency && { latency: latencyOf(latency) }),
  };
}

function latencyOf({
  adapter,
  images,
  passes,
  median,
  percentile95,
}: MeasuredLatency): NonNullable<ModelCard['latency']> {
  return { adapter, images, passes, milliseconds: { median, percentile95 } };
}

/** One sentence a line. */
export function cardLines({
  task,
  parameters,
  macs,
  bytes,
  expectedAccuracy,
  testImages,
  latency,
}: ModelCard): string[] {
  const n = (value: number): string => value.toLocaleString('en-US');
  return [
    `Classifies ${task.dataset} into ${task.classNames.length} classes; test accuracy ${measuredText(expectedAccuracy, testImages)}.`,
    `${n(parameters.dense)} parameters, ${n(parameters.nonZero)} of them not masked (${n(bytes.withBitmap)} bytes with bitmap masks).`,
    `${n(macs.dense)} multiply-accumulates per image, ${n(macs.sparse)} of non-zero weights.`,
    ...(latency ? [latencyLine(latency)] : []),
  ];
}

function latencyLine({
  adapter,
  images,
  milliseconds: { median, percentile95 },
}: NonNullable<ModelCard['latency']>): string {
  // A name must not end the comment or docstring that the line is put into.
  const name = adapter.replace(/["\\\s]+/g, ' ').trim();
  return `Inference of ${images === 1 ? '1 image' : `${images.toLocaleString('en-US')} images`} in the browser took ${median.toFixed(2)} ms (median), ${percentile95.toFixed(2)} ms (95th percentile), on ${name}.`;
}
