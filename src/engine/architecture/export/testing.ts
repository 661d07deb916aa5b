/** For tests of exports: real images, and what the engine makes of them. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import type { GraphModel } from '@tensorflow/tfjs-converter';
import type { io } from '@tensorflow/tfjs-core';
import { gunzipSync } from 'fflate';
import { createComposedStepper } from '../../supernet/composed-stepper.ts';
import { trainedLevels } from '../../train/rebuild.ts';
import { networkOf } from '../../train/trained.ts';
import type { Trained } from '../../train/trained.ts';
import { npz } from './npz.ts';
import { exportPyTorch } from './pytorch.ts';
import { imageSize } from './sample.ts';
import type { exportTfjs } from './tfjs.ts';

/** A Python that has PyTorch: the one that MGAS_PYTHON names, else Debian's, which lies beside others. */
export const python = [process.env.MGAS_PYTHON, 'python3', '/usr/bin/python3'].find(
  (command) => command && spawnSync(command, ['-c', 'import torch']).status === 0,
);

export interface Images {
  /** Normalized, NHWC. */
  readonly images: Float32Array;
  readonly count: number;
  readonly size: number;
}

/** The first 100 test images of Fashion-MNIST, every second pixel. */
export function realImages(): Images {
  const bytes = gunzipSync(
    readFileSync(
      join(import.meta.dirname, '../../../../public/data/fashion-mnist/t10k-images-idx3-ubyte.gz'),
    ),
  );
  const count = 100;
  const pixel = (i: number): number => {
    const [image, row, column] = [
      Math.floor(i / imageSize ** 2),
      Math.floor(i / imageSize) % imageSize,
      i % imageSize,
    ];
    return bytes[16 + image * 784 + row * 2 * 28 + column * 2]!;
  };
  return {
    images: Float32Array.from(
      { length: count * imageSize ** 2 },
      (_, i) => (pixel(i) - 72.9) / 80.5,
    ),
    count,
    size: imageSize,
  };
}

/** The same with two more channels, made of the first. NHWC and NCHW. */
export function colourImages(): Images & { readonly channelsFirst: Float32Array } {
  const { images, count, size } = realImages();
  const of = (image: number, pixel: number, c: number): number =>
    [1, -0.7, 0.4][c]! * images[image * size ** 2 + pixel]! + 0.1 * c;
  const pixels = size ** 2;
  const length = images.length * 3;
  return {
    images: Float32Array.from({ length }, (_, i) =>
      of(Math.floor(i / (3 * pixels)), Math.floor(i / 3) % pixels, i % 3),
    ),
    channelsFirst: Float32Array.from({ length }, (_, i) =>
      of(Math.floor(i / (3 * pixels)), i % pixels, Math.floor(i / pixels) % 3),
    ),
    count,
    size,
  };
}

/** By the engine itself, composed on the CPU, with running averages. */
export async function engineLogits(
  trained: Trained,
  { images, count, size }: Images,
): Promise<Float32Array> {
  const network = networkOf(trained);
  const stepper = await createComposedStepper('cpu');
  await stepper.load(network.plan, network.parameters, {
    batchSize: 25,
    granularities: trainedLevels,
  });
  const perImage = size ** 2 * trained.architecture.dataset.imageChannels;
  const result = new Float32Array(count * trained.architecture.dataset.classes);
  for (let first = 0; first < count; first += 25) {
    const batch = {
      images: images.subarray(first * perImage, (first + 25) * perImage),
      labels: new Int32Array(25),
      size: 25,
    };
    result.set(
      await stepper.logits(batch, 'running'),
      first * trained.architecture.dataset.classes,
    );
  }
  stepper.dispose();
  const spread = Math.max(...result) - Math.min(...result);
  if (!(spread > 0.5)) throw new Error(`logits that span ${spread} would agree with anything`);
  return result;
}

export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = a.length === b.length ? 0 : Infinity;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
}

const logitsScript = `
import numpy as np, torch
import network as exported

model = exported.Network()
model.load_state_dict(exported.load_weights("weights.npz"))
images = torch.from_numpy(np.load("images.npz")["images"])
with torch.no_grad():
    model.eval()(images).numpy().astype("<f4").tofile("logits.bin")
`;

/** By the exported PyTorch module. @param images normalized, in `shape`'s order [N, channels, height, width]. */
export function pytorchLogits(
  trained: Trained,
  images: Float32Array,
  shape: readonly number[],
): Float32Array {
  const folder = mkdtempSync(join(tmpdir(), 'mgas-logits-'));
  try {
    const { module, weights } = exportPyTorch(trained);
    writeFileSync(join(folder, 'network.py'), module);
    writeFileSync(join(folder, 'weights.npz'), weights);
    writeFileSync(join(folder, 'images.npz'), npz([{ name: 'images', shape, values: images }]));
    writeFileSync(join(folder, 'logits.py'), logitsScript);
    execFileSync(python!, ['logits.py'], { cwd: folder });
    return new Float32Array(Uint8Array.from(readFileSync(join(folder, 'logits.bin'))).buffer);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The exported TensorFlow.js model, as `model.json` and its weights would be loaded. */
export function openTfjs({ model, weights }: ReturnType<typeof exportTfjs>): Promise<GraphModel> {
  const { modelTopology, weightsManifest, signature, format } = JSON.parse(
    JSON.stringify(model),
  ) as typeof model;
  return loadGraphModel({
    load: () =>
      Promise.resolve({
        modelTopology,
        format,
        signature,
        weightSpecs: weightsManifest[0].weights as io.WeightsManifestEntry[],
        weightData: weights.buffer,
      }),
  });
}
