/**
 * MNIST and its relatives in IDX files: a file of images and one of labels for each split, told apart by their number of
 * dimensions and their names. EMNIST's images are stored transposed (Cohen et al. 2017), QMNIST's labels have 8 columns of
 * which the first is the class (Yadav and Bottou 2019).
 */
import { indexLabels, type LabelValues } from '../arrays/labels.ts';
import { squareImages } from '../arrays/images.ts';
import { DatasetError, type ImageSplit } from '../dataset.ts';
import { fashionMnistClassNames } from '../fashion-mnist.ts';
import type { Archive } from '../files/archive.ts';
import type { Entry } from '../files/entry.ts';
import { baseName, viewOf } from '../files/bytes.ts';
import { linesOf } from '../files/text.ts';
import { readIdx, readIdxHeader, type IdxArray } from '../idx.ts';
import type { LeftOut, SplitName } from '../outline.ts';
import { setOfName } from '../tree/words.ts';
import { splitOrder, type DatasetFormat, type FormatContext, type Plan } from './format.ts';
import {
  fitsSize,
  groups,
  isIdx,
  isIdxName,
  pairsOf,
  rolesOf,
  withoutDoubles,
  type Pair,
} from './idx-pairs.ts';

export const idx: DatasetFormat = {
  id: 'idx',
  label: 'IDX',
  files: 'IDX files (...-idx3-ubyte)',
  // Volumes and PNG images may begin with zeros too: a name or a header that fits the size.
  claims: ({ path, size, head }) =>
    head !== null && (isIdxName(path) || (isIdx(head) && fitsSize(head, size))),
  async plan(archive, claimed, context) {
    const leftOut: LeftOut[] = [];
    const roles = await Promise.all(rolesOf(withoutDoubles(claimed, leftOut)));
    const sets = groups(roles);
    const plans: Plan[] = [];
    let problem: DatasetError | null = null;
    for (const [set, members] of sets) {
      try {
        const pairs = pairsOf(archive, members);
        plans.push(await planOf(sets.size > 1 ? set : '', archive, pairs, leftOut, context));
      } catch (error) {
        if (!(error instanceof DatasetError)) throw error;
        problem ??= error;
        if (sets.size > 1)
          for (const { entry } of members)
            leftOut.push({
              what: entry.path,
              count: 1,
              unit: 'files',
              why: 'has no matching file of labels or images',
            });
      }
    }
    if (plans.length === 0) throw problem!;
    for (const plan of plans) plan.outline.leftOut = [...leftOut];
    return plans;
  },
};

async function planOf(
  set: string,
  archive: Archive,
  pairs: readonly Pair[],
  leftOut: readonly LeftOut[],
  context: FormatContext,
): Promise<Plan> {
  const values = new Map<SplitName, LabelValues>();
  await archive.visit(new Set(pairs.map(({ labels }) => labels)), async (entry, bytes) => {
    const { split } = pairs.find(({ labels }) => labels === entry)!;
    values.set(split, await labelsIn(entry, bytes));
  });
  const isEmnist = pairs.some(({ images }) => /emnist/i.test(images.name));
  const notes: string[] = [];
  const isTurned = isEmnist && context.choices.upright;
  if (isEmnist)
    notes.push(
      isTurned
        ? 'The images, which EMNIST stores transposed, are transposed back.'
        : 'EMNIST stores its images transposed; they are read as stored. --upright (in the page: Upright) transposes them back.',
    );
  const isFashion =
    /fashion/i.test(`${archive.name} ${pairs[0]!.images.name}`) &&
    [...values.values()].every((all) => all.every((label) => Number(label) < 10));
  const names = isFashion ? fashionMnistClassNames : await mappingOf(set, archive);
  const indexed = indexLabels(archive.name, values, names);
  notes.push(...indexed.notes);
  const shape = await shapeOf(pairs[0]!.images);
  const size = shape ? Math.min(...shape) : 0;
  if (shape && shape[0] !== shape[1])
    notes.push(
      `The images are ${shape[1]} x ${shape[0]} pixels; the middle ${size} x ${size} of each are read.`,
    );
  const { classNames } = indexed;
  return {
    kind: 'idx',
    outline: {
      set,
      splits: splitOrder.flatMap((split) => {
        const labels = indexed.labels.get(split);
        return labels ? [{ split, images: labels.length, classes: new Set(labels).size }] : [];
      }),
      classNames,
      leftOut: [...leftOut],
      notes,
      roles: [],
    },
    async samples(count) {
      if (!shape) return null;
      const imageBytes = size * size;
      const parts: Uint8Array[] = [];
      const captions: { split: SplitName; label: string | null }[] = [];
      for (const { split, images } of pairs) {
        const labels = indexed.labels.get(split)!;
        const wanted = Math.min(Math.ceil(count / pairs.length), labels.length);
        const bytes = (await images.head(16 + wanted * shape[0] * shape[1])).subarray(16);
        const whole = Math.floor(bytes.length / (shape[0] * shape[1]));
        const array = { dimensions: [whole, ...shape], values: bytes, type: 0x08 };
        parts.push(squared(array, images.name, isTurned));
        for (let i = 0; i < whole; i++) captions.push({ split, label: classNames[labels[i]!]! });
      }
      const all = new Uint8Array(captions.length * imageBytes);
      parts.reduce((at, part) => (all.set(part, at), at + part.length), 0);
      return { size, channels: 1, images: all, captions };
    },
    async read() {
      const splits: Partial<Record<SplitName, ImageSplit>> = {};
      const total = pairs.reduce((sum, { images }) => sum + images.size, 0);
      let done = 0;
      let first: { size: number; path: string } | null = null;
      await archive.visit(new Set(pairs.map(({ images }) => images)), async (entry, bytes) => {
        const pair = pairs.find(({ images }) => images === entry)!;
        const array = await readIdx({ name: entry.name, bytes }, 3);
        const labels = indexed.labels.get(pair.split)!;
        const [count, rows, columns] = array.dimensions as [number, number, number];
        if (count !== labels.length)
          throw new DatasetError(
            `${pair.labels.name}: number of labels: expected ${count}, as many as there are images in ${entry.name}, found ${labels.length}. Do the two files belong together?`,
          );
        if (count === 0 || rows === 0 || columns === 0)
          throw new DatasetError(
            `${entry.name}: number of images: expected at least 1, found ${count} of ${rows} x ${columns} pixels.`,
          );
        const side = Math.min(rows, columns);
        first ??= { size: side, path: entry.path };
        if (side !== first.size)
          throw new DatasetError(
            `${entry.name}: image size: expected ${first.size}, as in ${first.path}, found ${side}.`,
          );
        splits[pair.split] = { count, images: squared(array, entry.name, isTurned), labels };
        done += entry.size;
        context.progress({ phase: 'reading', done, total, unit: 'bytes' });
      });
      const read = first as { size: number } | null;
      return {
        kind: 'idx',
        name: archive.name,
        size: read?.size ?? 0,
        channels: 1,
        classNames,
        splits,
        notes,
      };
    },
  };
}

function squared(array: IdxArray, name: string, transposed: boolean): Uint8Array {
  const [count, rows, columns] = array.dimensions as [number, number, number];
  const strides = {
    n: rows * columns,
    y: transposed ? 1 : columns,
    x: transposed ? columns : 1,
    c: 0,
  };
  const [height, width] = transposed ? [columns, rows] : [rows, columns];
  const described = {
    dtype: '|u1',
    shape: array.dimensions,
    fortranOrder: false,
    path: name,
    name,
  };
  return squareImages(
    array.values,
    described,
    { count, height, width, channels: 1, strides, note: null },
    1,
  );
}

/** Rows and columns; null where the header is damaged, which the reading then reports. */
async function shapeOf(entry: Entry): Promise<[number, number] | null> {
  const head = await entry.head();
  if (!isIdx(head) || head[3] !== 3 || head.length < 16) return null;
  const view = viewOf(head);
  return [view.getUint32(8), view.getUint32(12)];
}

async function labelsIn(entry: Entry, bytes: Uint8Array): Promise<number[]> {
  const file = { name: entry.name, bytes };
  const header = await readIdxHeader(file);
  if (header.dimensions.length === 2) {
    const [count, columns] = header.dimensions as [number, number];
    if (columns !== 8)
      throw new DatasetError(
        `${entry.name}: number of dimensions: expected one label per image, or QMNIST's 8 columns, found ${count} x ${columns}.`,
      );
    return header.numbers().filter((_, i) => i % columns === 0);
  }
  const array = await readIdx(file, 1);
  return array.type === 0x08 ? [...array.values] : header.numbers();
}

/** `emnist-balanced-mapping.txt`: a label and the code of its character, or two where upper and lower case are one class. */
async function mappingOf(
  set: string,
  archive: Archive,
): Promise<ReadonlyMap<number, string> | null> {
  const files = archive.entries.filter(({ path }) => /mapping\.txt$/i.test(path));
  const own = files.filter(({ path }) => set === '' || setOfName(baseName(path)).startsWith(set));
  const [file] = own.length > 0 ? own : [];
  if (!file || own.length > 1) return null;
  let names: Map<number, string> | null = null;
  await archive.visit(new Set([file]), (_, bytes) => {
    const rows = linesOf(bytes).map((line) => line.split(/\s+/).map(Number));
    if (rows.every((row) => row.length >= 2 && row.every((code) => code >= 0 && code < 0x110000)))
      names = new Map(rows.map(([label, code]) => [label!, String.fromCodePoint(code!)]));
  });
  return names;
}
