import fc from 'fast-check';
import { expect, it } from 'vitest';
import { crossEntropy as composed } from '../../composed/cross-entropy.ts';
import { ceilDiv } from '../quad.ts';
import { forDrawn } from '../testing/draw.ts';
import { runProgram } from '../testing/run.ts';
import { difference, tf, twin } from '../testing/twin.ts';
import { auxiliaryCrossEntropy, crossEntropy } from './program.ts';

const shapes = fc.tuple(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 2, max: 12 }));

it.each([1, 0.4])('with its gradient, times %d', async (weight) => {
  await forDrawn(shapes, async ([batch, classes], draw) => {
    // Large ones, which overflow where the largest is not subtracted.
    const logits = draw.normals(batch * classes).map((value) => value * 60);
    const labels = Uint32Array.from({ length: batch }, () => draw.below(classes));
    const [scale] = new Uint32Array(Float32Array.of(weight).buffer);
    const { gradients, losses } = await runProgram(
      weight === 1 ? crossEntropy : auxiliaryCrossEntropy,
      { logits, labels, gradients: batch * classes, losses: batch * 2 },
      { batch, classes, scale: scale! },
      [ceilDiv(batch, 64)],
    );
    await tf.setBackend('cpu');
    // Outlives the forward pass: the composed loss holds it until its gradient.
    const indices = tf.tensor1d(Int32Array.from(labels), 'int32');
    const oneHot = tf.oneHot(indices, classes, 1, 0, 'float32') as tf.Tensor2D;
    const expected = twin([{ data: logits, shape: [batch, classes] }], (input) =>
      composed(input as tf.Tensor2D, oneHot),
    );
    tf.dispose([indices, oneHot]);
    expect(
      difference(
        gradients!,
        expected.gradients[0]!.map((g) => g * weight),
      ),
    ).toBeLessThan(1e-5);
    let loss = 0;
    let correct = 0;
    for (let i = 0; i < batch; i++) {
      loss += losses![i * 2]! / batch;
      correct += losses![i * 2 + 1]!;
    }
    expect(difference([loss], expected.y)).toBeLessThan(1e-5);
    const row = (i: number): number[] => [...logits.subarray(i * classes, (i + 1) * classes)];
    const hits = [...labels].filter((label, i) => row(i).indexOf(Math.max(...row(i))) === label);
    expect(correct).toBe(hits.length);
  });
});
