/** Times a few steps of the unpruned super-net, for the estimate of a comparison. */
import type { SearchData } from '../data.ts';
import { maxEpochs, planStages, stepHyper } from '../search/schedule.ts';
import type { SearchSettings } from '../../domain/settings/schema.ts';
import type { Stepper } from '../supernet/stepper.ts';
import { superNet } from './methods.ts';
import type { Measured } from './pace.ts';
import type { Comparison } from './results.ts';

/** Steps before the clock starts: pipelines are compiled by then. */
const unmeasured = 2;
const measured = 5;

export interface PaceInputs {
  readonly settings: SearchSettings;
  readonly training: Comparison['training'];
  readonly data: SearchData;
  readonly stepper: Stepper;
  readonly now: () => number;
}

/** Takes the stepper: what it held is gone. */
export async function measurePace({
  settings,
  training,
  data,
  stepper,
  now,
}: PaceInputs): Promise<Measured> {
  const image = {
    size: data.imageSize,
    channels: data.imageChannels,
    classes: data.classNames.length,
  };
  const network = superNet(settings, image);
  const stages = planStages(network.plan.space, settings);
  const hyper = stepHyper(settings, stages.at(-1)!, 'search', 0);
  const { batchSize, granularities, halfFloats } = settings;
  await stepper.load(network.plan, network.parameters, {
    ...{ batchSize, halfFloats },
    granularities,
  });
  const time = async (steps: number): Promise<number> => {
    const start = now();
    for (let i = 0; i < steps; i++)
      await stepper.step(await data.trainBatch(0, i % data.stepsPerEpoch), hyper);
    await stepper.readMetrics();
    return (now() - start) / steps;
  };
  await time(unmeasured);
  return {
    msPerStep: await time(measured),
    searchSteps: maxEpochs(stages) * data.stepsPerEpoch,
    trainSteps: Math.ceil(
      (training.epochs * (training.trainImages || data.trainImages)) / batchSize,
    ),
  };
}
