/** Data sets by their source: shipped with the lab, or stored in this browser. */
import type { AnyDataset } from '../src/datasets/any-set.ts';
import { DatasetError, type Dataset } from '../src/datasets/dataset.ts';
import { loadFashionMnist } from '../src/datasets/fashion-mnist.ts';
import { fetchFile } from '../src/datasets/fetch-file.ts';
import { joinChunks } from '../src/datasets/stored.ts';
import type { DatasetSource } from '../src/protocol/messages.ts';
import { DatasetStore } from '../src/storage/datasets.ts';
import { encodedDataset } from './load-files.ts';

/**
 * @param onProgress bytes so far and in all
 * @throws DatasetError when a stored set is not there (any more).
 */
export async function loadSource(
  source: DatasetSource,
  onProgress: (loaded: number, total: number) => void = () => {},
): Promise<AnyDataset> {
  if (source.kind === 'stored') return loadStored(source.id, onProgress);
  return loadShipped(source, onProgress);
}

/** The set shipped with the lab. */
export function loadShipped(
  source: Extract<DatasetSource, { kind: 'fashion-mnist' }>,
  onProgress: (loaded: number, total: number) => void = () => {},
): Promise<Dataset> {
  const folder = source.full ? 'fashion-mnist-full' : 'fashion-mnist';
  return loadFashionMnist(
    (name, onBytes) => fetchFile(new URL(`data/${folder}/${name}`, source.baseUrl).href, onBytes),
    onProgress,
  );
}

async function loadStored(
  id: string,
  onProgress: (loaded: number, total: number) => void,
): Promise<AnyDataset> {
  const store = await DatasetStore.open();
  try {
    const set = await store.get(id);
    if (!set)
      throw new DatasetError(
        'This data set is not stored in this browser: add it again under Data, or choose another.',
      );
    const { files } = set;
    if (files) return encodedDataset({ ...set, files }, () => DatasetStore.open());
    let loaded = 0;
    const join = (split: 'train' | 'test') =>
      joinChunks(
        set,
        split,
        (index) => store.chunk(id, split, index),
        (bytes) => onProgress((loaded += bytes), set.bytes),
      );
    return {
      name: set.name,
      size: set.size,
      channels: set.channels,
      classNames: set.classNames,
      train: await join('train'),
      test: await join('test'),
    };
  } finally {
    store.close();
  }
}

/** Progress is worth a message every percent or so, not every network packet. */
export function atSteps(
  report: (loaded: number, total: number) => void,
): (loaded: number, total: number) => void {
  let last = -1;
  return (loaded, total) => {
    const percent = Math.floor((100 * loaded) / total);
    if (percent === last) return;
    last = percent;
    report(loaded, total);
  };
}
