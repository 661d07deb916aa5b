/**
 * How long batches take, against how long the device takes for a step: prints one JSON object.
 *
 *   npx tsx bench/batches.ts [preset] [data set] [steps] [decoded|encoded] [image size]     steps = 0 measures batches only
 *
 * `encoded` keeps image files encoded, with random resized crops: the share of a step that it waits for its images, in the
 * step loop of a search, while threads decode ahead.
 */
import { loadDataset } from '../cli/load-dataset.ts';
import { createNodeStepper } from '../cli/node-stepper.ts';
import { searchDataOf } from '../src/datasets/any-set.ts';
import type { Kept } from '../src/datasets/outline.ts';
import { presets } from '../src/domain/settings/presets.ts';
import type { PresetName } from '../src/domain/settings/presets.ts';
import { startSearch } from '../src/engine/search/search.ts';

const [preset = 'demo', path = 'fashion-mnist', steps = '6', kept = 'decoded', size] =
  process.argv.slice(2);
const base = presets[preset as PresetName];
const encoded = kept === 'encoded';
const settings = {
  ...base,
  data: {
    ...base.data,
    imageSize: Number(size ?? base.data.imageSize),
    ...(encoded && { trainImages: 0, randomResizedCrop: true }),
  },
  reportEvery: 2,
};
const dataset = await loadDataset(path, {
  imageSize: settings.data.imageSize,
  choices: { kept: kept as Kept },
});
const data = searchDataOf(dataset, settings);

const times: number[] = [];
for (let i = 0; i < (encoded ? 12 : 100); i++) {
  const begin = performance.now();
  await data.trainBatch(Math.floor(i / data.stepsPerEpoch), i % data.stepsPerEpoch);
  times.push(performance.now() - begin);
}
times.sort((a, b) => a - b);
const msPerBatch = times[times.length >> 1]!;

const result: Record<string, unknown> = {
  preset,
  dataset: data.name,
  kept,
  batchSize: settings.batchSize,
  imageSize: data.imageSize,
  channels: data.imageChannels,
  msPerBatch,
};
const wanted = Number(steps);
if (wanted > 0) {
  // Every millisecond in trainBatch counts as waiting, though the device mostly computes meanwhile: an upper bound.
  let inBatches = 0;
  let began = NaN;
  let made = 0;
  const timed = {
    ...data,
    async trainBatch(epoch: number, index: number) {
      const begin = performance.now();
      const batch = await data.trainBatch(epoch, index);
      // The first steps compile.
      if (made++ >= 2) inBatches += performance.now() - begin;
      else began = performance.now();
      return batch;
    },
  };
  const stepper = await createNodeStepper('webgpu', 'own');
  const running = startSearch({
    settings,
    data: timed,
    stepper,
    emit: (event) => {
      if (event.type === 'step' && made >= wanted + 2) running.stop();
    },
    now: () => performance.now(),
  });
  await running.result;
  const total = performance.now() - began;
  Object.assign(result, {
    steps: made - 2,
    msPerStep: total / (made - 2),
    shareOfTimeInBatches: inBatches / total,
  });
  stepper.dispose();
}
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
