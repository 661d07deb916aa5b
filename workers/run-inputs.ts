/** What one run of a comparison is made of: its settings and its images. For the page's worker and for the shell. */
import { searchDataOf, trainDataOf, type AnyDataset } from '../src/datasets/any-set.ts';
import { runSettings } from '../src/engine/baselines/plan.ts';
import type { RunKey, RunPlan } from '../src/engine/baselines/plan.ts';
import type { RunInputs } from '../src/engine/baselines/run.ts';

/** @throws DatasetError where data and settings do not fit. */
export function runInputs(
  plan: RunPlan,
  run: RunKey,
  dataset: AnyDataset,
): Pick<RunInputs, 'method' | 'settings' | 'training' | 'searchData' | 'trainData'> {
  const { settings, training } = runSettings(plan, run);
  return {
    method: run.method,
    settings,
    training,
    searchData: searchDataOf(dataset, settings),
    trainData: trainDataOf(dataset, {
      ...training.data,
      ...training,
      imageSize: settings.data.imageSize,
    }),
  };
}
