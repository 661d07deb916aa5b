/** What a data set's files were taken for, before any of it is read whole: plain data, shown by the page and the shell. */

export type SplitName = 'train' | 'validation' | 'test';

/** What a folder (or an array) is: a split, a class (or a folder of classes), or left out. */
export type Role = SplitName | 'class' | 'out';
export const roles: readonly Role[] = ['train', 'validation', 'test', 'class', 'out'];

export interface LeftOut {
  /** A path, or a description of several files. */
  what: string;
  count: number;
  unit: 'images' | 'files';
  why: string;
}

/** A folder or an array whose role can be chosen. */
export interface RoleChoice {
  path: string;
  role: Role;
  /** Images in it; null where that is not known yet. */
  images: number | null;
  choices: readonly Role[];
  /** Why the user has to decide; null where nothing is doubtful. */
  question: string | null;
}

export interface SplitOutline {
  split: SplitName;
  /** Null where that is not known yet. */
  images: number | null;
  classes: number | null;
}

export interface Outline {
  /** Which of the sets found; '' where there is one. */
  set: string;
  splits: SplitOutline[];
  /** Null where the labels tell. */
  classNames: readonly string[] | null;
  leftOut: LeftOut[];
  notes: string[];
  roles: RoleChoice[];
}

/** How a set of image files is kept: its pixels at one size, or the files, decoded whenever a batch takes them. */
export type Kept = 'decoded' | 'encoded';

/** Why a set is kept so, and what either would take. */
export interface Keeping {
  kept: Kept;
  /** A sentence. */
  why: string;
}

/** Bytes of pixels from which a set stays encoded, if nobody chooses: import and search hold all of them in memory. */
export const decodedBound = 2 ** 30;

/** @param wanted null: by size */
export function keepingOf(
  {
    images,
    imageSize,
    decodedBytes,
    encodedBytes,
  }: { images: number; imageSize: number; decodedBytes: number; encodedBytes: number },
  wanted: Kept | null,
): Keeping {
  const mebibytes = (bytes: number) => `${Math.ceil(bytes / 2 ** 20).toLocaleString('en-US')} MiB`;
  const sizes = `${images.toLocaleString('en-US')} images at ${imageSize} pixels take ${mebibytes(decodedBytes)} as pixels, ${mebibytes(encodedBytes)} as files`;
  const kept = wanted ?? (decodedBytes > decodedBound ? 'encoded' : 'decoded');
  const outcome =
    kept === 'encoded'
      ? 'the files are kept as they are, and decoded while a network is trained'
      : 'the pixels are kept, in memory while a network is trained';
  const reason =
    wanted === null ? ` (the bound for pixels is ${mebibytes(decodedBound)})` : ', as chosen';
  return { kept, why: `${sizes}: ${outcome}${reason}.` };
}

/** What the user decided; the same in the page and in the shell. */
export interface Choices {
  /** Labels of CIFAR-100. */
  labelKind: 'fine' | 'coarse';
  /** By path; `none` = no folder is a split. */
  split: Readonly<Record<string, Role>> | 'none';
  /** Which of several sets; null = the only one. */
  pick: string | null;
  /** Of names in archives that do not say; null = guess. */
  encoding: string | null;
  /** Turn EMNIST's images, which are stored transposed. */
  upright: boolean;
  /** How image files are kept; null = by their size. */
  kept: Kept | null;
}

export const noChoices: Choices = {
  labelKind: 'fine',
  split: {},
  pick: null,
  encoding: null,
  upright: false,
  kept: null,
};

const some = (count: number, unit: 'images' | 'files'): string =>
  `${count} ${count === 1 ? unit.slice(0, -1) : unit}`;

/** "train: 4 classes, 120 images; test: 4 classes; left out: docs/ (3 images)". */
export function outlineSentence({ splits, leftOut }: Pick<Outline, 'splits' | 'leftOut'>): string {
  const parts = splits.map(({ split, images, classes }) => {
    const facts = [
      ...(classes === null ? [] : [classes === 1 ? '1 class' : `${classes} classes`]),
      ...(images === null ? [] : [some(images, 'images')]),
    ];
    return `${split}: ${facts.join(', ') || 'found'}`;
  });
  if (leftOut.length > 0) parts.push(`left out: ${leftOutList(leftOut)}`);
  return parts.join('; ');
}

const most = 6;

/** "docs/ (3 images), cover.png and 2 more". */
export function leftOutList(leftOut: readonly LeftOut[]): string {
  const listed = leftOut
    .slice(0, most)
    .map(({ what, count, unit }) =>
      count === 1 && !what.endsWith('/') ? what : `${what} (${some(count, unit)})`,
    );
  const more = leftOut.length - listed.length;
  return listed.join(', ') + (more > 0 ? ` and ${more} more` : '');
}
