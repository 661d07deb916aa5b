/** IDX files by their headers and names: which are images, which labels, of which split, and which belong together. */
import { DatasetError } from '../dataset.ts';
import type { Archive } from '../files/archive.ts';
import { baseName, viewOf } from '../files/bytes.ts';
import type { Entry } from '../files/entry.ts';
import { withoutCommonRoot } from '../files/paths.ts';
import type { LeftOut, SplitName } from '../outline.ts';
import { setOfName, splitOfName } from '../tree/words.ts';
import { splitOrder } from './format.ts';

export const isIdx = (head: Uint8Array): boolean =>
  head[0] === 0 &&
  head[1] === 0 &&
  [0x08, 0x09, 0x0b, 0x0c, 0x0d, 0x0e].includes(head[2]!) &&
  head[3]! >= 1 &&
  head[3]! <= 4;

/** MNIST's way to name such files. */
export const isIdxName = (path: string): boolean =>
  /idx[1-4]-?(u?byte|int|short|float|double)?$|\.idx$/i.test(path);

interface Role {
  entry: Entry;
  rank: number;
  split: SplitName;
  set: string;
}

export interface Pair {
  split: SplitName;
  images: Entry;
  labels: Entry;
}

export function fitsSize(head: Uint8Array, size: number): boolean {
  const rank = head[3]!;
  if (head.length < 4 + 4 * rank) return false;
  const view = viewOf(head);
  let values = 1;
  for (let axis = 0; axis < rank; axis++) values *= view.getUint32(4 + 4 * axis);
  const width = { 0x08: 1, 0x09: 1, 0x0b: 2, 0x0c: 4, 0x0d: 4, 0x0e: 8 }[head[2]!]!;
  // A gzipped file's size is what its last bytes say.
  return values > 0 && Math.abs(4 + 4 * rank + values * width - size) <= 4096;
}

/** Kaggle has `train-images.idx3-ubyte` beside a folder `train-images-idx3-ubyte` with the same file in it. */
export function withoutDoubles(claimed: readonly Entry[], leftOut: LeftOut[]): Entry[] {
  const byName = new Map<string, Entry>();
  for (const entry of claimed) {
    const key = `${baseName(entry.path)
      .toLowerCase()
      .replace(/[^a-z0-9]/g, '')} ${entry.size}`;
    const before = byName.get(key);
    if (before)
      leftOut.push({ what: entry.path, count: 1, unit: 'files', why: `repeats ${before.path}` });
    else byName.set(key, entry);
  }
  return [...byName.values()];
}

export const rolesOf = (entries: readonly Entry[]): Promise<Role>[] => {
  const shorts = withoutCommonRoot(entries.map(({ path }) => path));
  return entries.map(async (entry, i) => {
    const parts = shorts[i]!.split('/').reverse();
    return {
      entry,
      rank: await rankOf(entry),
      split: parts.map(splitOfName).find((split) => split !== null) ?? 'train',
      set: setOfName(parts[0]!.replace(/idx\d?[-_]?(ubyte|byte|int)?/gi, ' ')),
    };
  });
};

/** By the bytes; where those are damaged, by the name, so that the reader can say what is wrong with them. */
async function rankOf(entry: Entry): Promise<number> {
  const head = await entry.head();
  if (isIdx(head)) return head[3]!;
  return /labels|idx[12]/i.test(entry.path) ? 1 : 3;
}

/** One group, unless there are several files of one role: then by what the names share. */
export function groups(roles: readonly Role[]): Map<string, Role[]> {
  const isClear = splitOrder.every((split) =>
    [true, false].every(
      (isImages) =>
        roles.filter((role) => role.split === split && role.rank >= 3 === isImages).length <= 1,
    ),
  );
  const result = new Map<string, Role[]>();
  for (const role of roles) {
    const set = isClear ? '' : role.set;
    result.set(set, [...(result.get(set) ?? []), role]);
  }
  return result;
}

export function pairsOf(archive: Archive, roles: readonly Role[]): Pair[] {
  const only = (split: SplitName, isImages: boolean): Entry | null => {
    const found = roles.filter((role) => role.split === split && role.rank >= 3 === isImages);
    const what = isImages ? 'images (...-images-idx3-ubyte)' : 'labels (...-labels-idx1-ubyte)';
    if (found.length > 1) {
      throw new DatasetError(
        `${archive.name}: expected one file of ${split} ${what}, found ${found.map(({ entry }) => entry.path).join(' and ')}. Choose the files of one set.`,
      );
    }
    return found[0]?.entry ?? null;
  };
  return splitOrder.flatMap((split) => {
    const images = only(split, true);
    const labels = only(split, false);
    if (!images && !labels) return [];
    if (!images || !labels) {
      const missing = images
        ? `labels (...-labels-idx1-ubyte) of ${images.path}`
        : `images (...-images-idx3-ubyte) of ${labels!.path}`;
      throw new DatasetError(
        `${archive.name}: expected the ${missing} as well, found ${roles.map(({ entry }) => entry.path).join(', ')}.`,
      );
    }
    return [{ split, images, labels }];
  });
}
