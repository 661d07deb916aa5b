/** Labels as files have them (numbers from anywhere, strings, one column per class), as class indices and class names. */
import { DatasetError, type Labels } from '../dataset.ts';
import type { SplitName } from '../outline.ts';
import {
  numberReader,
  numberType,
  product,
  stringsOf,
  stridesOf,
  type NamedArray,
} from './array.ts';

export type LabelValues = readonly number[] | readonly string[];

/** Whether an array's shape can be one label an image, or one column per class. */
export const labelCount = ({ shape }: Pick<NamedArray, 'shape'>): number =>
  shape.length === 2 && shape[0] === 1 ? shape[1]! : (shape[0] ?? 0);

/** @throws DatasetError naming the array and what it holds instead of labels. */
export function labelValues(bytes: Uint8Array, array: NamedArray): LabelValues {
  const { dtype, shape, name } = array;
  if (/^[<>|=]?[US]\d+$/.test(dtype)) return stringsOf(bytes, array);
  if (!numberType(dtype))
    throw new DatasetError(
      `${name}: dtype: expected whole numbers or strings as labels, found '${dtype}'${/O/.test(dtype) ? ' (Python objects, which are never executed or read)' : ''}. Save them as np.array(labels, dtype=np.int64).`,
    );
  const read = numberReader(bytes, dtype);
  const columns = shape.length === 2 && shape[0] !== 1 && shape[1] !== 1 ? shape[1]! : 1;
  if (columns > 1) return oneHot(array, read);
  const labels = Array.from({ length: product(shape) }, (_, image) => {
    const label = read(image);
    if (!Number.isInteger(label) || Math.abs(label) > 2 ** 31)
      throw new DatasetError(
        `${name}: label of image ${image}: expected a whole number, found ${label}.`,
      );
    return label;
  });
  const negative = labels.findIndex((label) => label < 0);
  // Two classes are now and then -1 and 1; otherwise a negative label stands for none.
  if (negative >= 0 && labels.some((label) => label !== -1 && label !== 1))
    throw new DatasetError(
      `${name}: label of image ${negative}: expected 0 or more, found ${labels[negative]!}. Leave out images without a class.`,
    );
  return labels;
}

function oneHot(array: NamedArray, read: (i: number) => number): number[] {
  const { shape, name } = array;
  const [count, columns] = shape as [number, number];
  const strides = stridesOf(array);
  let several = 0;
  const labels = Array.from({ length: count }, (_, image) => {
    let label = -1;
    let ones = 0;
    for (let column = 0; column < columns; column++) {
      const value = read(image * strides[0]! + column * strides[1]!);
      if (value !== 0 && value !== 1)
        throw new DatasetError(
          `${name}: shape: expected one label per image, or one column of 0 and 1 per class, found ${count} x ${columns} with the value ${value}. Keep the column with the classes.`,
        );
      if (value === 1) {
        ones++;
        label = column;
      }
    }
    if (ones !== 1) several++;
    return label;
  });
  if (several > 0)
    throw new DatasetError(
      `${name}: a multi-label set: ${several} of ${count} images have no class or several of the ${columns}. Expected exactly one class per image: choose one column, or a set with single labels.`,
    );
  return labels;
}

export interface Indexed {
  classNames: string[];
  labels: Map<SplitName, Labels>;
  notes: string[];
}

/**
 * Class indices, in order of the values that occur in training: gaps are closed, counting may begin anywhere.
 * @param names by value: a list counts from 0, or from 1 where the labels do
 * @throws DatasetError naming the image whose label training never saw.
 */
export function indexLabels(
  set: string,
  values: ReadonlyMap<SplitName, LabelValues>,
  names: readonly string[] | ReadonlyMap<number, string> | null = null,
): Indexed {
  const notes: string[] = [];
  const train = values.get('train');
  if (!train)
    throw new DatasetError(
      `${set}: expected training images, found only ${[...values.keys()].join(' and ')} images. Choose the training files as well.`,
    );
  const distinct = [...new Set<number | string>(train)].sort((a, b) =>
    typeof a === 'number' && typeof b === 'number' ? a - b : String(a) < String(b) ? -1 : 1,
  );
  let classes = distinct;
  let nameOf = (value: number | string): string => String(value);
  if (names && typeof distinct[0] !== 'string') {
    const [first, last] = [Number(distinct[0]), Number(distinct.at(-1))];
    const base = Array.isArray(names) && first >= 1 && last === names.length ? 1 : 0;
    const known: ReadonlyMap<number, string> =
      names instanceof Map
        ? (names as ReadonlyMap<number, string>)
        : new Map((names as readonly string[]).map((name, i) => [i + base, name]));
    const strange = train.findIndex((value) => !known.has(value as number));
    if (strange >= 0)
      throw new DatasetError(
        `${set}: label of training image ${strange}: expected one of the ${known.size} classes with names, found ${train[strange]!}.`,
      );
    // A list of names is the list of classes; a table of names may hold more than the set.
    if (!(names instanceof Map)) classes = [...known.keys()];
    nameOf = (value) => known.get(value as number) ?? String(value);
  } else if (distinct[0] === 1 && distinct.at(-1) === distinct.length) {
    notes.push(`Labels count from 1: class '1' is the first of ${distinct.length}.`);
  } else if (
    typeof distinct[0] === 'number' &&
    distinct.some((value, i) => value !== i) &&
    distinct.length < 1000
  ) {
    notes.push(
      `The labels are not 0 to ${distinct.length - 1}: the classes are ${distinct.slice(0, 8).join(', ')}${distinct.length > 8 ? ', ...' : ''}, as found in the training images.`,
    );
  }
  const index = new Map(classes.map((value, label) => [value, label]));
  const labels = new Map<SplitName, Labels>();
  for (const [split, all] of values) {
    const result = classes.length > 256 ? new Uint16Array(all.length) : new Uint8Array(all.length);
    all.forEach((value, image) => {
      const label = index.get(value);
      if (label === undefined) throw unseen(set, split, image, value, classes);
      result[image] = label;
    });
    labels.set(split, result);
  }
  return { classNames: classes.map(nameOf), labels, notes };
}

function unseen(
  set: string,
  split: SplitName,
  image: number,
  value: number | string,
  classes: readonly (number | string)[],
): DatasetError {
  const [first, last] = [classes[0], classes.at(-1)];
  const expected =
    typeof value === 'number' && value > Number(last)
      ? `at most ${last}`
      : typeof value === 'number' && value < Number(first)
        ? `${first} to ${last}`
        : `one of the classes ${classes.slice(0, 6).join(', ')}${classes.length > 6 ? ', ...' : ''}`;
  return new DatasetError(
    `${set}: label of ${split} image ${image}: expected ${expected}, as in the training images, found ${value}.`,
  );
}
