/** A data set in memory or of encoded files, and what a search and a training take of either. */
import type { SearchData, TrainData } from '../engine/data.ts';
import type { Dataset } from './dataset.ts';
import { createEncodedSearchData, createEncodedTrainData } from './encoded/data.ts';
import type { EncodedDataset } from './encoded/set.ts';
import { createSearchData } from './search-data.ts';
import type { SearchDataSettings } from './search-plan.ts';
import { createTrainData } from './train-data.ts';
import type { TrainDataSettings } from './train-plan.ts';

export type AnyDataset = Dataset | EncodedDataset;

/** @throws DatasetError naming the setting that the set cannot satisfy. */
export const searchDataOf = (
  set: AnyDataset,
  settings: SearchDataSettings,
  splitSeed?: number,
): SearchData =>
  'files' in set
    ? createEncodedSearchData(set, settings, splitSeed)
    : createSearchData(set, settings, splitSeed);

/** @throws DatasetError naming the setting that the set cannot satisfy. */
export const trainDataOf = (set: AnyDataset, settings: TrainDataSettings): TrainData =>
  'files' in set ? createEncodedTrainData(set, settings) : createTrainData(set, settings);
