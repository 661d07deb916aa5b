/** Where the run on screen stands, in one plain sentence. Pure. */
import { measuredText } from '../../domain/accuracy.ts';
import { stageCount } from '../../domain/spaces/registry.ts';
import { bytes, integer, percent, plural } from '../format.ts';
import { wordsOf } from './state-name.ts';
import { currentStage } from './run-model.ts';
import type { ShownStatus } from '../sessions/shown-run.ts';
import type { RunModel } from './run-state.ts';

export interface Standing {
  status: ShownStatus;
  /** At its newest moment. */
  run: RunModel;
  /** Parameters of the unpruned super-net so far; null before it is known. */
  fullParameters: number | null;
  loading: { loaded: number; total: number } | null;
  /** Programs compiled so far, and in all, of the last that were compiled. */
  compiling: { done: number; total: number } | null;
  /** Asked for, and not yet in effect. */
  pausing: boolean;
  /** Data set that the run takes its images from. */
  images: string;
  /** Step of the checkpoint that it can be resumed from. */
  checkpointStep: number | null;
}

export function sentence(standing: Standing): string {
  const { status, run, loading, pausing, images, checkpointStep } = standing;
  switch (status) {
    case 'ready':
      return `Ready. Press Start to search on real images: ${images}.`;
    case 'loading':
      return loadingSentence(loading, images);
    case 'failed':
      return run.step > 0
        ? `The search failed after ${plural(run.step, 'step')}.`
        : 'The search failed.';
    case 'finished':
      return finishedSentence(run);
    case 'stopped':
      return stoppedSentence(run);
    case 'interrupted':
      return `Interrupted after ${plural(run.step, 'step')}. ${checkpointStep === null ? 'It has no checkpoint to resume from.' : `It can be resumed from its checkpoint at step ${integer(checkpointStep)}.`}`;
    case 'elsewhere':
      return `Running in another tab. ${runningSentence(standing)}`;
    case 'stopping':
      return 'Stopping after this step.';
    case 'paused':
      return `Paused. ${runningSentence(standing)}`;
    case 'running':
      return pausing ? 'Pausing before the next step.' : runningSentence(standing);
  }
}

function loadingSentence(loading: Standing['loading'], images: string): string {
  if (!loading) return `Loading ${images}.`;
  const { loaded, total } = loading;
  if (total > 0 && loaded >= total) return `Decoding ${images} and opening the device.`;
  return `Loading ${images}: ${bytes(loaded)}${total > 0 ? ` of ${bytes(total)}` : ''}.`;
}

function runningSentence({ run, fullParameters, compiling }: Standing): string {
  const stage = currentStage(run);
  if (!stage || !run.started) return 'Preparing the super-net.';
  const where = stage.joint
    ? `Joint stage over all ${wordsOf(run.started.settings.space).parts}`
    : `Stage ${stage.index + 1} of ${stageCount(run.started.settings.space)}`;
  const left =
    run.parameters && fullParameters
      ? `${percent(run.parameters.active / fullParameters)} of parameters left`
      : null;
  switch (run.phase) {
    case null:
    case 'compiling':
      return `${where}: compiling GPU programs${compilingCount(compiling)}.`;
    case 'warm-up':
      return `${where}: warming up, only weights are trained.`;
    case 'scoring':
      return `${where}: scoring operations for regrowth.`;
    case 'evaluating':
      return `${where}: measuring validation accuracy.`;
    case 'search':
      return `${where}: pruning${left ? `, ${left}` : ''}.`;
  }
}

function compilingCount(compiling: Standing['compiling']): string {
  if (!compiling || compiling.done === compiling.total) return '';
  return ` (${integer(compiling.done)} of ${integer(compiling.total)})`;
}

function finishedSentence({ parameters, evaluations, targetReached, started }: RunModel): string {
  const last = evaluations[evaluations.length - 1];
  const right = last ? `, validation accuracy ${measuredText(last.accuracy, last.images)}` : '';
  const found = `${plural(parameters?.active ?? 0, 'parameter')}${right}`;
  const target = integer(started?.settings.targetParameters ?? 0);
  return targetReached
    ? `Finished: ${found}. Target of ${target} met.`
    : `Stopped at the epoch limit: ${found}. The target of ${target} was not met.`;
}

function stoppedSentence({ step, architecture }: RunModel): string {
  return `Stopped after ${plural(step, 'step')}. ${architecture ? 'The architecture found so far can be downloaded.' : 'No stage had started, so there is no architecture yet.'}`;
}
