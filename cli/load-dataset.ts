/** Data sets from the file system: the one shipped with the lab by name, others by folder. */
import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { cifar10ClassNames, cifarChannels, cifarSize, readCifar10 } from '../src/datasets/cifar.ts';
import { DatasetError, type Dataset } from '../src/datasets/dataset.ts';
import { loadFashionMnist } from '../src/datasets/fashion-mnist.ts';
import { readIdxSplit, type NamedFile } from '../src/datasets/idx.ts';

const shippedFolder = join(import.meta.dirname, '../public/data/fashion-mnist');

/**
 * @param nameOrPath `fashion-mnist` (the shipped set), or a folder of four IDX files under MNIST's names, gzipped or
 * not, or of CIFAR-10 binary files (those with "test" in their name are the test split).
 * @throws DatasetError naming what is missing or wrong.
 */
export async function loadDataset(nameOrPath: string): Promise<Dataset> {
  if (nameOrPath === 'fashion-mnist' && !existsSync(nameOrPath)) {
    return loadFashionMnist((name) => readFile(join(shippedFolder, name)));
  }
  const folder = resolve(nameOrPath);
  const isFolder = await stat(folder).then((entry) => entry.isDirectory(), () => false);
  if (!isFolder) {
    throw new DatasetError(`--dataset: '${nameOrPath}' is neither 'fashion-mnist' nor a folder with IDX or CIFAR-10 files.`);
  }
  const names = (await readdir(folder)).sort();
  if (names.some((name) => name.endsWith('.bin'))) return loadCifarFolder(folder, names);
  if (names.some((name) => /-ubyte(\.gz)?$/.test(name))) return loadIdxFolder(folder, names);
  throw new DatasetError(
    `--dataset: ${folder} holds neither IDX files (train-images-idx3-ubyte[.gz], ...) nor CIFAR-10 binary files (*.bin).`,
  );
}

async function read(folder: string, name: string): Promise<NamedFile> {
  const path = join(folder, name);
  return { name: path, bytes: await readFile(path) };
}

async function loadCifarFolder(folder: string, names: readonly string[]): Promise<Dataset> {
  const binaries = names.filter((name) => name.endsWith('.bin'));
  const split = async (which: 'train' | 'test') => {
    const chosen = binaries.filter((name) => /test/i.test(name) === (which === 'test'));
    if (chosen.length === 0) {
      const rule = which === 'test' ? "with 'test' in its name" : "without 'test' in its name";
      throw new DatasetError(`${folder} has no ${which} images: it needs a .bin file ${rule}.`);
    }
    return readCifar10(await Promise.all(chosen.map((name) => read(folder, name))));
  };
  return {
    name: basename(folder),
    size: cifarSize,
    channels: cifarChannels,
    classNames: cifar10ClassNames,
    train: await split('train'),
    test: await split('test'),
  };
}

async function loadIdxFolder(folder: string, names: readonly string[]): Promise<Dataset> {
  const find = (name: string) => {
    const found = [name, `${name}.gz`].find((candidate) => names.includes(candidate));
    if (!found) throw new DatasetError(`${folder}: ${name} (or ${name}.gz) is missing.`);
    return read(folder, found);
  };
  const testLabels = await find('t10k-labels-idx1-ubyte');
  const testImages = await find('t10k-images-idx3-ubyte');
  const train = await readIdxSplit(await find('train-images-idx3-ubyte'), await find('train-labels-idx1-ubyte'), null);
  // The format has no names or number of classes: the training labels tell how many there are.
  const classes = train.split.labels.reduce((most, label) => Math.max(most, label + 1), 0);
  const test = await readIdxSplit(testImages, testLabels, classes);
  if (test.size !== train.size) {
    throw new DatasetError(`${testImages.name}: image size: expected ${train.size}, as in the training images, found ${test.size}.`);
  }
  return {
    name: basename(folder),
    size: train.size,
    channels: 1,
    classNames: Array.from({ length: classes }, (_, label) => String(label)),
    train: train.split,
    test: test.split,
  };
}
