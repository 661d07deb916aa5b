/** Small settings, synthetic images and a recorder of events, for tests. */
import type { SearchData } from '../../data.ts';
import { presets } from '../../../domain/settings/presets.ts';
import type { CellSearchSettings } from '../../../domain/settings/presets.ts';
import { randomStream } from '../../random.ts';
import type { SearchSettings } from '../../../domain/settings/schema.ts';
import type { Batch } from '../../supernet/stepper.ts';
import type { SearchEvent } from '../../../domain/events/events.ts';
import type { RunningSearch } from '../api.ts';
import { startSearch } from '../search.ts';
import { FakeStepper } from './fake-stepper.ts';
import type { FakeOptions } from './fake-stepper.ts';

/** The tiny preset made smaller still, with thresholds that the fake stepper's arithmetic crosses. */
export function smallSettings(
  change: (settings: CellSearchSettings) => void = () => {},
): CellSearchSettings {
  const settings = structuredClone(presets.tiny);
  settings.space = { ...settings.space, cells: 3, nodes: 2, channels: 4, stages: 3 };
  settings.data = { ...settings.data, imageSize: 8 };
  settings.batchSize = 8;
  settings.regularizer = { ...settings.regularizer, lambda0: 2e-3 };
  settings.optimizers.thresholds.rate = 0.1;
  settings.optimizers.weightThresholds.rate = 0.02;
  settings.joint.maxEpochs = 20;
  settings.targetParameters = 6000;
  change(settings);
  return settings;
}

export function syntheticData(
  settings: SearchSettings,
  { stepsPerEpoch = 6, classes = 10, channels = 1 } = {},
): SearchData<Batch> {
  const { batchSize, data } = settings;
  const batch = (size: number, ...keys: (number | string)[]): Batch => {
    const random = randomStream(settings.seed, ...keys);
    const labels = Int32Array.from({ length: size }, () => random.integer(classes));
    const images = Float32Array.from(
      { length: size * data.imageSize ** 2 * channels },
      () => random.uniform() * 2 - 1,
    );
    return { images, labels, size };
  };
  return {
    name: 'synthetic',
    classNames: Array.from({ length: classes }, (_, i) => `class ${i}`),
    imageSize: data.imageSize,
    imageChannels: channels,
    trainImages: stepsPerEpoch * batchSize,
    validationImages: batchSize + 3,
    stepsPerEpoch,
    trainBatch: (epoch, index) => batch(batchSize, 'train', epoch, index),
    validationBatches: 2,
    validationBatch: (index) => batch(index === 0 ? batchSize : 3, 'validation', index),
  };
}

export type EventOf<T extends SearchEvent['type']> = Extract<SearchEvent, { type: T }>;

export class Recording {
  readonly events: SearchEvent[] = [];
  of<T extends SearchEvent['type']>(type: T): EventOf<T>[] {
    return this.events.filter((event): event is EventOf<T> => event.type === type);
  }
}

/** A search on the fake stepper; `onEvent` may steer it. */
export function fakeSearch(
  settings: SearchSettings,
  options: FakeOptions = {},
  onEvent: (event: SearchEvent, running: () => RunningSearch) => void = () => {},
  now?: () => number,
): { running: RunningSearch; recording: Recording } {
  const recording = new Recording();
  const running: RunningSearch = startSearch({
    settings,
    data: syntheticData(settings),
    stepper: new FakeStepper(options),
    ...(now && { now }),
    emit: (event) => {
      recording.events.push(event);
      onEvent(event, () => running);
    },
  });
  return { running, recording };
}
