/** min(max(x, 0), 6): MobileNetV2's activation (arXiv 1801.04381). */
import * as tf from '@tensorflow/tfjs-core';

const relu6Op = tf.customGrad((...args) => {
  const [x, save] = args as [tf.Tensor, tf.GradSaveFunc];
  const y = tf.relu6(x);
  save([y]);
  return {
    value: y,
    gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) =>
      tf.mul(dy, tf.mul(tf.step(saved!), tf.step(tf.sub(6, saved!)))),
  };
});

/** Any shape. Its derivative is 1 for 0 < x < 6, else 0: TensorFlow.js's own gradient is 1 at 6. */
export function relu6<T extends tf.Tensor>(x: T): T {
  return relu6Op(x) as T;
}
