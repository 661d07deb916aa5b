/** A stored set of encoded images: read from the browser's store as batches need them, decoded by this worker's pool. */
import { DatasetError } from '../src/datasets/dataset.ts';
import type { EncodedDataset } from '../src/datasets/encoded/set.ts';
import { encodedSplit } from '../src/datasets/encoded/stored.ts';
import type { StoredDataset, StoredFiles } from '../src/datasets/stored.ts';
import type { DatasetStore } from '../src/storage/datasets.ts';
import { imageMaker } from './decode-pool.ts';

/** @param openStore opened when files are read; kept open from then on */
export function encodedDataset(
  set: StoredDataset & { files: StoredFiles },
  openStore: () => Promise<DatasetStore>,
): EncodedDataset {
  const { name, size, channels, classNames } = set;
  let opened: Promise<DatasetStore> | null = null;
  const nameOf: EncodedDataset['files']['nameOf'] = (split, image) =>
    set.files.names[split][image] ?? `${split} image ${image}`;
  return {
    ...{ name, size, channels, classNames },
    train: encodedSplit(set, 'train'),
    test: encodedSplit(set, 'test'),
    files: {
      nameOf,
      maker: imageMaker(),
      async read(split, images) {
        opened ??= openStore();
        opened.catch(() => (opened = null));
        const files = await (await opened).images(set.id, split, images);
        return files.map((bytes, i) => {
          if (!bytes)
            throw new DatasetError(
              `${nameOf(split, images[i]!)} is missing in the browser's storage: delete ${name} under Data and add it again.`,
            );
          return bytes;
        });
      },
    },
  };
}
