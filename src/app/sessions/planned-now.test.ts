import { expect, it } from 'vitest';
import { presets } from '../../domain/settings/presets.ts';
import { plannedNetwork } from '../store/planned.ts';
import { halfFloatObstacle, memoryObstacle } from './planned-now.ts';

const gib = 2 ** 30;
const paper = plannedNetwork(presets['mobile-paper'], { channels: 3, classes: 1_000 })!;
const card = { software: false, largestBuffer: 2 * gib };

it('refuses what no buffer or memory of the device holds, with the figures and advice', () => {
  // 224 pixels, batches of 96: nothing says that a large card cannot hold it.
  expect(memoryObstacle(paper, card, 8 * gib)).toBeNull();
  expect(memoryObstacle(paper, { ...card, largestBuffer: gib / 8 }, 8 * gib)).toMatch(
    /^Memory: one tensor of the super-net has 441 MiB, and this device holds at most 128 MiB in one\. Choose a smaller batch/,
  );
  expect(memoryObstacle(paper, { ...card, software: true }, 8 * gib)).toMatch(
    /^Memory: a stage of the super-net needs about \d\d\.\d GiB, and this computer has about 8\.00 GiB .*graphics card\.$/,
  );
});

it('lets through what fits, and what nothing is known of', () => {
  const tiny = plannedNetwork(presets['mobile-tiny'], { channels: 1, classes: 10 })!;
  expect(memoryObstacle(tiny, { software: true, largestBuffer: gib / 8 }, 8 * gib)).toBeNull();
  expect(memoryObstacle(paper, { software: true }, null)).toBeNull();
});

it('refuses half floats where the device has none, naming the setting', () => {
  const half = { ...presets.tiny, halfFloats: true };
  expect(halfFloatObstacle(half, 'webgpu', { halfFloats: true })).toBeNull();
  expect(halfFloatObstacle(presets.tiny, 'cpu', null)).toBeNull();
  for (const refused of [
    halfFloatObstacle(half, 'webgpu', { halfFloats: false }),
    halfFloatObstacle(half, 'webgl', { halfFloats: true }),
  ])
    expect(refused).toMatch(/^Half floats: .*shader-f16.* Turn off the setting halfFloats/);
});

it('counts about half the memory with half floats', () => {
  const [full, half] = [false, true].map((halfFloats) =>
    plannedNetwork({ ...presets.demo, halfFloats }, { channels: 3, classes: 10 })!,
  );
  expect(half!.largestTensor).toBe(full!.largestTensor / 2);
  half!.stageBytes.forEach((bytes, i) => {
    expect(full!.stageBytes[i]! / bytes).toBeGreaterThan(1.7);
    expect(full!.stageBytes[i]! / bytes).toBeLessThan(2);
  });
});
