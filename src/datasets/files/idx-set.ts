/** A set of IDX files: one of images and one of labels for each split, told apart by their number of dimensions and their names. */
import { DatasetError, type ImageSplit } from '../dataset.ts';
import { fashionMnistClassNames } from '../fashion-mnist.ts';
import { readIdxSplit, type NamedFile } from '../idx.ts';
import type { Archive, Entry } from './archive.ts';
import type { Found } from './assemble.ts';
import { baseName } from './bytes.ts';
import { splitOfName, type SplitName } from './paths.ts';
import type { ReadContext } from './source.ts';

export const isIdx = (head: Uint8Array): boolean =>
  head[0] === 0 &&
  head[1] === 0 &&
  head[2]! >= 0x08 &&
  head[2]! <= 0x0e &&
  (head[3] === 1 || head[3] === 3);

/** MNIST's way to name such files. */
export const isIdxName = (path: string): boolean =>
  /idx[13]-u?byte|\.idx[13]?(-ubyte)?$/i.test(path);

export async function readIdxSet(
  archive: Archive,
  entries: readonly Entry[],
  { progress }: ReadContext,
): Promise<Found> {
  const roles = await Promise.all(
    entries.map(async (entry) => ({
      entry,
      split: splitOfName(baseName(entry.path)),
      rank: await rankOf(entry),
    })),
  );
  const only = (split: SplitName, rank: 1 | 3): Entry | null => {
    const found = roles.filter((role) => role.split === split && role.rank === rank);
    const what = rank === 3 ? 'images (...-images-idx3-ubyte)' : 'labels (...-labels-idx1-ubyte)';
    if (found.length > 1) {
      throw new DatasetError(
        `${archive.name}: expected one file of ${split} ${what}, found ${found.map(({ entry }) => entry.path).join(' and ')}. Choose the files of one set.`,
      );
    }
    return found[0]?.entry ?? null;
  };
  const pairs = (['train', 'validation', 'test'] as const).flatMap((split) => {
    const images = only(split, 3);
    const labels = only(split, 1);
    if (!images && !labels) return [];
    if (!images || !labels) {
      const missing = images
        ? `labels (...-labels-idx1-ubyte) of ${images.path}`
        : `images (...-images-idx3-ubyte) of ${labels!.path}`;
      throw new DatasetError(
        `${archive.name}: expected the ${missing} too, found ${entries.map(({ path }) => path).join(', ')}.`,
      );
    }
    return [{ split, images, labels }];
  });

  const total = entries.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  const files = new Map<Entry, NamedFile>();
  await archive.visit(
    new Set(pairs.flatMap(({ images, labels }) => [images, labels])),
    (entry, bytes) => {
      files.set(entry, { name: entry.name, bytes });
      done += entry.size;
      progress({ phase: 'reading', done, total, unit: 'bytes' });
    },
  );
  const splits: Partial<Record<SplitName, ImageSplit>> = {};
  let size = 0;
  for (const { split, images, labels } of pairs) {
    const read = await readIdxSplit(files.get(images)!, files.get(labels)!, null);
    if (size !== 0 && read.size !== size) {
      throw new DatasetError(
        `${images.name}: image size: expected ${size}, as in ${pairs[0]!.images.path}, found ${read.size}.`,
      );
    }
    size = read.size;
    splits[split] = read.split;
  }
  const fashion =
    /fashion/i.test(archive.name) &&
    Object.values(splits).every(({ labels }) => labels.every((label) => label < 10));
  return {
    kind: 'idx',
    name: archive.name,
    size,
    channels: 1,
    classNames: fashion ? fashionMnistClassNames : null,
    splits,
    notes: [],
  };
}

/** By the bytes; where those are damaged, by the name, so that the reader can say what is wrong with them. */
async function rankOf(entry: Entry): Promise<number> {
  const head = await entry.head();
  if (isIdx(head)) return head[3]!;
  return /labels|idx1/i.test(entry.path) ? 1 : 3;
}
