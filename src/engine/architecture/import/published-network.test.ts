/** MG_DARTS_small against arrays of the authors' program, where the folder with them is at hand. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { InferenceSession, Tensor } from 'onnxruntime-web';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Network } from '../../granularity/network.ts';
import { createComposedStepper } from '../../supernet/composed-stepper.ts';
import { decodeFloats } from '../../train/base64.ts';
import { rebuildNetwork, trainedLevels } from '../../train/rebuild.ts';
import { trainSettingsFor } from '../../train/settings.ts';
import { describeValues } from '../../train/trained.ts';
import type { Trained } from '../../train/trained.ts';
import { exportOnnx } from '../export/onnx.ts';
import { exportTfjs } from '../export/tfjs.ts';
import { largestDifference, openTfjs, pytorchLogits, python } from '../export/testing.ts';
import { importArchitecture } from './registry.ts';
import type { Imported } from './registry.ts';
import { filledImages, fillNetwork } from './testing.ts';
import type { Fill } from './testing.ts';

const folder =
  process.env.MGAS_REFERENCE ?? join(import.meta.dirname, '../../../../../shared/reference');
const released = join(folder, 'released');

interface Reference {
  readonly fill: Fill;
  readonly images: number;
  readonly logits: { readonly shape: number[]; readonly f32: string };
}

describe.runIf(existsSync(released))('the published MG_DARTS_small', () => {
  let reference: Reference;
  let imported: Imported;
  let network: Network;
  let trained: Trained;
  let images: Float32Array;
  let expected: Float32Array;
  beforeAll(() => {
    reference = JSON.parse(readFileSync(join(released, 'small_network.json'), 'utf8')) as Reference;
    const name = 'small_architecture.json';
    imported = importArchitecture([
      { name, bytes: new Uint8Array(readFileSync(join(released, name))) },
    ]);
    const { architecture } = imported;
    network = rebuildNetwork(architecture, 1);
    fillNetwork(network, reference.fill);
    trained = {
      format: 'mgas-trained',
      version: 1,
      architecture,
      training: trainSettingsFor(architecture, 1),
      backend: 'cpu',
      steps: 0,
      test: { accuracy: 0.5, loss: 1, images: 100, confusion: [], worst: [] },
      normalization: { mean: [0, 0, 0], deviation: [1, 1, 1] },
      ...describeValues(network),
    };
    images = filledImages(reference.fill, reference.images, 32);
    expected = decodeFloats(reference.logits.f32, 4 * 10);
  }, 60_000);

  it('is imported with the size counted by its program', () => {
    const { parameters, macs } = imported.architecture;
    expect(parameters).toMatchObject({ dense: 704_082, active: 697_142 });
    expect(macs).toMatchObject({ dense: 137_421_312, sparse: 135_435_968 });
  });

  it('returns the logits of its program in the engine', async () => {
    const stepper = await createComposedStepper('cpu');
    await stepper.load(network.plan, network.parameters, {
      batchSize: 4,
      granularities: trainedLevels,
    });
    const logits = await stepper.logits({ images, labels: new Int32Array(4), size: 4 }, 'running');
    stepper.dispose();
    // Logits of this fill reach 113: 32-bit sums in another order differ by some of their last bits.
    expect(largestDifference(logits, expected) / largest(expected)).toBeLessThan(1e-6);
    expect(largestDifference(logits, expected)).toBeLessThan(1e-4);
  }, 120_000);

  it('returns them in onnxruntime', async () => {
    const session = await InferenceSession.create(exportOnnx(trained));
    const image = new Tensor('float32', channelsFirst(images, 32), [4, 3, 32, 32]);
    const { logits } = await session.run({ image });
    expect(largestDifference(logits!.data as Float32Array, expected)).toBeLessThan(1e-4);
  }, 60_000);

  it('returns them in TensorFlow.js', async () => {
    const loaded = await openTfjs(exportTfjs(trained));
    const logits = loaded.predict(tf.tensor4d(images, [4, 32, 32, 3])) as tf.Tensor;
    expect(largestDifference((await logits.data()) as Float32Array, expected)).toBeLessThan(1e-4);
  }, 120_000);

  it.runIf(python)(
    'returns them in PyTorch',
    () => {
      const logits = pytorchLogits(trained, channelsFirst(images, 32), [4, 3, 32, 32]);
      expect(largestDifference(logits, expected)).toBeLessThan(1e-4);
    },
    120_000,
  );
});

const largest = (values: Float32Array): number => Math.max(...values.map(Math.abs));

/** NHWC to NCHW. */
function channelsFirst(images: Float32Array, size: number): Float32Array {
  const pixels = size * size;
  return Float32Array.from(images, (_, i) => {
    const [n, c, pixel] = [Math.floor(i / (3 * pixels)), Math.floor(i / pixels) % 3, i % pixels];
    return images[(n * pixels + pixel) * 3 + c]!;
  });
}
