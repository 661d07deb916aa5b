/** Which images are in which batch of a search: a pure function of labels, settings and seeds, wherever the images lie. */
import type { SearchData } from '../engine/data.ts';
import type { SearchSettings } from '../domain/settings/schema.ts';
import { epochSizes, imageProblems, splitSizes } from '../domain/settings/problems.ts';
import { DatasetError, type Labels } from './dataset.ts';
import { hash, shuffle } from './random.ts';
import { stratifiedSplit, type SplitIndices } from './split.ts';

const shuffleStream = 0x5af;
const validationStream = 0x5b7;

export type SearchDataSettings = Pick<SearchSettings, 'seed' | 'data' | 'batchSize'>;

/** What of a data set decides who is in which batch. */
export interface LabelledSet {
  readonly name: string;
  readonly channels: number;
  readonly classNames: readonly string[];
  readonly train: { readonly count: number; readonly labels: Labels };
}

/** The images of the parts, ascending. @throws DatasetError naming the setting that the set cannot satisfy. */
export function splitForSearch(
  { name, classNames, train }: LabelledSet,
  settings: SearchDataSettings,
  splitSeed: number,
): SplitIndices {
  const available = train.count;
  for (const { path, message } of imageProblems(settings, { name, train: available }))
    throw new DatasetError(`${path}: ${message}`);
  const { used, validation, spare } = splitSizes(settings.data, available);
  const sizes = { used, validation, spare, seed: splitSeed };
  return stratifiedSplit(train.labels, classNames.length, sizes);
}

/** Makes the batches of positions in a part. */
export interface BatchMaker<B> {
  train(positions: Uint32Array, epoch: number): B;
  validation(positions: Uint32Array): B;
}

/**
 * Every batch is a pure function of set, settings and its arguments. An epoch's last, incomplete batch is dropped;
 * `data.stepsPerEpoch` may end it sooner.
 * @param splitSeed of the order of the validation part
 */
export function searchBatches<B>(
  { name, classNames, channels }: LabelledSet,
  { search, validation }: SplitIndices,
  settings: SearchDataSettings,
  splitSeed: number,
  make: BatchMaker<B>,
): SearchData<B> {
  const { seed, batchSize, data } = settings;
  const { stepsPerEpoch, epochImages } = epochSizes(settings, search.length);
  const orderOf = epochOrder(search.length, seed, shuffleStream);
  // Drawn once: a part of it is a fair sample, however the set was sorted.
  const validationOrder = shuffle(
    indicesUpTo(validation.length),
    hash(splitSeed, validationStream),
  );
  const validationBatches = Math.ceil(validation.length / batchSize);
  const cut = (order: Uint32Array, index: number) =>
    order.subarray(index * batchSize, (index + 1) * batchSize);
  return {
    name,
    classNames,
    imageSize: data.imageSize,
    imageChannels: channels,
    trainImages: search.length,
    epochImages,
    validationImages: validation.length,
    stepsPerEpoch,
    trainBatch(epoch, index) {
      checkIndex('training', index, stepsPerEpoch);
      return make.train(cut(orderOf(epoch), index), epoch);
    },
    validationBatches,
    validationBatch(index) {
      checkIndex('validation', index, validationBatches);
      return make.validation(cut(validationOrder, index));
    },
  };
}

/** The order of `count` images in each epoch. Batches are asked for in order, so the last epoch's is kept. */
export function epochOrder(
  count: number,
  seed: number,
  stream: number,
): (epoch: number) => Uint32Array {
  let last = -1;
  let order = new Uint32Array(0);
  return (epoch) => {
    if (epoch !== last) {
      order = shuffle(indicesUpTo(count), hash(seed, stream, epoch));
      last = epoch;
    }
    return order;
  };
}

function indicesUpTo(count: number): Uint32Array<ArrayBuffer> {
  return Uint32Array.from({ length: count }, (_, i) => i);
}

export function checkIndex(part: string, index: number, batches: number): void {
  if (!(index >= 0 && index < batches))
    throw new RangeError(`There is no ${part} batch ${index}: the epoch has ${batches}.`);
}
