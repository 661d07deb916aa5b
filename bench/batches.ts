/**
 * How long batches take, against how long the device takes for a step: prints one JSON object.
 *
 *   npx tsx bench/batches.ts [preset] [data set] [steps]       steps = 0 measures batches only
 */
import { loadDataset } from '../cli/load-dataset.ts';
import { createNodeStepper } from '../cli/node-stepper.ts';
import { createSearchData } from '../src/datasets/search-data.ts';
import { presets } from '../src/domain/settings/presets.ts';
import type { PresetName } from '../src/domain/settings/presets.ts';
import { startSearch } from '../src/engine/search/search.ts';

const [preset = 'demo', path = 'fashion-mnist', steps = '6'] = process.argv.slice(2);
const settings = { ...presets[preset as PresetName], reportEvery: 2 };
const data = createSearchData(
  await loadDataset(path, { imageSize: settings.data.imageSize }),
  settings,
);

const times: number[] = [];
for (let i = 0; i < 100; i++) {
  const begin = performance.now();
  data.trainBatch(Math.floor(i / data.stepsPerEpoch), i % data.stepsPerEpoch);
  times.push(performance.now() - begin);
}
times.sort((a, b) => a - b);
const msPerBatch = times[times.length >> 1]!;

const result: Record<string, unknown> = {
  preset,
  dataset: data.name,
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
    trainBatch(epoch: number, index: number) {
      const begin = performance.now();
      const batch = data.trainBatch(epoch, index);
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
