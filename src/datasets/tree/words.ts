/** Words in the names of files, folders and arrays: which split, images or labels. */
import type { SplitName } from '../outline.ts';

/** Lower-case words of a name: split at whatever is no letter or digit, at changes of case, and between letters and digits. */
export function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/(\d)(\p{L})/gu, '$1 $2')
    .replace(/(\p{L})(\d)/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\d]+/u)
    .filter((word) => word !== '');
}

const splitWords: Readonly<Record<string, SplitName>> = {
  train: 'train',
  training: 'train',
  trn: 'train',
  trainset: 'train',
  traindata: 'train',
  val: 'validation',
  valid: 'validation',
  validation: 'validation',
  valset: 'validation',
  dev: 'validation',
  devel: 'validation',
  development: 'validation',
  test: 'test',
  testing: 'test',
  tst: 'test',
  testset: 'test',
  testdata: 'test',
  holdout: 'test',
  heldout: 'test',
  eval: 'test',
  evaluation: 'test',
};

/** Words that say nothing of a split: what is left beside them makes a name doubtful. */
const fillers = new Set(
  'set sets data dataset datasets image images imgs img pictures picture pics photos photo files file folder folders split splits jpg jpeg png samples examples the of for and final full all original orig resized cropped'.split(
    ' ',
  ),
);

export interface SplitWord {
  split: SplitName;
  /** Nothing but the split, fillers and numbers is in the name. */
  isExact: boolean;
  /** The other words, joined. */
  rest: string;
}

/** What split a name speaks of; null where of none, or of several. */
export function splitWordOf(name: string): SplitWord | null {
  const words = wordsOf(
    name.replace(/hold[ _-]out/gi, 'holdout').replace(/held[ _-]out/gi, 'heldout'),
  );
  const t10k = /(^|[^a-z])t10k/i.test(name);
  const found = new Set<SplitName>(t10k ? ['test'] : []);
  const rest: string[] = [];
  for (const word of words) {
    const split = splitWords[word];
    if (split) found.add(split);
    else if (!fillers.has(word) && !/^(\d+|x)$/.test(word)) rest.push(word);
  }
  const [split] = found;
  // "train_val" is both: for training, as in VOC and Oxford's sets.
  if (found.size > 1)
    return found.size === 2 && found.has('train') && found.has('validation')
      ? { split: 'train', isExact: false, rest: rest.join(' ') }
      : null;
  return split ? { split, isExact: rest.length === 0, rest: rest.join(' ') } : null;
}

/** By the words in a file's or an array's name: test_batch.bin, t10k-images-idx3-ubyte, x_test, val_labels, Xtr. */
export function splitOfName(name: string): SplitName | null {
  const short = /^[xy](tr|te|va)$/i.exec(name)?.[1]?.toLowerCase();
  if (short) return short === 'tr' ? 'train' : short === 'te' ? 'test' : 'validation';
  const word = splitWordOf(name);
  if (word) return word.split;
  const words = wordsOf(name);
  if (words.includes('tr')) return 'train';
  if (words.includes('te') || words.includes('ts')) return 'test';
  return words.includes('va') ? 'validation' : null;
}

const imageWords = new Set(
  'x image images img imgs data pixels pixel features inputs input photos pictures samples xtr xte xva'.split(
    ' ',
  ),
);
const labelWords = new Set(
  'y label labels lbl lbls target targets class classes category categories annotations truth gt answers ytr yte yva'.split(
    ' ',
  ),
);

/** Whether a name speaks of images or of labels: the last such word decides (`image_labels` are labels). */
export function contentOfName(name: string): 'images' | 'labels' | null {
  for (const word of wordsOf(name).reverse()) {
    if (labelWords.has(word)) return 'labels';
    if (imageWords.has(word)) return 'images';
  }
  return null;
}

/** What a name says beside split and content: files of one set share it. */
export function setOfName(name: string): string {
  return wordsOf(name.replace(/t10k/gi, ' '))
    .filter((word) => !splitWords[word] && !imageWords.has(word) && !labelWords.has(word))
    .filter((word) => !/^(arr|npy|npz|ubyte|idx|tr|te|va|set)$/.test(word))
    .join(' ');
}

const strayNames =
  /^(docs?|documentation|samples?|unlabell?ed|unlabel|unsup|unsupervised|assets|screenshots?|thumb(nail)?s?|previews?|sample[_ -]?images|pred(ict(ions?)?)?|extras?|readme[_ -]?(images|files))$/i;

/** A folder that lies beside data sets and is no class. */
export const isStrayName = (name: string): boolean => strayNames.test(name);
