/** How long a comparison will take: measured steps before it starts, finished runs from then on. Pure. */
import type { Comparison, MethodName, RunResult } from './results.ts';

/** What a few timed steps of the unpruned super-net tell (measure-pace.ts). */
export interface Measured {
  msPerStep: number;
  /** Most steps of one search. */
  searchSteps: number;
  /** Steps of one training from scratch. */
  trainSteps: number;
}

/** Of the whole super-net's time a step: stages train fewer cells, and pruning shrinks them. */
const searchShare = 0.5;
const trainShare = 0.35;

type Method = Pick<RunResult, 'method'>;

export class Pace {
  private readonly done: RunResult[];

  /** @param measured null where it is not known: then only finished runs tell, and runs unlike any of them count for nothing. */
  constructor(
    { runs }: Pick<Comparison, 'runs'>,
    private readonly measured: Measured | null,
  ) {
    this.done = [...runs];
  }

  note(result: RunResult): void {
    this.done.push(result);
  }

  /** Seconds. */
  left(open: readonly Method[]): number {
    return open.reduce((sum, { method }) => sum + this.of(method), 0);
  }

  /** Whether anything tells how long a run by this method takes. */
  knows(method: MethodName): boolean {
    return this.measured !== null || this.similar(method).length > 0;
  }

  /** Seconds of one run: the mean of those of its method, else of those that search as it does (or not), else by the measured steps. */
  of(method: MethodName): number {
    const similar = this.similar(method);
    if (similar.length > 0)
      return (
        similar.reduce((sum, run) => sum + run.searchSeconds + run.trainSeconds, 0) / similar.length
      );
    if (!this.measured) return 0;
    const { msPerStep, searchSteps, trainSteps } = this.measured;
    return (
      (msPerStep / 1000) *
      ((method !== 'random' ? searchSteps * searchShare : 0) + trainSteps * trainShare)
    );
  }

  private similar(method: MethodName): RunResult[] {
    const alike = this.done.filter((run) => run.method === method);
    return alike.length > 0
      ? alike
      : this.done.filter((run) => (run.method === 'random') === (method === 'random'));
  }
}

export interface Estimate extends Measured {
  /** Runs to go, and seconds for all of them. */
  runs: number;
  seconds: number;
}

/** @param duration milliseconds in words. */
export function estimateSentence(
  { runs, seconds, msPerStep, searchSteps, trainSteps }: Estimate,
  duration: (milliseconds: number) => string,
): string {
  const steps = `${Math.max(1, Math.round(msPerStep))} ms per step of the super-net; at most ${searchSteps} steps per search, ${trainSteps} per training`;
  return `${runs} ${runs === 1 ? 'run' : 'runs'} left: about ${duration(1000 * seconds)} (${steps}).`;
}
