/** From what a format's reader found to a data set that can be searched on, or an error that says why not. */
import { DatasetError, type Dataset, type ImageSplit, type Labels } from '../dataset.ts';
import { stratifiedSplit } from '../split.ts';
import type { SplitName } from '../outline.ts';

export type DatasetKind =
  'cifar-10' | 'cifar-100' | 'idx' | 'image-folder' | 'npz' | 'matlab' | 'stl-10';

export interface Found {
  kind: DatasetKind;
  name: string;
  size: number;
  channels: number;
  classNames: readonly string[];
  splits: Partial<Record<SplitName, ImageSplit>>;
  notes: string[];
}

export interface ReadResult {
  dataset: Dataset;
  kind: DatasetKind;
  /** What was decided on the way, in sentences a user should see. */
  notes: readonly string[];
}

/** Share of each class held out where the files have no test images. */
export const heldOutShare = 0.1;
/** The same images are held out whenever the same files are read. */
const heldOutSeed = 1;

/** Splits before it is settled which of them serve as what. */
export interface FoundSplits<S> {
  name: string;
  classNames: readonly string[];
  splits: Partial<Record<SplitName, S>>;
  notes: readonly string[];
}

interface Labelled {
  readonly count: number;
  readonly labels: Labels;
}

/**
 * Settles the splits (validation images serve as test images where there are none; otherwise a share of each class is
 * held out), the class names, and what a search cannot do without.
 * @throws DatasetError naming what is missing.
 */
export function assemble(found: Found): ReadResult {
  const { kind, name, size, channels, classNames } = found;
  const imageBytes = size * size * channels;
  const { train, test, notes } = settleSplits(found, (whole, held) =>
    takeOut(whole, held, imageBytes),
  );
  return { dataset: { name, size, channels, classNames, train, test }, kind, notes };
}

/** @param takeOut divides a split: what stays, and the images held out (ascending). @throws DatasetError as `assemble`. */
export function settleSplits<S extends Labelled>(
  { name, classNames, splits, notes: before }: FoundSplits<S>,
  takeOut: (whole: S, held: Uint32Array) => [S, S],
): { train: S; test: S; notes: string[] } {
  const notes = [...before];
  const { train: whole, validation } = splits;
  let { test } = splits;
  if (!whole)
    throw new DatasetError(
      `${name}: expected training images, found only test images. Choose the training files as well.`,
    );
  if (!test && validation) {
    test = validation;
    notes.push('There are no test images; the validation images are used as test images.');
  } else if (validation) {
    notes.push(
      `${validation.count} validation images are left out: a search splits the training images itself.`,
    );
  }
  let train = whole;
  checkClasses(name, train.labels, classNames);
  if (!test) {
    [train, test] = takeOut(whole, heldOut(whole, classNames.length));
    notes.push(
      `There are no test images; ${test.count} of ${whole.count}, ${100 * heldOutShare}% of each class, are held out as test images.`,
    );
    const [single] = countClasses(train.labels, classNames.length).flatMap((count, label) =>
      count === 0 ? [classNames[label]!] : [],
    );
    if (single !== undefined)
      throw new DatasetError(
        `${name}: class '${single}' has too few images: there are no test images, and the ${test.count} held out as test images leave none of this class for training. Add images of it, or test images.`,
      );
  }
  return { train, test, notes };
}

function heldOut({ count, labels }: Labelled, classes: number): Uint32Array {
  const validation = Math.max(1, Math.round(count * heldOutShare));
  return stratifiedSplit(labels, classes, { used: count, validation, seed: heldOutSeed })
    .validation;
}

/** Images of each class. */
export function countClasses(labels: Labels, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) counts[label]!++;
  return counts;
}

function checkClasses(name: string, labels: Labels, classNames: readonly string[]): void {
  if (classNames.length < 2)
    throw new DatasetError(
      `${name}: number of classes: expected at least 2, found ${classNames.length}.`,
    );
  const empty = countClasses(labels, classNames.length).flatMap((count, label) =>
    count === 0 ? [`'${classNames[label]}'`] : [],
  );
  if (empty.length > 0) {
    const which =
      empty.slice(0, 3).join(', ') + (empty.length > 3 ? ` and ${empty.length - 3} more` : '');
    throw new DatasetError(
      `${name}: class ${which}: expected training images of every class, found none. Add images, or remove the class.`,
    );
  }
}

/** Takes images away, in place: the larger part keeps its memory. */
function takeOut(
  { count, images, labels }: ImageSplit,
  held: Uint32Array,
  imageBytes: number,
): [ImageSplit, ImageSplit] {
  const out = {
    count: held.length,
    images: new Uint8Array(held.length * imageBytes),
    labels: labels.slice(0, held.length),
  };
  let next = 0;
  let kept = 0;
  for (let image = 0; image < count; image++) {
    const bytes = images.subarray(image * imageBytes, (image + 1) * imageBytes);
    if (held[next] === image) {
      out.images.set(bytes, next * imageBytes);
      out.labels[next++] = labels[image]!;
    } else {
      images.set(bytes, kept * imageBytes);
      labels[kept++] = labels[image]!;
    }
  }
  return [
    {
      count: kept,
      images: images.subarray(0, kept * imageBytes),
      labels: labels.subarray(0, kept),
    },
    out,
  ];
}
