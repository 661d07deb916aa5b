/** Turns a set of encoded images into what a search and a training consume, decoded ahead by other threads. */
import type { SearchData, TrainData } from '../../engine/data.ts';
import type { Batch } from '../../engine/supernet/stepper.ts';
import { DatasetError } from '../dataset.ts';
import type { Augmented, BatchForm } from '../part.ts';
import { searchBatches, splitForSearch, type SearchDataSettings } from '../search-plan.ts';
import { chosenOf, trainBatches, type TrainDataSettings } from '../train-plan.ts';
import { Ahead, batchesAhead } from './ahead.ts';
import type { StoredSplitName } from '../stored.ts';
import { levelsOfMoments, momentsOf, type EncodedDataset } from './set.ts';

type Make = (signal: AbortSignal) => Promise<Batch>;

/**
 * As `createSearchData`, of the same images in the same order with the same augmentation. Regions are cropped from the whole
 * image, not from its middle square; pixels are normalized by the search part's moments at the set's size.
 * @throws DatasetError naming the setting that the set cannot satisfy; a batch rejects with one that names its image.
 */
export function createEncodedSearchData(
  set: EncodedDataset,
  settings: SearchDataSettings,
  splitSeed = settings.seed,
): SearchData<Promise<Batch>> {
  const { seed, data } = settings;
  const split = splitForSearch(set, settings, splitSeed);
  const form = formOf(set, data.imageSize, split.search);
  const plan = searchBatches<Make>(set, split, settings, splitSeed, {
    train: (positions, epoch) =>
      batchMaker(set, 'train', split.search, positions, form, { settings: data, seed, epoch }),
    validation: (positions) => batchMaker(set, 'train', split.validation, positions, form, null),
  });
  const ahead = aheadOf(plan.trainBatch, plan.stepsPerEpoch, settings.batchSize, form);
  const held = listAhead(plan.validationBatch, plan.validationBatches, settings.batchSize, form);
  return { ...plan, trainBatch: ahead, validationBatch: held };
}

/** As `createTrainData`. @throws DatasetError */
export function createEncodedTrainData(
  set: EncodedDataset,
  settings: TrainDataSettings,
): TrainData<Promise<Batch>> {
  const { seed, imageSize, batchSize } = settings;
  const train = chosenOf(set, 'train', set.train, settings);
  const test = chosenOf(set, 'test', set.test, settings);
  const form = formOf(set, imageSize, train);
  const counts = {
    trainImages: train?.length ?? set.train.count,
    testImages: test?.length ?? set.test.count,
  };
  const plan = trainBatches<Make>(set, counts, settings, form.levels, {
    train: (positions, epoch) =>
      batchMaker(set, 'train', train, positions, form, { settings, seed, epoch }),
    test: (positions) => batchMaker(set, 'test', test, positions, form, null),
  });
  const ahead = aheadOf(plan.trainBatch, plan.stepsPerEpoch, batchSize, form);
  const held = listAhead(plan.testBatch, plan.testBatches, batchSize, form);
  return { ...plan, trainBatch: ahead, testBatch: held };
}

/** @param images whose moments normalize; null: all */
function formOf(set: EncodedDataset, size: number, images: Uint32Array | null): BatchForm {
  const { channels, train } = set;
  return { size, channels, levels: levelsOfMoments(momentsOf(train, channels, images)) };
}

const valuesOf = (batchSize: number, { size, channels }: BatchForm): number =>
  batchSize * size * size * channels;

/** Batches of epoch after epoch. */
function aheadOf(
  batch: (epoch: number, index: number) => Make,
  perEpoch: number,
  batchSize: number,
  form: BatchForm,
): (epoch: number, index: number) => Promise<Batch> {
  const ahead = new Ahead(
    (position, signal) => batch(Math.floor(position / perEpoch), position % perEpoch)(signal),
    batchesAhead(valuesOf(batchSize, form)),
  );
  return (epoch, index) => {
    // An index that is not there is refused before others are made.
    if (!(index >= 0 && index < perEpoch)) batch(epoch, index);
    return ahead.take(epoch * perEpoch + index);
  };
}

/** Batches of a part that is gone through from its first to its last. */
function listAhead(
  batch: (index: number) => Make,
  batches: number,
  batchSize: number,
  form: BatchForm,
): (index: number) => Promise<Batch> {
  const ahead = new Ahead(
    (index, signal) => batch(index)(signal),
    batchesAhead(valuesOf(batchSize, form)),
    batches,
  );
  return (index) => {
    if (!(index >= 0 && index < batches)) batch(index);
    return ahead.take(index);
  };
}

/** @param chosen which images of the split the part is made of; null: all */
function batchMaker(
  { files, ...set }: EncodedDataset,
  split: StoredSplitName,
  chosen: Uint32Array | null,
  positions: Uint32Array,
  { size, channels, levels }: BatchForm,
  augmented: Augmented | null,
): Make {
  const numbers = Array.from(positions, (position) => (chosen ? chosen[position]! : position));
  return async (signal) => {
    const values = size * size * channels;
    const images = new Float32Array(numbers.length * values);
    const labels = Int32Array.from(numbers, (image) => set[split].labels[image]!);
    const read = await files.read(split, numbers);
    signal.throwIfAborted();
    await Promise.all(
      read.map(async (bytes, slot) => {
        const position = positions[slot]!;
        const job = {
          ...{ bytes, name: files.nameOf(split, numbers[slot]!), size, channels, levels },
          augmented: augmented && {
            settings: augmented.settings,
            keys: [augmented.seed, augmented.epoch, position] as const,
          },
        };
        images.set(await files.maker.values(job, signal).catch(named), slot * values);
      }),
    );
    return { images, labels, size: numbers.length };
  };
}

/** What to do about an image that is damaged by now: it was whole when the set was read. */
function named(error: unknown): never {
  if (!(error instanceof DatasetError)) throw error;
  throw new DatasetError(
    `${error.message} It was whole when the data set was read: restore the file, or add the data set again without it.`,
    { cause: error },
  );
}
