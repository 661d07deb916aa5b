/** Data sets from the file system: the one shipped with the lab by name, others by path. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { DatasetError, type Dataset } from '../src/datasets/dataset.ts';
import { loadFashionMnist } from '../src/datasets/fashion-mnist.ts';
import { readDataset } from '../src/datasets/files/read-dataset.ts';
import type { Progress } from '../src/datasets/files/source.ts';
import { decodeImage, sourceFiles } from './node-files.ts';

const shippedFolder = join(import.meta.dirname, '../public/data/fashion-mnist');

export interface LoadOptions {
  /** Pixels a side that images of class folders are brought to. */
  imageSize?: number;
  /** Labels of CIFAR-100. */
  labelKind?: 'fine' | 'coarse';
  /** Go on without images that cannot be read. */
  skipUnreadable?: boolean;
  signal?: AbortSignal;
  /** What was decided on the way, in sentences. */
  note?(text: string): void;
  progress?(progress: Progress): void;
}

/**
 * @param nameOrPath `fashion-mnist` (the shipped set), or a file or folder that `readDataset` can read.
 * @throws DatasetError naming what is missing or wrong.
 */
export async function loadDataset(nameOrPath: string, options: LoadOptions = {}): Promise<Dataset> {
  if (nameOrPath === 'fashion-mnist' && !existsSync(nameOrPath)) {
    return loadFashionMnist((name) => readFile(join(shippedFolder, name)));
  }
  const path = resolve(nameOrPath);
  if (!existsSync(path)) {
    throw new DatasetError(
      `--dataset: '${nameOrPath}' is neither 'fashion-mnist' nor a file or folder.`,
    );
  }
  const { skipUnreadable = false, note = () => {} } = options;
  const { dataset, notes } = await readDataset(await sourceFiles(path), {
    name: basename(path),
    imageSize: options.imageSize ?? 32,
    labelKind: options.labelKind ?? 'fine',
    signal: options.signal ?? new AbortController().signal,
    decode: decodeImage,
    skipUnreadable({ count, total, examples }) {
      if (!skipUnreadable)
        note(`${count} of ${total} images cannot be read; --skip-unreadable goes on without them.`);
      for (const example of examples) note(example);
      return Promise.resolve(skipUnreadable);
    },
    progress: options.progress,
  });
  for (const text of notes) note(text);
  return dataset;
}
