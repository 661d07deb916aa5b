/** What every export states of its network: size, work and quality. */
import { countParameters } from '../../granularity/count.ts';
import { count, slice } from '../../granularity/network.ts';
import type { Network } from '../../granularity/network.ts';
import { engineVersion } from '../../version.ts';
import type { Trained } from '../../train/trained.ts';
import { addMacs, macsByOwner } from '../macs.ts';

export interface ModelCard {
  readonly producer: string;
  readonly task: { readonly dataset: string; readonly classNames: readonly string[]; readonly imageSize: number; readonly imageChannels: number };
  /** A pixel enters as (byte - mean) / deviation, by channel. */
  readonly normalization: Trained['normalization'];
  readonly parameters: {
    /** In the tensors of the file, running statistics of batch norms left out. */
    readonly dense: number;
    /** Of those, not masked. */
    readonly nonZero: number;
  };
  /** Multiply-accumulates of one image in convolutions and the classifier. */
  readonly macs: { readonly dense: number; readonly sparse: number };
  readonly bytes: {
    /** 32-bit floats of all parameters. */
    readonly dense: number;
    /** 32-bit floats of the parameters that are not masked, and one bit a weight of every masked array. */
    readonly withBitmap: number;
  };
  /** Share of the test images that were classified correctly after training. */
  readonly expectedAccuracy: number;
  readonly testImages: number;
}

export function modelCard(network: Network, { architecture, normalization, test }: Pick<Trained, 'architecture' | 'normalization' | 'test'>): ModelCard {
  const { name, classNames, imageSize, imageChannels } = architecture.dataset;
  const { dense, active } = countParameters(network);
  return {
    producer: `MGAS Lab ${engineVersion}`,
    task: { dataset: name, classNames, imageSize, imageChannels },
    normalization,
    parameters: { dense, nonZero: active },
    macs: addMacs(macsByOwner(network).values()),
    bytes: { dense: 4 * dense, withBitmap: 4 * active + bitmapBytes(network) },
    expectedAccuracy: test.accuracy,
    testImages: test.images,
  };
}

function bitmapBytes({ plan, parameters }: Network): number {
  return plan.table.specs
    .filter((spec) => spec.maskedBy && count(slice(parameters.weightMask, spec)) < spec.size)
    .reduce((sum, { size }) => sum + Math.ceil(size / 8), 0);
}

/** One sentence a line. */
export function cardLines({ task, parameters, macs, bytes, expectedAccuracy, testImages }: ModelCard): string[] {
  const n = (value: number): string => value.toLocaleString('en-US');
  return [
    `Classifies ${task.dataset} into ${task.classNames.length} classes; ${(100 * expectedAccuracy).toFixed(2)} % of ${n(testImages)} test images right.`,
    `${n(parameters.dense)} parameters, ${n(parameters.nonZero)} of them not masked (${n(bytes.withBitmap)} bytes with bitmap masks).`,
    `${n(macs.dense)} multiply-accumulates an image, ${n(macs.sparse)} of weights that are not masked.`,
  ];
}
