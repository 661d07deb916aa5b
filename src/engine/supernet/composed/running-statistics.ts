/** Running averages of batch statistics, as PyTorch keeps them. */
import * as tf from '@tensorflow/tfjs-core';
import { runningRate } from '../../../kernels/running-rate.ts';
import type { NetworkPlan } from '../../../domain/spaces/plan.ts';
import { pack, specsOf } from './packed-tensors.ts';
import type { Moments } from './pass.ts';

/**
 * (1 - rate) * old + rate * the batch's mean, or its *unbiased* variance.
 * @param old the packed statistics. @param moments by norm name; a norm that did not run keeps what it has.
 */
export function followMoments(
  plan: NetworkPlan,
  old: tf.Tensor1D,
  moments: ReadonlyMap<string, Moments>,
  rate = runningRate,
): tf.Tensor1D {
  const { offset: base, size } = plan.table.groups.statistic;
  const unbias = new Float32Array(size).fill(1);
  const parts = specsOf(plan.table, 'statistic').map(({ name, offset, size: length }) => {
    const dot = name.lastIndexOf('.');
    const found = moments.get(name.slice(0, dot));
    const variance = name.slice(dot + 1) === 'variance';
    const at = offset - base;
    if (found && variance) unbias.fill(found.count / Math.max(found.count - 1, 1), at, at + length);
    return {
      offset: at,
      tensor: found ? (variance ? found.variance : found.mean) : tf.slice(old, at, length),
    };
  });
  return tf.add(
    tf.mul(old, 1 - rate),
    tf.mul(pack(parts, size), tf.tensor1d(unbias.map((u) => u * rate))),
  );
}
