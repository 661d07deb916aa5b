/** How long a comparison will take: measured steps before it starts, finished runs from then on. */
import type { SearchData } from '../src/engine/data.ts';
import type { Comparison, MethodName, RunResult } from '../src/engine/baselines/results.ts';
import { superNet } from '../src/engine/baselines/methods.ts';
import { unitMillions } from '../src/engine/granularity/count.ts';
import { maxEpochs, planStages, stepHyper } from '../src/engine/search/schedule.ts';
import type { SearchSettings } from '../src/engine/settings.ts';
import type { Stepper } from '../src/engine/supernet/stepper.ts';
import { duration } from './progress.ts';

/** Of the whole super-net's time a step: stages train fewer cells, and pruning shrinks them. */
const searchShare = 0.5;
const trainShare = 0.35;

export class Pace {
  private readonly done: RunResult[];
  /** Seconds of a run with a search and of one without, before any is finished. */
  private guess = { searched: 0, random: 0 };

  constructor(done: readonly RunResult[]) {
    this.done = [...done];
  }

  /** Times a few steps of the unpruned super-net. */
  async announce(
    open: readonly { method: MethodName }[],
    { settings, data, stepper, training }: { settings: SearchSettings; data: SearchData; stepper: Stepper; training: Comparison['training'] },
  ): Promise<string> {
    const image = { size: data.imageSize, channels: data.imageChannels, classes: data.classNames.length };
    const network = superNet(settings, image);
    const stages = planStages(network.plan.space, settings);
    const hyper = stepHyper(settings, stages.at(-1)!, 'search', 0);
    const { batchSize, granularities } = settings;
    await stepper.load(network.plan, network.parameters, { batchSize, granularities, unitMillions: unitMillions(network) });
    const time = async (steps: number): Promise<number> => {
      const start = performance.now();
      for (let i = 0; i < steps; i++) await stepper.step(data.trainBatch(0, i % data.stepsPerEpoch), hyper);
      await stepper.readMetrics();
      return (performance.now() - start) / 1000 / steps;
    };
    await time(2); // Pipelines are compiled by now.
    const perStep = await time(5);
    const searchSteps = maxEpochs(stages) * data.stepsPerEpoch;
    const trainSteps = Math.ceil((training.epochs * (training.trainImages || data.trainImages)) / batchSize);
    const train = trainSteps * perStep * trainShare;
    this.guess = { searched: searchSteps * perStep * searchShare + train, random: train };
    const left = this.left(open);
    return `${open.length} runs to go: about ${duration(1000 * left)} (${Math.round(1000 * perStep)} ms a step of the super-net; at most ${searchSteps} of them a search, ${trainSteps} a training).`;
  }

  note(result: RunResult): void {
    this.done.push(result);
  }

  /** Seconds. */
  left(open: readonly { method: MethodName }[]): number {
    return open.reduce((sum, { method }) => sum + this.of(method), 0);
  }

  private of(method: MethodName): number {
    const searches = method !== 'random';
    const alike = this.done.filter((run) => run.method === method);
    const similar = alike.length > 0 ? alike : this.done.filter((run) => (run.method !== 'random') === searches);
    if (similar.length === 0) return searches ? this.guess.searched : this.guess.random;
    return similar.reduce((sum, run) => sum + run.searchSeconds + run.trainSeconds, 0) / similar.length;
  }
}
