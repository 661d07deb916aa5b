/** What one array is, by its shape, its type and its name: images, labels, class names or something else, of which split. */
import { baseName } from '../files/bytes.ts';
import { splitOrder } from '../formats/format.ts';
import type { SplitName } from '../outline.ts';
import { contentOfName, setOfName, splitOfName } from '../tree/words.ts';
import { numberType, type NamedArray } from './array.ts';
import { isFlatImage } from './images.ts';

type Content = 'images' | 'labels' | 'names' | 'other';

export interface Planned {
  array: NamedArray;
  content: Content;
  split: SplitName;
  /** By its name, not by default. */
  isNamed: boolean;
  /** The name speaks of this content. */
  isTold: boolean;
  /** Path without the folders that all have in common. */
  short: string;
  set: string;
}

export const describe = ({ shape, dtype }: NamedArray): string =>
  `${shape.length === 0 ? 'one value' : shape.join(' x ')} of ${dtype}`;

export function classify(array: NamedArray, short: string, rule: string | undefined): Planned {
  const { shape, dtype } = array;
  const name = baseName(short);
  const folders = short.split('/').slice(0, -1).reverse();
  // `arr_0` in train.npz: the file's name speaks for it.
  const speaking = [name, ...folders];
  const ruled = splitOrder.find((split) => split === rule);
  const word = ruled ?? speaking.map(splitOfName).find((split) => split !== null) ?? null;
  const told = speaking.map(contentOfName).find((content) => content !== null) ?? null;
  const isText = /[USO]\d*$/.test(dtype) || dtype === '|O';
  const isColumn = shape.length === 1 || (shape.length === 2 && (shape[0] === 1 || shape[1] === 1));
  let content: Content = 'other';
  if (isText) {
    const isNames = /names?$|classes$|categories|meaning/i.test(name) && !/^y/i.test(name);
    content = isColumn ? (isNames ? 'names' : 'labels') : 'other';
    if (shape.length >= 3 || (dtype.includes('O') && told === 'images')) content = 'images';
  } else if (!numberType(dtype)) content = 'other';
  else if (shape.length >= 3) content = 'images';
  else if (isColumn) content = 'labels';
  else if (shape.length === 2)
    content = told === 'labels' || !isFlatImage(shape[1]!) ? 'labels' : 'images';
  // A mean image beside the images, a table beside the labels.
  if (
    content !== 'names' &&
    /(^|[_\W])(mean|std|deviation|weights?|ids?|index|indices|filenames?|paths?|mask)([_\W]|$)/i.test(
      name,
    )
  )
    content = 'other';
  return {
    array,
    content,
    split: word ?? 'train',
    isNamed: word !== null,
    isTold: told === content,
    short,
    set: [...folders, name].map(setOfName).filter(Boolean).join(' '),
  };
}

/** numpy.savez(file, x_train, y_train, x_test, y_test): the order of the numbers is all there is. */
export function placeNumbered(all: readonly Planned[]): void {
  const byFolder = new Map<string, Planned[]>();
  for (const one of all) {
    if (!/(^|\/)arr_\d+$/.test(one.short) || one.isNamed) continue;
    const folder = one.short.replace(/[^/]*$/, '');
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), one]);
  }
  for (const members of byFolder.values()) {
    const number = ({ short }: Planned) => Number(/\d+$/.exec(short)![0]);
    members.sort((a, b) => number(a) - number(b));
    for (const content of ['images', 'labels'] as const) {
      const ordered = members.filter((one) => one.content === content);
      const order: readonly SplitName[] =
        ordered.length > 2 ? ['train', 'validation', 'test'] : ['train', 'test'];
      if (ordered.length > order.length) continue;
      ordered.forEach((one, i) => (one.split = order[i]!));
    }
  }
}
