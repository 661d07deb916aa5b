import 'fake-indexeddb/auto';
import { beforeAll, expect, it } from 'vitest';
import { strFromU8, unzipSync } from 'fflate';
import { sampleTrained } from '../src/engine/architecture/export/sample.ts';
import { trainSettingsFor } from '../src/engine/train/settings.ts';
import type { TrainSettings } from '../src/engine/train/settings.ts';
import type { DatasetSource } from '../src/protocol/messages.ts';
import type { Handlers } from '../src/protocol/serve.ts';
import { hostUnderTest } from '../src/protocol/testing.ts';
import type { TrainContract } from '../src/protocol/train-messages.ts';
import { TrainingStore } from '../src/storage/trainings.ts';
import { storeSmallDataset } from './testing.ts';
import { TrainHost } from './train-host.ts';

const sample = sampleTrained(1, {
  space: {
    cells: 1,
    nodes: 1,
    channels: 2,
    stages: 1,
    stemMultiplier: 1,
    operations: ['skip_connect', 'sep_conv_3x3'],
  },
  imageSize: 8,
});
const architecture = {
  ...sample.architecture,
  dataset: { ...sample.architecture.dataset, classes: 4, classNames: ['a', 'b', 'c', 'd'] },
  head: { ...sample.architecture.head, classes: 4 },
};
const base = trainSettingsFor(architecture, 3);
const settings: TrainSettings = {
  ...base,
  batchSize: 16,
  reportEvery: 2,
  evaluateEvery: 1,
  data: { ...base.data, cropPadding: 0, flip: false, cutout: 0 },
};
let source: DatasetSource;
beforeAll(async () => void (source = await storeSmallDataset()));

type Event = TrainContract['event'];

function open(onEvent?: (event: Event, handlers: Handlers<TrainContract>) => void) {
  const host = hostUnderTest<TrainContract>((emit) => new TrainHost(emit), onEvent);
  const train = (id: string, resume = false) =>
    host.request('train', {
      ...{ id, resume, architecture, settings },
      ...{ dataset: source, backend: 'cpu' },
    });
  return { ...host, train, trainEvents: () => host.of('training').map(({ event }) => event) };
}

async function kept(id: string) {
  const store = await TrainingStore.open();
  const trainings = await store.of(id);
  store.close();
  return trainings;
}

it('an interrupted training resumes to the result of an uninterrupted one, including its curve', async () => {
  const whole = open();
  await whole.train('whole');
  const { finished } = await kept('whole');
  expect(finished!.trained!.test.images).toBe(40);

  // As a killed page leaves it: stopped in the second epoch, with what was stored at the end of the first.
  const cut = open((message, handlers) => {
    if (
      message.type === 'training' &&
      message.event.type === 'training-epoch' &&
      message.event.epoch === 1
    )
      void handlers.stop({});
  });
  await cut.train('cut');
  const left = await kept('cut');
  expect(left.finished).toBeNull();
  expect(left.unfinished!.checkpoint!.step).toBeGreaterThan(0);
  expect(left.unfinished!.events.map(({ type }) => type)).toContain('training-evaluated');

  const rest = open();
  await rest.train('cut', true);
  const after = await kept('cut');
  expect(after.unfinished).toBeNull();
  expect(after.finished!.trained).toEqual(finished!.trained);
  const steps = (events: readonly { type: string; step: number }[]) =>
    events.filter(({ type }) => type === 'training-step').map(({ step }) => step);
  // The history comes first, then what is new: one curve without a gap or a repetition.
  expect(steps(rest.trainEvents())).toEqual(steps(whole.trainEvents()));
  expect(steps(after.finished!.events)).toEqual(steps(finished!.events));
  expect(after.finished!.worst).toEqual(finished!.worst);
}, 60_000);

it('an architecture\u2019s latency is measured without a training, and named after what it ran on', async () => {
  const { request, events } = open();
  const latency = await request('measure', { architecture, backend: 'cpu' });
  expect(events).toEqual(
    Array.from({ length: 23 }, (_, done) => ({ type: 'measuring', done, total: 23 })),
  );
  expect(latency).toMatchObject({ adapter: 'the CPU', images: 1, passes: 20 });
});

it('an inconsistent architecture is rejected with a message', async () => {
  const { request } = open();
  const measuring = request('measure', {
    architecture: { ...architecture, head: { ...architecture.head, inputs: [0] } },
    backend: 'cpu',
  });
  await expect(measuring).rejects.toMatchObject({
    code: 'architecture',
    message: expect.stringContaining('head.inputs') as string,
  });
});

it('a training of an earlier page is exported from its stored result', async () => {
  const { trained } = (await kept('whole')).finished!;
  const { request } = open();
  const file = await request('export', {
    format: 'onnx',
    trained,
    latency: { adapter: 'An "adapter"', images: 1, passes: 20, median: 1.25, percentile95: 2 },
  });
  const files = unzipSync(file.bytes);
  expect(Object.keys(files).sort()).toEqual(['card.json', 'network.onnx']);
  expect(JSON.parse(strFromU8(files['card.json']!))).toMatchObject({
    latency: {
      adapter: 'An "adapter"',
      images: 1,
      passes: 20,
      milliseconds: { median: 1.25, percentile95: 2 },
    },
  });
  expect(strFromU8(files['network.onnx']!, true)).toContain(
    'Inference of 1 image in the browser took 1.25 ms (median), 2.00 ms (95th percentile), on An adapter.',
  );
});

it('a training without a stored epoch reports it', async () => {
  const { train } = open();
  await expect(train('unknown', true)).rejects.toMatchObject({ code: 'no-checkpoint' });
});

it('an incomplete checkpoint is rejected with a message', async () => {
  const store = await TrainingStore.open();
  const { settings: _, ...checkpoint } = {
    format: 'mgas-training-checkpoint',
    version: 1,
    architecture,
    settings,
    dataset: 'bright',
    step: 1,
    time: 1,
    values: new Float32Array(1),
    momentum: new Float32Array(1),
  };
  await store.save({
    architecture: 'old',
    state: 'unfinished',
    subject: architecture,
    updated: 1,
    source,
    backend: 'cpu',
    events: [],
    checkpoint: checkpoint as never,
    trained: null,
    worst: [],
  });
  store.close();
  const { train } = open();
  await expect(train('old', true)).rejects.toThrow('at settings');
});
