/** Which of some arrays are images, labels and class names, of which split: by their shapes, types and names. */
import { DatasetError } from '../dataset.ts';
import { baseName } from '../files/bytes.ts';
import { withoutCommonRoot } from '../files/paths.ts';
import { splitOrder } from '../formats/format.ts';
import type { Choices, LeftOut, RoleChoice, SplitName } from '../outline.ts';
import { contentOfName, splitOfName } from '../tree/words.ts';
import { product, type NamedArray } from './array.ts';
import { classify, describe, placeNumbered, type Planned } from './classify.ts';
import { countsLast } from './images.ts';
import { labelCount } from './labels.ts';

export interface ArrayPair {
  split: SplitName;
  images: NamedArray;
  /** Null where every array is one class. */
  labels: NamedArray | null;
  /** Of the class that the whole array is. */
  className: string | null;
}

export interface ArrayPlan {
  /** '' where there is one set. */
  set: string;
  pairs: ArrayPair[];
  names: NamedArray | null;
  leftOut: LeftOut[];
  roles: RoleChoice[];
}

/** @throws DatasetError saying what was found and what is missing. */
export function planArrays(
  archive: string,
  arrays: readonly NamedArray[],
  choices: Choices,
): ArrayPlan[] {
  const shorts = withoutCommonRoot(arrays.map(({ path }) => path));
  const rules = choices.split === 'none' ? {} : choices.split;
  const unknown = Object.keys(rules).find((path) => !shorts.includes(path));
  if (unknown !== undefined)
    throw new DatasetError(
      `${archive}: no array '${unknown}'; the arrays are ${shorts.slice(0, 8).join(', ')}${shorts.length > 8 ? ', ...' : ''}.`,
    );
  const all = arrays.map((array, i) => classify(array, shorts[i]!, rules[shorts[i]!]));
  const left = all.filter(({ short }) => rules[short] !== 'out');
  placeNumbered(left);
  const list = all.map(({ array }) => `${array.path} (${describe(array)})`);
  const found =
    list.length > 8
      ? `${list.slice(0, 8).join(', ')} and ${list.length - 8} more`
      : list.join(', ');
  const images = left.filter(({ content }) => content === 'images');
  const labels = left.filter(({ content }) => content === 'labels');
  if (images.length === 0)
    throw new DatasetError(
      `${archive}: expected an array of images (count x height x width, with or without channels), found ${found || 'no array'}.`,
    );
  const byClass = onePerClass(images, labels);
  const names = left.find(({ content }) => content === 'names')?.array ?? null;
  if (byClass) return [finish('', byClass, names, all, choices)];
  const sets = groups(left, images);
  const plans: ArrayPlan[] = [];
  let problem: DatasetError | null = null;
  for (const [set, members] of sets) {
    try {
      const pairs = pairsOf(archive, members, found);
      const own = members.find(({ content }) => content === 'names')?.array ?? names;
      plans.push(finish(set, pairs, own, sets.size > 1 ? members : all, choices));
    } catch (error) {
      if (!(error instanceof DatasetError)) throw error;
      problem ??= error;
    }
  }
  if (plans.length === 0) throw problem!;
  // What belongs to no set is left out of the one there is.
  const [only] = plans;
  if (only && plans.length === 1) return [finish('', only.pairs, only.names, all, choices)];
  return plans;
}

/** Quick, Draw!'s way: an array of images for each class, no labels anywhere. */
function onePerClass(images: readonly Planned[], labels: readonly Planned[]): ArrayPair[] | null {
  if (labels.length > 0 || images.length < 2) return null;
  const [first] = images as [Planned];
  const sameShape = images.every(
    ({ array: { shape, dtype } }) =>
      dtype === first.array.dtype && shape.slice(1).join() === first.array.shape.slice(1).join(),
  );
  const namesOf = images.map(({ short }) => baseName(short));
  // x_train.npy and x_test.npy without labels are no classes.
  if (
    !sameShape ||
    namesOf.some((name) => splitOfName(name) !== null || contentOfName(name) === 'images')
  )
    return null;
  let shared = namesOf[0]!;
  for (const name of namesOf) while (!name.startsWith(shared)) shared = shared.slice(0, -1);
  shared = /^.*[^\p{L}\p{N}]/u.exec(shared)?.[0] ?? '';
  const classes = namesOf.map((name) => name.slice(shared.length));
  return images.map(({ array, split }, i) => ({
    split,
    images: array,
    labels: null,
    className: classes[i]!,
  }));
}

/** One group where each split has one array of images; otherwise by what the names share. */
function groups(all: readonly Planned[], images: readonly Planned[]): Map<string, Planned[]> {
  const isClear = splitOrder.every(
    (split) => images.filter((one) => one.split === split).length <= 1,
  );
  if (isClear) return new Map([['', [...all]]]);
  const result = new Map<string, Planned[]>();
  for (const one of all) result.set(one.set, [...(result.get(one.set) ?? []), one]);
  const withImages = [...result].filter(([, members]) =>
    members.some(({ content }) => content === 'images'),
  );
  const withLabels = withImages.filter(([, members]) =>
    members.some(({ content }) => content === 'labels'),
  );
  return new Map(withLabels.length > 0 ? withLabels : [['', [...all]]]);
}

function pairsOf(archive: string, members: readonly Planned[], found: string): ArrayPair[] {
  const best = (candidates: readonly Planned[], what: string): Planned | null => {
    const told = candidates.filter(({ isTold }) => isTold);
    const left = told.length > 0 ? told : candidates;
    if (left.length > 1)
      throw new DatasetError(
        `${archive}: expected one array of ${what}, found ${left.map(({ short, array }) => `${short} (${describe(array)})`).join(' and ')}. Exclude one: --split ${left[1]!.short}=out.`,
      );
    return left[0] ?? null;
  };
  const pairs: ArrayPair[] = [];
  for (const split of splitOrder) {
    const here = members.filter((one) => one.split === split);
    const images = best(
      here.filter(({ content }) => content === 'images'),
      `${split} images`,
    );
    const fits = here.filter(
      ({ content, array }) =>
        content === 'labels' && (!images || canCount(images.array, labelCount(array))),
    );
    const any = here.filter(({ content, isTold }) => content === 'labels' && isTold);
    const labels = best(fits, `${split} labels`) ?? (images ? best(any, `${split} labels`) : null);
    if (!images && !labels) continue;
    // An empty part is none.
    if (images && product(images.array.shape) === 0 && (!labels || labelCount(labels.array) === 0))
      continue;
    if (!images || !labels) {
      // Numbers beside the images that are no split's labels do not make one.
      if (!images && !labels!.isNamed) continue;
      throw new DatasetError(
        `${archive}: expected ${split} ${images ? 'labels (whole numbers, one per image)' : 'images (count x height x width)'} as well, found ${found}.`,
      );
    }
    pairs.push({ split, images: images.array, labels: labels.array, className: null });
  }
  if (pairs.length === 0)
    throw new DatasetError(`${archive}: expected arrays of images and labels, found ${found}.`);
  return pairs;
}

const canCount = ({ shape }: NamedArray, labels: number): boolean =>
  shape[0] === labels || countsLast(shape, labels);

function finish(
  set: string,
  pairs: ArrayPair[],
  names: NamedArray | null,
  all: readonly Planned[],
  { split: rules }: Choices,
): ArrayPlan {
  const used = new Set(pairs.flatMap(({ images, labels }) => [images, labels]));
  const leftOut = all
    .filter(({ array }) => !used.has(array) && array !== names)
    .map(({ short, array }) => ({
      what: short,
      count: 1,
      unit: 'files' as const,
      why:
        rules !== 'none' && rules[short] === 'out'
          ? 'as chosen'
          : `is neither the images nor the labels of a split (${describe(array)})`,
    }));
  const shortOf = new Map(all.map(({ array, short }) => [array, short]));
  const roles = pairs
    .filter(({ className }) => className === null)
    .flatMap(({ split, images, labels }) =>
      [images, labels!].map((array) => ({
        path: shortOf.get(array) ?? array.path,
        role: split,
        images: array === images ? null : 0,
        choices: [...splitOrder, 'out' as const],
        question: null,
      })),
    );
  return { set, pairs, names, leftOut, roles: roles.filter(({ images }) => images === null) };
}
