/** Accuracy and confusions of the loaded network on the test set. */
import type { TrainData } from '../data.ts';
import type { Stepper } from '../supernet/stepper.ts';
import type { Evaluation } from './trained.ts';

/** Images listed as classified worst. */
const worstImages = 24;

/** By running-average batch norm, so that an image's class does not depend on its neighbours. @param gate passed before every batch. */
export async function evaluateTest(
  stepper: Pick<Stepper, 'logits'>,
  data: TrainData,
  gate: () => Promise<void> = () => Promise.resolve(),
): Promise<Evaluation> {
  const classes = data.classNames.length;
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  let worst: Evaluation['worst'] = [];
  let correct = 0;
  let loss = 0;
  let images = 0;
  for (let i = 0; i < data.testBatches; i++) {
    await gate();
    const batch = await data.testBatch(i);
    const logits = await stepper.logits(batch, 'running');
    for (let k = 0; k < batch.size; k++, images++) {
      const row = logits.subarray(k * classes, (k + 1) * classes);
      const label = batch.labels[k]!;
      const largest = row.reduce((a, b) => Math.max(a, b));
      const predicted = row.indexOf(largest);
      const entropy =
        Math.log(row.reduce((sum, x) => sum + Math.exp(x - largest), 0)) + largest - row[label]!;
      loss += entropy;
      if (predicted === label) correct++;
      else worst.push({ image: images, label, predicted, loss: entropy });
      // A row without a largest number (NaN) counts as wrong and belongs to no column.
      if (predicted >= 0) confusion[label]![predicted]!++;
    }
    worst = worst.sort((a, b) => b.loss - a.loss).slice(0, worstImages);
  }
  return {
    accuracy: images > 0 ? correct / images : 0,
    loss: images > 0 ? loss / images : 0,
    images,
    confusion,
    worst,
  };
}
