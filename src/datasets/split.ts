/** Which images a search sees: a seeded choice in which every class keeps its share. */
import type { Labels } from './dataset.ts';
import { hash, shuffle } from './random.ts';

export interface SplitIndices {
  /** Image indices, ascending. */
  readonly search: Uint32Array;
  readonly validation: Uint32Array;
}

export interface SplitSizes {
  /** Images that are chosen for both parts together, at most labels.length. */
  readonly used: number;
  /** Of these, images in the validation part, below `used`. */
  readonly validation: number;
  /** Images that join the validation part from those not chosen: at most labels.length - used. Default 0. */
  readonly spare?: number;
  readonly seed: number;
}

/**
 * Chooses images and splits them; in both parts each class has its share of the set, to within one image. The search
 * part does not depend on `spare`.
 */
export function stratifiedSplit(
  labels: Labels,
  classes: number,
  { used, validation, spare = 0, seed }: SplitSizes,
): SplitIndices {
  const byClass: number[][] = Array.from({ length: classes }, () => []);
  labels.forEach((label, image) => byClass[label]!.push(image));
  byClass.forEach((images, label) => shuffle(images, hash(seed, splitStream, label)));
  const usedShares = allot(
    used,
    byClass.map((images) => images.length),
  );
  const validationShares = allot(validation, usedShares);
  const spareShares = allot(
    spare,
    byClass.map((images, label) => images.length - usedShares[label]!),
  );
  const collect = (choose: (images: number[], label: number) => number[]) =>
    Uint32Array.from(byClass.flatMap(choose)).sort();
  return {
    validation: collect((images, label) => {
      const end = usedShares[label]!;
      return [
        ...images.slice(0, validationShares[label]),
        ...images.slice(end, end + spareShares[label]!),
      ];
    }),
    search: collect((images, label) => images.slice(validationShares[label], usedShares[label])),
  };
}

/** Keeps this stream apart from those of shuffling and augmentation. */
const splitStream = 0x5b1;

/** Divides `total` in proportion to `sizes` (whose sum is at least `total`), by largest remainder; none gets more than its size. */
function allot(total: number, sizes: readonly number[]): number[] {
  const sum = sizes.reduce((a, b) => a + b, 0);
  if (sum === 0) return sizes.map(() => 0);
  const exact = sizes.map((size) => (size * total) / sum);
  const shares = exact.map(Math.floor);
  const order = sizes
    .map((_, i) => i)
    .sort((a, b) => exact[b]! - shares[b]! - (exact[a]! - shares[a]!) || a - b);
  let left = total - shares.reduce((a, b) => a + b, 0);
  for (const i of order) {
    if (left === 0) break;
    shares[i]!++;
    left--;
  }
  return shares;
}
