/** Accuracy of the loaded network on held-out images. */
import { countParameters } from '../granularity/count.ts';
import { diverged } from './failure.ts';
import type { Session } from './session.ts';

/**
 * With running batch-norm statistics. Sound after a commit as well: what a commit takes away was multiplied by zero
 * before, so all other activations, and their statistics, stay as they were.
 * @throws SearchFailure when the loss is not finite; Stopped.
 */
export async function evaluate(session: Session): Promise<number> {
  const { data, stepper, stage, control, space } = session;
  session.emit({ type: 'phase', stage: stage.index, phase: 'evaluating' });
  let correct = 0;
  let loss = 0;
  let images = 0;
  for (let i = 0; i < data.validationBatches; i++) {
    await control.gate();
    const batch = data.validationBatch(i);
    const logits = await stepper.logits(batch, 'running');
    for (let image = 0; image < batch.size; image++) {
      const row = logits.subarray(image * space.classes, (image + 1) * space.classes);
      const label = batch.labels[image];
      const largest = row.reduce((a, b) => Math.max(a, b));
      // Of equal logits the first counts, so that a constant network is right by chance only.
      if (row.indexOf(largest) === label) correct++;
      loss += Math.log(row.reduce((sum, x) => sum + Math.exp(x - largest), 0)) + largest - row[label];
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
