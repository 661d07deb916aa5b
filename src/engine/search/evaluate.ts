/** Accuracy of the loaded network on held-out images. */
import { countParameters } from '../granularity/count.ts';
import { diverged } from './failure.ts';
import { stepHyper } from './schedule.ts';
import type { Session } from './session.ts';

/** Running averages forget nine tenths in 22 steps (momentum 0.1), and all but 4% in these. */
const settlingSteps = 30;

/**
 * During the search, by each batch's own statistics: a commit leaves the running averages behind what the network has
 * become, and they take some twenty steps to follow. At its end, by running averages that `settle` brought up to date:
 * then an image's class does not depend on its neighbours.
 * @throws SearchFailure when the loss is not finite; Stopped.
 */
export async function evaluate(
  session: Session,
  statistics: 'batch' | 'running' = 'batch',
): Promise<number> {
  const { data, stepper, stage, control, space, settings } = session;
  session.emit({ type: 'phase', stage: stage.index, phase: 'evaluating' });
  // A shorter last batch has statistics unlike training's: by them, only whole batches count, if there is one.
  const whole = data.validationBatch(0).size === settings.batchSize;
  const used = whole ? statistics : 'running';
  let correct = 0;
  let loss = 0;
  let images = 0;
  for (let i = 0; i < data.validationBatches; i++) {
    // Who pauses here and steers wants to see it done here.
    await control.gate(session.betweenSteps, false);
    const batch = data.validationBatch(i);
    if (used === 'batch' && batch.size !== settings.batchSize) continue;
    const logits = await stepper.logits(batch, used);
    for (let image = 0; image < batch.size; image++) {
      const row = logits.subarray(image * space.classes, (image + 1) * space.classes);
      const label = batch.labels[image];
      const largest = row.reduce((a, b) => Math.max(a, b));
      // Of equal logits the first counts, so that a constant network is right by chance only.
      if (row.indexOf(largest) === label) correct++;
      loss +=
        Math.log(row.reduce((sum, x) => sum + Math.exp(x - largest), 0)) + largest - row[label];
    }
    images += batch.size;
  }
  if (!Number.isFinite(loss)) throw diverged(session.steps);
  const accuracy = images > 0 ? correct / images : 0;
  session.accuracy = accuracy;
  session.emit({
    type: 'evaluated',
    stage: stage.index,
    split: 'validation',
    accuracy,
    loss: images > 0 ? loss / images : 0,
    images,
    parameters: countParameters(session.current).active,
  });
  return accuracy;
}

/** Brings the running averages up to date: training steps that change nothing else. */
export async function settle(session: Session): Promise<void> {
  const { data, stepper, control, settings, stage } = session;
  session.emit({ type: 'phase', stage: stage.index, phase: 'evaluating' });
  const { update, ...hyper } = stepHyper(settings, stage, 'search', 0);
  const frozen = Object.fromEntries(
    Object.keys(update).map((group) => [group, 'off']),
  ) as typeof update;
  for (let i = 0; i < settlingSteps; i++) {
    await control.gate();
    await stepper.step(data.trainBatch(session.epochs, i % data.stepsPerEpoch), {
      ...hyper,
      update: frozen,
    });
  }
  await stepper.readMetrics();
}
