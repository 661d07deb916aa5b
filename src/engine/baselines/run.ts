/** One run of a comparison: find an architecture by a method, train it from scratch, test it. */
import type { SearchData, TrainData } from '../data.ts';
import { describeArchitecture } from '../architecture/describe.ts';
import type { Architecture } from '../../domain/architecture/schema.ts';
import { superNetTotals } from '../granularity/count.ts';
import type { RunningSearch } from '../search/api.ts';
import type { SearchEvent } from '../../domain/events/events.ts';
import { startSearch } from '../search/search.ts';
import type { SearchSettings } from '../../domain/settings/schema.ts';
import type { Stepper } from '../supernet/stepper.ts';
import type { TrainSettings } from '../train/settings.ts';
import { startTraining } from '../train/training.ts';
import type { RunningTraining } from '../train/training.ts';
import type { TrainEvent } from '../train/events.ts';
import { planSearch, superNet } from './methods.ts';
import { randomNetwork } from './random-network.ts';
import type { MethodName, RunResult } from './results.ts';

export interface RunInputs {
  readonly method: MethodName;
  /** With this run's seed and target. */
  readonly settings: SearchSettings;
  readonly training: TrainSettings;
  readonly searchData: SearchData;
  readonly trainData: TrainData;
  readonly stepper: Stepper;
  readonly now: () => number;
  /** Called with every event: for progress. */
  readonly emit?: (event: SearchEvent | TrainEvent) => void;
  /** Holds what is running now, to pause or stop it. */
  readonly onStart?: (
    running: Pick<RunningSearch | RunningTraining, 'pause' | 'resume' | 'stop'>,
  ) => void;
}

export interface FinishedRun {
  readonly result: RunResult;
  readonly architecture: Architecture;
}

/** @returns null where it was stopped. */
export async function runMethod(inputs: RunInputs): Promise<FinishedRun | null> {
  const { method, settings, training, trainData, stepper, now, emit } = inputs;
  const started = now();
  const found = await findArchitecture(inputs);
  if (!found) return null;
  const { architecture, stagePeaks } = found;
  const searched = now();
  const running = startTraining({
    architecture,
    settings: training,
    data: trainData,
    stepper,
    emit: emit ?? (() => {}),
    now,
  });
  inputs.onStart?.(running);
  const trained = await running.result;
  if (!trained) return null;
  const { remaining, parameters, macs, steps, validationAccuracy } = architecture;
  const share = ({ left, total }: { left: number; total: number }): number =>
    total > 0 ? left / total : 1;
  return {
    architecture,
    result: {
      method,
      target: settings.targetParameters,
      seed: settings.seed,
      parameters: { dense: parameters.dense, active: parameters.active },
      macs: { dense: macs.dense, sparse: macs.sparse },
      remaining: {
        operation: share(remaining.operation),
        filter: share(remaining.filter),
        weight: share(remaining.weight),
      },
      searchSteps: steps,
      searchSeconds: (searched - started) / 1000,
      peakBytes: Math.max(0, ...stagePeaks),
      stagePeaks,
      validationAccuracy,
      trainSeconds: (now() - searched) / 1000,
      testAccuracy: trained.test.accuracy,
      testLoss: trained.test.loss,
    },
  };
}

async function findArchitecture({
  method,
  settings,
  searchData,
  stepper,
  now,
  emit,
  onStart,
}: RunInputs): Promise<{ architecture: Architecture; stagePeaks: number[] } | null> {
  const image = {
    size: searchData.imageSize,
    channels: searchData.imageChannels,
    classes: searchData.classNames.length,
  };
  const plan = planSearch(method, settings, image);
  if (!plan) {
    const whole = superNet(settings, image);
    const network = randomNetwork(whole, settings.targetParameters, settings.seed);
    const totals = superNetTotals(network.plan.space);
    return {
      architecture: describeArchitecture({
        network,
        totals,
        settings,
        data: searchData,
        steps: 0,
        validationAccuracy: null,
        targetReached: true,
      }),
      stagePeaks: [],
    };
  }
  const peaks = new Map<number, number>();
  let stopped = false;
  const running = startSearch({
    ...plan,
    data: searchData,
    stepper,
    now,
    emit: (event) => {
      // Device buffers last as long as a structure, so no peak lies between two readings.
      if (event.type === 'step')
        peaks.set(event.stage, Math.max(peaks.get(event.stage) ?? 0, event.memoryBytes));
      if (event.type === 'stopped') stopped = true;
      emit?.(event);
    },
  });
  onStart?.(running);
  const architecture = await running.result;
  return architecture && !stopped ? { architecture, stagePeaks: inOrder(peaks) } : null;
}

/** By stage; 0 where one between them made no step. */
function inOrder(peaks: ReadonlyMap<number, number>): number[] {
  if (peaks.size === 0) return [];
  const [first, last] = [Math.min(...peaks.keys()), Math.max(...peaks.keys())];
  return Array.from({ length: last - first + 1 }, (_, i) => peaks.get(first + i) ?? 0);
}
