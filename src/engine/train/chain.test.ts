/** Training a chain of blocks from scratch, in the one place where the recipe meets every part of it. */
import { expect, it } from 'vitest';
import { sampleChain, smallestChain } from '../architecture/export/sample.ts';
import { countParameters } from '../granularity/count.ts';
import { checkpointFromJson, checkpointToJson } from './checkpoint.ts';
import { trainSettingsFor } from './settings.ts';
import { brightnessData, trainOnCpu } from './testing.ts';
import type { OnTrainEvent } from './testing.ts';
import { networkOf, parseTrained } from './trained.ts';
import type { TrainOptions } from './training.ts';

const { architecture } = sampleChain(1, smallestChain);
architecture.settings.batchSize = 8;
const data = brightnessData(architecture.settings, architecture.dataset.classes);
const train = (change: Partial<TrainOptions>, onEvent?: OnTrainEvent) =>
  trainOnCpu({ architecture, data, settings: plain(6), ...change }, onEvent);
const plain = (epochs: number) => ({
  ...trainSettingsFor(architecture, epochs),
  ...{ reportEvery: 2, evaluateEvery: 0 },
});

const quick = (epochs: number) => ({
  ...plain(epochs),
  optimizer: { ...plain(epochs).optimizer, rate: 0.1 },
});

it('learns, keeps masked weights at zero, and comes back from its file', async () => {
  const { trained, events } = await train({ settings: quick(10) });
  expect(events.at(-1)).toMatchObject({ type: 'training-finished', step: 40 });
  expect(events.find(({ type }) => type === 'training-latency')).toMatchObject({ images: 8 });
  expect(trained!.test.accuracy).toBeGreaterThan(0.9);
  const { parameters } = networkOf(parseTrained(JSON.stringify(trained)));
  expect(parameters.weightMask).toContain(0);
  expect(parameters.values.every((value, i) => parameters.weightMask[i] === 1 || value === 0)).toBe(
    true,
  );
}, 60_000);

it('resumes bit by bit, with drop-path, an auxiliary head and more channels', async () => {
  const settings = {
    ...plain(2),
    regularization: { dropPath: 0.4, auxiliary: 0.4 },
    widen: 2,
  };
  const whole = await train({ settings });
  let saved = '';
  const stopped = await train(
    { settings, onCheckpoint: (checkpoint) => (saved = checkpointToJson(checkpoint)) },
    (event, running) => {
      if (event.type === 'training-step' && event.step === 6) running.stop();
    },
  );
  expect(stopped.trained).toBeNull();
  const resumed = await train({ resumeFrom: checkpointFromJson(saved) });
  expect(resumed.trained).toEqual(whole.trained);
  const { trained } = whole;
  expect(trained!.architecture.widened).toBe(2);
  const network = networkOf(parseTrained(JSON.stringify(trained)));
  expect(countParameters(network)).toMatchObject({
    dense: trained!.architecture.parameters.dense,
    active: trained!.architecture.parameters.active,
  });
}, 120_000);
