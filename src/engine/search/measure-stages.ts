/** Times a few steps of the unpruned super-net, of its first stage and of the whole: for a forecast before the start. */
import { buildPlan, fullMasks } from '../../domain/spaces/build-plan.ts';
import { createSpace } from '../../domain/spaces/registry.ts';
import type { SearchSettings } from '../../domain/settings/schema.ts';
import { imageOf } from '../data.ts';
import type { SearchData } from '../data.ts';
import { migrateParameters } from '../supernet/parameters.ts';
import type { Stepper } from '../supernet/stepper.ts';
import { paceByStage, stageWork } from './forecast.ts';
import { planStages, stepHyper } from './schedule.ts';

/** Steps before the clock starts: programs are compiled by then. */
const unmeasured = 1;
const measured = 3;

export interface StageTimes {
  /** Milliseconds of a step in each stage, the joint one last. */
  readonly msPerStep: number[];
  /** From loading the first stage's super-net to the end of its first step, with all compilation. */
  readonly firstStepMs: number;
}

/** Takes the stepper: what it held is gone, and the whole super-net stays loaded, unpruned and partly trained. */
export async function measureStages({
  settings,
  data,
  stepper,
  now,
}: {
  settings: SearchSettings;
  data: SearchData;
  stepper: Stepper;
  now: () => number;
}): Promise<StageTimes> {
  const space = createSpace(settings.space, imageOf(data));
  const stages = planStages(space, settings);
  const timeStage = async (index: number): Promise<{ first: number; each: number }> => {
    const begin = now();
    const stage = stages[index]!;
    const masks = fullMasks(space);
    const plan = buildPlan(space, masks, stage.lastCell, stage.head);
    const parameters = migrateParameters(plan.table, null, settings.seed, 0);
    const { batchSize, granularities, halfFloats } = settings;
    await stepper.load(plan, parameters, {
      ...{ batchSize, granularities, halfFloats },
    });
    const hyper = stepHyper(settings, stage, 'search', 0);
    const time = async (steps: number): Promise<number> => {
      const start = now();
      for (let i = 0; i < steps; i++)
        await stepper.step(await data.trainBatch(0, i % data.stepsPerEpoch), hyper);
      await stepper.readMetrics();
      return (now() - start) / steps;
    };
    await time(unmeasured);
    return { first: now() - begin, each: await time(measured) };
  };
  const { first, each } = await timeStage(0);
  const whole =
    stages[0]!.lastCell === stages.at(-1)!.lastCell
      ? each
      : (await timeStage(stages.length - 1)).each;
  return { msPerStep: paceByStage(stageWork(space, settings), each, whole), firstStepMs: first };
}
