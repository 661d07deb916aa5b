/** A TensorFlow.js function of plain arrays with its gradients. */
import * as tf from '@tensorflow/tfjs-core';
import type { NdArray } from './reference.ts';

export function upload<T extends tf.Tensor>({ shape, data }: NdArray): T {
  return tf.tensor(data, [...shape]) as T;
}

export async function download(tensor: tf.Tensor): Promise<NdArray> {
  return { shape: tensor.shape, data: (await tensor.data()).slice() as Float32Array };
}

/** A tuple as long as `Tuple`. */
type Each<Tuple extends readonly unknown[], T> = { -readonly [Index in keyof Tuple]: T };

/** Runs `f` and its gradient towards every input. Results: y, the extras, then the gradients, as plain arrays. */
export async function differentiate<const Inputs extends readonly NdArray[]>(
  f: (...inputs: Each<Inputs, tf.Tensor>) => tf.Tensor,
  inputs: Inputs,
  dy: NdArray,
  extras: (...inputs: Each<Inputs, tf.Tensor>) => tf.Tensor[] = () => [],
): Promise<{ y: NdArray; extras: NdArray[]; gradients: Each<Inputs, NdArray> }> {
  const [y, others, gradients] = tf.tidy(() => {
    const tensors = inputs.map((input) => upload(input)) as Each<Inputs, tf.Tensor>;
    const differentiated = tf.valueAndGrads(f as (...all: tf.Tensor[]) => tf.Tensor);
    const result = differentiated([...tensors], upload(dy));
    return [result.value, extras(...tensors), result.grads] as [
      tf.Tensor,
      tf.Tensor[],
      tf.Tensor[],
    ];
  });
  const result = {
    y: await download(y),
    extras: await Promise.all(others.map(download)),
    gradients: (await Promise.all(gradients.map(download))) as Each<Inputs, NdArray>,
  };
  tf.dispose([y, others, gradients]);
  return result;
}
