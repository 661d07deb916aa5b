/** What one run of a comparison is made of: its settings and its images. For the page's worker and for the shell. */
import type { Dataset } from '../src/datasets/dataset.ts';
import { createSearchData } from '../src/datasets/search-data.ts';
import { createTrainData } from '../src/datasets/train-data.ts';
import { runSettings } from '../src/engine/baselines/plan.ts';
import type { RunKey, RunPlan } from '../src/engine/baselines/plan.ts';
import type { RunInputs } from '../src/engine/baselines/run.ts';

/** @throws DatasetError where data and settings do not fit. */
export function runInputs(
  plan: RunPlan,
  run: RunKey,
  dataset: Dataset,
): Pick<RunInputs, 'method' | 'settings' | 'training' | 'searchData' | 'trainData'> {
  const { settings, training } = runSettings(plan, run);
  return {
    method: run.method,
    settings,
    training,
    searchData: createSearchData(dataset, settings),
    trainData: createTrainData(dataset, {
      ...training.data,
      ...training,
      imageSize: settings.data.imageSize,
    }),
  };
}
