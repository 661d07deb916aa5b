/** Turns a data set in memory into what a search consumes: resized, split, shuffled, augmented, normalized batches. */
import type { SearchData } from '../engine/data.ts';
import type { Batch } from '../engine/supernet/stepper.ts';
import type { Dataset } from './dataset.ts';
import { batchOf, levelsOf, partOf } from './part.ts';
import { searchBatches, splitForSearch } from './search-plan.ts';
import type { SearchDataSettings } from './search-plan.ts';

/**
 * Batches for a search over `dataset`'s training images, under `settings.seed`, `.data` and `.batchSize`. Every batch
 * is a pure function of these and its arguments, in arrays of its own: the caller may keep or transfer them. Pixels are
 * normalized by the mean and deviation of each channel over the search part (so nothing of the validation part leaks in),
 * after resizing.
 * @param splitSeed of the choice and the split of the images: another than the batches' in a fork with another seed.
 * @throws DatasetError naming the setting that the set cannot satisfy.
 */
export function createSearchData(
  dataset: Dataset,
  settings: SearchDataSettings,
  splitSeed = settings.seed,
): SearchData<Batch> {
  const { seed, data } = settings;
  const size = data.imageSize;
  const { channels } = dataset;
  const split = splitForSearch(dataset, settings, splitSeed);
  const searchPart = partOf(dataset, split.search, size, data.randomResizedCrop);
  const validationPart = partOf(dataset, split.validation, size);
  const levels = levelsOf(dataset, searchPart, split.search, size);
  const form = { size, channels, levels };
  return searchBatches(dataset, split, settings, splitSeed, {
    train: (positions, epoch) =>
      batchOf(searchPart, positions, form, { settings: data, seed, epoch }),
    validation: (positions) => batchOf(validationPart, positions, form, null),
  });
}
