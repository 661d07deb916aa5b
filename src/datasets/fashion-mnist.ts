/** Fashion-MNIST (Zalando SE, MIT licence), the set shipped with the lab under public/data/fashion-mnist. */
import type { Dataset } from './dataset.ts';
import { readIdxSplit, type NamedFile } from './idx.ts';

export const fashionMnistClassNames = [
  'T-shirt/top',
  'Trouser',
  'Pullover',
  'Dress',
  'Coat',
  'Sandal',
  'Shirt',
  'Sneaker',
  'Bag',
  'Ankle boot',
] as const;

/** The shipped files and their sizes in bytes, by which progress is measured. */
export const fashionMnistFiles = {
  trainImages: { name: 'train-images-idx3-ubyte.gz', bytes: 5_246_095 },
  trainLabels: { name: 'train-labels-idx1-ubyte.gz', bytes: 5_705 },
  testImages: { name: 't10k-images-idx3-ubyte.gz', bytes: 4_398_280 },
  testLabels: { name: 't10k-labels-idx1-ubyte.gz', bytes: 4_747 },
} as const;

/** Delivers a file's bytes; calls `onBytes` with the number that arrived so far. */
export type FetchFile = (name: string, onBytes: (loaded: number) => void) => Promise<Uint8Array>;

/**
 * Loads the whole set: 12,000 training images, 1,200 a class, and the 10,000 test images.
 * @param onProgress bytes so far and in all. Where a server unpacks the files on the way, a file's progress runs ahead
 * and waits at its end.
 */
export async function loadFashionMnist(
  fetchFile: FetchFile,
  onProgress: (loaded: number, total: number) => void = () => {},
): Promise<Dataset> {
  const files = Object.values(fashionMnistFiles);
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const loaded = new Map<string, number>();
  const report = (name: string, bytes: number) => {
    loaded.set(name, bytes);
    onProgress(
      [...loaded.values()].reduce((a, b) => a + b, 0),
      total,
    );
  };
  const [trainImages, trainLabels, testImages, testLabels] = (await Promise.all(
    files.map(async ({ name, bytes: size }): Promise<NamedFile> => {
      const bytes = await fetchFile(name, (soFar) => report(name, Math.min(soFar, size)));
      report(name, size);
      return { name, bytes };
    }),
  )) as [NamedFile, NamedFile, NamedFile, NamedFile];
  const classes = fashionMnistClassNames.length;
  const train = await readIdxSplit(trainImages, trainLabels, classes);
  const test = await readIdxSplit(testImages, testLabels, classes);
  return {
    name: 'fashion-mnist',
    size: train.size,
    channels: 1,
    classNames: fashionMnistClassNames,
    train: train.split,
    test: test.split,
  };
}
