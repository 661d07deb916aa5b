/** Data sets from the file system: the one shipped with the lab by name, others by path. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { AnyDataset } from '../src/datasets/any-set.ts';
import { DatasetError, type Dataset } from '../src/datasets/dataset.ts';
import { datasetOfFiles } from '../src/datasets/encoded/stored.ts';
import { loadFashionMnist } from '../src/datasets/fashion-mnist.ts';
import type { ReadResult } from '../src/datasets/files/assemble.ts';
import { openDataset, type Look } from '../src/datasets/files/read-dataset.ts';
import type { Limits, Progress } from '../src/datasets/files/source.ts';
import type { Choices } from '../src/datasets/outline.ts';
import { imageMaker } from './decode-pool.ts';
import { decodeImage, sourceFiles } from './node-files.ts';

const shippedFolder = join(import.meta.dirname, '../public/data/fashion-mnist');

export interface LoadOptions {
  /** Pixels a side that images of class folders are brought to. */
  imageSize?: number;
  /** Pixels a side that all images are brought to, arrays too. */
  size?: number | null;
  choices?: Partial<Choices>;
  /** Continue without images that cannot be read. */
  skipUnreadable?: boolean;
  signal?: AbortSignal;
  limits?: Partial<Limits>;
  /** What was decided on the way, in sentences. */
  note?(text: string): void;
  progress?(progress: Progress): void;
}

/** The option that names the data set, for messages. */
const missing = (nameOrPath: string, option: string) =>
  new DatasetError(`${option}: '${nameOrPath}' is neither 'fashion-mnist' nor a file or folder.`);

/**
 * @param nameOrPath `fashion-mnist` (the shipped set), or a file or folder that `readDataset` can read.
 * @throws DatasetError naming what is missing or wrong.
 */
export async function loadDataset(
  nameOrPath: string,
  options: LoadOptions = {},
): Promise<AnyDataset> {
  if (nameOrPath === 'fashion-mnist' && !existsSync(nameOrPath)) return loadShipped();
  const look = await lookAtDataset(nameOrPath, options);
  if (look.keeping?.kept === 'encoded') {
    options.note?.(look.keeping.why);
    const read = await look.readFiles();
    for (const text of read.notes) options.note?.(text);
    return datasetOfFiles(read, imageMaker());
  }
  const { dataset, notes } = await look.read();
  for (const text of notes) options.note?.(text);
  return dataset;
}

/** The same in memory, whatever its size. @throws DatasetError */
export async function loadPixels(nameOrPath: string, options: LoadOptions = {}): Promise<Dataset> {
  const choices = { ...options.choices, kept: 'decoded' } as const;
  const set = await loadDataset(nameOrPath, { ...options, choices });
  if ('files' in set) throw new Error(`${nameOrPath}: pixels were asked for`);
  return set;
}

export const loadShipped = (): Promise<Dataset> =>
  loadFashionMnist((name) => readFile(join(shippedFolder, name)));

/** What a path holds, before it is read. @param option that named it, for messages */
export async function lookAtDataset(
  path: string,
  options: LoadOptions = {},
  option = '--dataset',
): Promise<Look & { read(): Promise<ReadResult> }> {
  const full = resolve(path);
  if (!existsSync(full)) throw missing(path, option);
  const { skipUnreadable = false, note = () => {} } = options;
  const { files, leftOut } = await sourceFiles(full);
  const opened = await openDataset(files, {
    name: basename(full),
    imageSize: options.size ?? options.imageSize ?? 32,
    size: options.size ?? null,
    leftOut,
    choices: options.choices ?? {},
    signal: options.signal ?? new AbortController().signal,
    ...(options.limits && { limits: options.limits }),
    maker: imageMaker(),
    decode: decodeImage,
    skipUnreadable({ count, total, examples }) {
      if (!skipUnreadable)
        note(`${count} of ${total} images cannot be read; --skip-unreadable skips them.`);
      for (const example of examples) note(example);
      return Promise.resolve(skipUnreadable);
    },
    ...(options.progress && { progress: options.progress }),
  });
  return opened.look(options.choices ?? {});
}
