/** For tests: a small data set in the (fake) browser's store. */
import type { Dataset, ImageSplit } from '../src/datasets/dataset.ts';
import { hash } from '../src/datasets/random.ts';
import { chunkImagesOf, chunksOf, summarize } from '../src/datasets/stored.ts';
import type { DatasetSource } from '../src/protocol/messages.ts';
import { DatasetStore } from '../src/storage/datasets.ts';

const size = 8;
const classes = 4;

/** Classes differ in brightness. */
function split(count: number, seed: number): ImageSplit {
  const labels = Uint8Array.from({ length: count }, (_, image) => image % classes);
  const images = Uint8Array.from(
    { length: count * size * size },
    (_, i) => 50 * labels[Math.floor(i / (size * size))]! + (hash(seed, i) % 50),
  );
  return { count, images, labels };
}

export async function storeSmallDataset(name = 'bright'): Promise<DatasetSource> {
  const dataset: Dataset = {
    name,
    size,
    channels: 1,
    classNames: ['a', 'b', 'c', 'd'],
    train: split(96, 1),
    test: split(40, 2),
  };
  const summary = summarize({ dataset, kind: 'npz', notes: [] });
  const store = await DatasetStore.open();
  const chunks = {
    train: chunksOf(dataset.train, size * size),
    test: chunksOf(dataset.test, size * size),
  };
  const record = {
    ...summary,
    imported: 0,
    labels: { train: dataset.train.labels, test: dataset.test.labels },
    chunkImages: chunkImagesOf(size * size),
  };
  await store.add(record, chunks, new AbortController().signal, () => {});
  store.close();
  return { kind: 'stored', id: summary.id };
}
