import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { sampleWidened } from './sample.ts';
import { engineLogits, largestDifference, openTfjs, realImages } from './testing.ts';
import { exportTfjs } from './tfjs.ts';

// As found, it is in agree.test.ts.
it('a widened network opens with loadGraphModel, and returns the logits of the engine for 100 real images', async () => {
  const trained = sampleWidened();
  const { images, count, size } = realImages();
  const expected = await engineLogits(trained, realImages());
  const loaded = await openTfjs(exportTfjs(trained));
  const logits = loaded.predict(tf.tensor4d(images, [count, size, size, 1])) as tf.Tensor;
  expect(loaded.outputs.map(({ name }) => name)).toEqual(['logits']);
  expect(logits.shape).toEqual([100, 10]);
  expect(largestDifference((await logits.data()) as Float32Array, expected)).toBeLessThan(1e-4);
});
