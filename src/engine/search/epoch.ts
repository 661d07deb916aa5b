/** One epoch of training steps, with its reports. */
import type { StepMetrics } from '../supernet/stepper.ts';
import { meanCandidate } from '../granularity/count.ts';
import { Stopped } from './control.ts';
import { diverged } from './failure.ts';
import { forecastRest, workOf } from './forecast.ts';
import { stepHyper } from './schedule.ts';
import type { TrainingPhase } from './schedule.ts';
import type { EpochMeans } from './checkpoint-state.ts';
import type { Session } from './session.ts';

/** Steps whose metrics may wait on the device. */
const mostWaiting = 64;

/**
 * Averages go to `step` events every `reportEvery` steps, and at the epoch's end over what is left of it.
 * @throws SearchFailure when the loss is not finite; Stopped.
 */
export async function trainEpoch(session: Session, phase: TrainingPhase): Promise<void> {
  const { data, stepper } = session;
  const { progress } = session;
  if (progress.step === 0) progress.epoch = null;
  const report = new Report(session);
  for (let i = progress.step; i < data.stepsPerEpoch; i++) {
    await passGate(session, phase, report);
    // Anew each step: the user may have steered.
    const { settings } = session;
    const hyper = stepHyper(
      settings,
      session.stage,
      phase,
      session.lambda.lambda,
      meanCandidate(session.totals),
    );
    await stepper.step(await data.trainBatch(session.epochs, i), hyper);
    session.steps++;
    progress.step = i + 1;
    const due = (i + 1) % settings.reportEvery === 0 || i + 1 === data.stepsPerEpoch;
    if (due || (i + 1) % mostWaiting === 0) await report.read();
    if (due) report.send(hyper.lambda);
    // Where a report was just sent, so that a resumed search reports over the same steps.
    if (due && i + 1 < data.stepsPerEpoch) await session.checkpointIfDue();
  }
  progress.step = 0;
  session.emit({ type: 'epoch', stage: session.stage.index, epoch: session.stageEpochs, phase });
  session.epochs++;
  session.stageEpochs++;
}

/**
 * A search that is stopped leaves a checkpoint of this very step: resumed, it repeats nothing. Its steps are reported
 * first, since a checkpoint holds means of reported steps only.
 * @throws Stopped
 */
async function passGate(session: Session, phase: TrainingPhase, report: Report): Promise<void> {
  try {
    await session.control.gate(session.betweenSteps);
  } catch (error) {
    if (error instanceof Stopped && session.progress.step > 0) {
      await report.read();
      report.send(stepHyper(session.settings, session.stage, phase, session.lambda.lambda).lambda);
      await session.checkpoint(false);
    }
    throw error;
  }
}

class Report {
  private metrics: StepMetrics[] = [];
  private since: number;

  constructor(private readonly session: Session) {
    this.since = session.control.time;
  }

  async read(): Promise<void> {
    const { stepper, steps } = this.session;
    const metrics = [...this.session.unreported.splice(0), ...(await stepper.readMetrics())];
    if (
      !metrics.every(
        ({ crossEntropy, gradientNorm }) =>
          Number.isFinite(crossEntropy) && Number.isFinite(gradientNorm),
      )
    )
      throw diverged(steps);
    this.metrics.push(...metrics);
  }

  send(lambda: number): void {
    const { session, metrics } = this;
    if (metrics.length === 0) return;
    const { stepper, settings } = session;
    const mean = average(metrics);
    const now = session.control.time;
    const msPerStep = (now - this.since) / metrics.length;
    // Half old, half new: one slow report (a compilation) does not upset the estimate for long.
    session.msPerStep = session.msPerStep === 0 ? msPerStep : (session.msPerStep + msPerStep) / 2;
    session.recent = mean;
    session.progress.epoch = joined(session.progress.epoch, {
      steps: metrics.length,
      means: mean,
    });
    const { bytes, peakBytes } = stepper.memory();
    const { correct, ...losses } = mean;
    session.emit({
      type: 'step',
      stage: session.stage.index,
      epoch: session.stageEpochs,
      ...losses,
      accuracy: correct / settings.batchSize,
      images: metrics.length * settings.batchSize,
      lambda,
      msPerStep,
      memoryBytes: bytes,
      peakMemoryBytes: peakBytes,
      ...timeLeft(session),
    });
    this.metrics = [];
    this.since = now;
  }
}

/** Means over the steps of both. */
function joined(before: EpochMeans | null | undefined, after: EpochMeans): EpochMeans {
  if (!before) return after;
  const steps = before.steps + after.steps;
  const means = { ...after.means };
  for (const key of Object.keys(means) as (keyof StepMetrics)[])
    means[key] = (before.means[key] * before.steps + means[key] * after.steps) / steps;
  return { steps, means };
}

function timeLeft(session: Session): { timeLeft: number; timeLeftLeast: number } {
  const { stage, stages, stageEpochs, progress, msPerStep, data } = session;
  const { least, most } = forecastRest(
    {
      ...{ stage, msPerStep, epochs: stageEpochs, step: progress.step },
      later: stages.filter(({ index }) => index > stage.index),
      work: workOf(session.current.plan),
      fullWork: session.fullWork,
    },
    data,
  );
  return { timeLeft: most, timeLeftLeast: Math.min(least, most) };
}

function average(metrics: readonly StepMetrics[]): StepMetrics {
  const mean: StepMetrics = {
    crossEntropy: 0,
    sizeRegularizer: 0,
    thresholdRegularizer: 0,
    gradientNorm: 0,
    correct: 0,
  };
  for (const one of metrics) {
    for (const key of Object.keys(mean) as (keyof StepMetrics)[])
      mean[key] += one[key] / metrics.length;
  }
  return mean;
}
