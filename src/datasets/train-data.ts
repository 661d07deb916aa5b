/** Turns a data set in memory into what training from scratch consumes: training batches, augmented, and the whole test set. */
import type { TrainData } from '../engine/data.ts';
import type { Batch } from '../engine/supernet/stepper.ts';
import type { Dataset } from './dataset.ts';
import { batchOf, extract, levelsOf, type Part } from './part.ts';
import { resizeImages } from './resize.ts';
import { chosenOf, trainBatches } from './train-plan.ts';
import type { TrainDataSettings } from './train-plan.ts';

/**
 * Every batch is a pure function of the seed and its arguments. Pixels are normalized by the mean and deviation of the
 * training images used, after resizing.
 * @throws DatasetError naming the setting that the set cannot satisfy.
 */
export function createTrainData(dataset: Dataset, settings: TrainDataSettings): TrainData<Batch> {
  const { seed, imageSize: size, randomResizedCrop = false } = settings;
  const { channels } = dataset;
  const cropped = randomResizedCrop && dataset.size !== size;
  const train = choose(dataset, 'train', settings, cropped ? dataset.size : size);
  const test = choose(dataset, 'test', settings, size);
  const all = Uint32Array.from({ length: train.labels.length }, (_, i) => i);
  const used = { ...dataset, train: { ...train, count: all.length } };
  const levels = levelsOf(used, train, all, size);
  const form = { size, channels, levels };
  const counts = { trainImages: train.labels.length, testImages: test.labels.length };
  return trainBatches(dataset, counts, settings, levels, {
    train: (positions, epoch) => batchOf(train, positions, form, { settings, seed, epoch }),
    test: (positions) => batchOf(test, positions, form, null),
  });
}

function choose(
  dataset: Dataset,
  split: 'train' | 'test',
  settings: TrainDataSettings,
  size: number,
): Part {
  const images = dataset[split];
  const chosen = chosenOf(dataset, split, images, settings);
  if (chosen) return extract({ ...dataset, train: images }, chosen, size);
  return {
    images: resizeImages(images.images, dataset.size, dataset.channels, size),
    size,
    labels: images.labels,
  };
}
