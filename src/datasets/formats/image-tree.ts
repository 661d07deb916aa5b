/** What a tree of images is: class folders, lists of labels, or a Teachable Machine project. */
import type { Archive } from '../files/archive.ts';
import { baseName } from '../files/bytes.ts';
import type { Entry } from '../files/entry.ts';
import { withoutCommonRoot } from '../files/paths.ts';
import { linesOf } from '../files/text.ts';
import { byCodePoint } from '../tree/folders.ts';
import { parseLabelList, type LabelList } from '../tree/label-list.ts';
import { splitTree } from '../tree/split-tree.ts';
import type { TreePlan } from '../tree/tree.ts';
import type { FormatContext } from './format.ts';

/** Lists of labels are looked for where a split has no class folders. */
export async function planTree(
  archive: Archive,
  claimed: readonly Entry[],
  { choices }: FormatContext,
): Promise<TreePlan> {
  const paths = withoutCommonRoot(claimed.map(({ path }) => path));
  const whole = claimed[0]!.path;
  const root = whole.slice(0, Math.max(0, whole.length - paths[0]!.length - 1));
  const tree = splitTree(paths, choices.split, [], root);
  if (tree.flat.length === 0) return tree;
  const lists = await labelLists(archive);
  return lists.length > 0 ? splitTree(paths, choices.split, lists, root) : tree;
}

const mostLists = 64;
const mostListBytes = 1 << 26;

async function labelLists(archive: Archive): Promise<LabelList[]> {
  const texts = archive.entries
    .filter(({ path, size }) => /\.(txt|csv|tsv)$/i.test(path) && size < mostListBytes)
    .slice(0, mostLists);
  const lists: LabelList[] = [];
  if (texts.length > 0)
    await archive.visit(new Set(texts), ({ path }, bytes) => {
      const list = parseLabelList(path, linesOf(bytes));
      if (list) lists.push(list);
    });
  return lists;
}

/** A `.tm` project is a zip of images named `class-!-number.jpg` beside manifest.json. */
export function teachableMachine(archive: Archive, claimed: readonly Entry[]): TreePlan | null {
  if (!archive.entries.some(({ path }) => baseName(path) === 'manifest.json')) return null;
  const classes = claimed.map(({ path }) => /^(.+)-!-\d+\.\w+$/.exec(baseName(path))?.[1]);
  if (!classes.every((name) => name !== undefined)) return null;
  const classNames = [...new Set(classes as string[])].sort(byCodePoint);
  return {
    classNames,
    places: classes.map((name) => ({ split: 'train', label: classNames.indexOf(name!) })),
    leftOut: [],
    roles: [],
    notes: ['The classes are those of the Teachable Machine project.'],
    flat: [],
    problem: null,
  };
}
