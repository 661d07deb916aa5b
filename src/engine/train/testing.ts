/** For tests: data that a network learns in a few steps, and a training on the CPU. */
import type { SearchSettings } from '../../domain/settings/schema.ts';
import type { TrainData } from '../data.ts';
import type { Batch } from '../supernet/stepper.ts';
import { syntheticData } from '../search/testing/setup.ts';
import { createComposedStepper } from '../supernet/composed-stepper.ts';
import type { TrainEvent } from './events.ts';
import { startTraining } from './training.ts';
import type { RunningTraining, TrainOptions } from './training.ts';

/** Two classes that differ in brightness. */
export function brightnessData(settings: SearchSettings, classes = 10): TrainData<Batch> {
  const base = syntheticData(settings, { stepsPerEpoch: 4, classes });
  const brighten = (batch: ReturnType<typeof base.trainBatch>) => {
    const pixels = batch.images.length / batch.size;
    return {
      ...batch,
      labels: batch.labels.map((label) => label % 2),
      images: batch.images.map(
        (value, i) => value * 0.3 + (batch.labels[Math.floor(i / pixels)]! % 2 ? 1 : -1),
      ),
    };
  };
  return {
    ...base,
    testImages: base.validationImages,
    normalization: { mean: [100], deviation: [50] },
    trainBatch: (epoch, index) => brighten(base.trainBatch(epoch, index)),
    testBatches: base.validationBatches,
    testBatch: (index) => brighten(base.validationBatch(index)),
  };
}

export type OnTrainEvent = (event: TrainEvent, running: RunningTraining) => void;

export async function trainOnCpu(
  options: Omit<TrainOptions, 'stepper' | 'emit'>,
  onEvent: OnTrainEvent = () => {},
) {
  const events: TrainEvent[] = [];
  const stepper = await createComposedStepper('cpu');
  const running: RunningTraining = startTraining({
    ...options,
    stepper,
    emit: (event) => {
      events.push(event);
      onEvent(event, running);
    },
  });
  const trained = await running.result;
  stepper.dispose();
  return { trained, events };
}
