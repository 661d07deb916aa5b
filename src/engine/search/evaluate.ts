/** Accuracy of the loaded network on held-out images. */
import type { AnyBatch, SearchData } from '../data.ts';
import { countParameters } from '../granularity/count.ts';
import { evaluatedImages, settlingBatches } from './evaluation-plan.ts';
import type { EvaluatedPart } from './evaluation-plan.ts';
import { diverged } from './failure.ts';
import type { Session } from './session.ts';

/** Steering replaced the network while it was evaluated. */
class Replaced extends Error {
  override readonly name = 'Replaced';
}

/**
 * By running averages that settle on training batches first, so that an image's class depends neither on the images
 * beside it nor on what the network was before a commit. Emits `evaluated`.
 * @throws SearchFailure when the loss is not finite; Stopped.
 */
export async function evaluate(session: Session, part: EvaluatedPart = 'sample'): Promise<number> {
  const { data, stepper, stage, control } = session;
  session.emit({ type: 'phase', stage: stage.index, phase: 'evaluating' });
  const images = evaluatedImages(data, part);
  for (;;) {
    const network = session.current;
    /** Who pauses here and steers wants to see it done here. */
    const gate = async (): Promise<void> => {
      await control.gate(session.betweenSteps, false);
      if (session.current !== network) throw new Replaced();
    };
    try {
      await stepper.settle(settlingOn(data, session.epochs), gate);
      return report(session, await classify(session, images, gate), images);
    } catch (error) {
      // The figure shall be of one network: from the start again.
      if (!(error instanceof Replaced)) throw error;
    }
  }
}

/** Batches of the epoch to come: a pure function of how far the search is, so a resumed one settles on the same. */
function* settlingOn(data: SearchData, epoch: number): Generator<AnyBatch> {
  for (let i = 0; i < Math.min(settlingBatches, data.stepsPerEpoch); i++)
    yield data.trainBatch(epoch, i);
}

interface Classified {
  correct: number;
  /** Sum of the images' cross entropies. */
  loss: number;
}

/** The first `images` of the validation part. */
async function classify(
  { data, stepper, space: { classes } }: Session,
  images: number,
  gate: () => Promise<void>,
): Promise<Classified> {
  let correct = 0;
  let loss = 0;
  let left = images;
  for (let i = 0; left > 0; i++) {
    await gate();
    const batch = await data.validationBatch(i);
    const logits = await stepper.logits(batch, 'running');
    const counted = Math.min(left, batch.size);
    for (let image = 0; image < counted; image++) {
      const row = logits.subarray(image * classes, (image + 1) * classes);
      const label = batch.labels[image]!;
      const largest = row.reduce((a, b) => Math.max(a, b));
      // Of equal logits the first counts, so that a constant network is right by chance only.
      if (row.indexOf(largest) === label) correct++;
      loss +=
        Math.log(row.reduce((sum, x) => sum + Math.exp(x - largest), 0)) + largest - row[label]!;
    }
    left -= counted;
  }
  return { correct, loss };
}

function report(session: Session, { correct, loss }: Classified, images: number): number {
  if (!Number.isFinite(loss)) throw diverged(session.steps);
  const accuracy = images > 0 ? correct / images : 0;
  Object.assign(session, { accuracy, accuracyImages: images });
  session.emit({
    type: 'evaluated',
    stage: session.stage.index,
    split: 'validation',
    accuracy,
    loss: images > 0 ? loss / images : 0,
    images,
    parameters: countParameters(session.current).active,
  });
  return accuracy;
}
