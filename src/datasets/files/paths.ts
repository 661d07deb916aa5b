/** What the paths of a data set's files say: which split, which class. */

export type SplitName = 'train' | 'validation' | 'test';

/** Drops the folders that all paths begin with, so that the name of the place they lie in means nothing. */
export function withoutCommonRoot(paths: readonly string[]): string[] {
  const split = paths.map((path) => path.split('/').filter((part) => part !== '' && part !== '.'));
  let shared = 0;
  while (
    split.length > 0 &&
    split.every((parts) => parts.length > shared + 1 && parts[shared] === split[0]![shared])
  )
    shared++;
  return split.map((parts) => parts.slice(shared).join('/'));
}

/** By the words in a file's or an array's name: test_batch.bin, t10k-images-idx3-ubyte, x_test, val_labels. */
export function splitOfName(name: string): SplitName {
  if (/(^|[^a-z])(t10k|test|eval)/i.test(name)) return 'test';
  return /(^|[^a-z])val(id|idation)?([^a-z]|$)/i.test(name) ? 'validation' : 'train';
}

const folderSplits: Readonly<Record<string, SplitName>> = {
  train: 'train',
  training: 'train',
  val: 'validation',
  valid: 'validation',
  validation: 'validation',
  test: 'test',
  testing: 'test',
  eval: 'test',
};

/** A folder that is a split, by its whole name. */
export const splitOfFolder = (folder: string): SplitName | null =>
  folderSplits[folder.toLowerCase()] ?? null;
