/**
 * What a tree of image folders is, as a person would see it: which folders are splits, which are classes, which are neither.
 * Pure: paths in, places out. What is doubtful is a question, and any answer can be given beforehand.
 */
import type { Choices, SplitName } from '../outline.ts';
import { byCodePoint, foldersIn, imagesIn, type Folder } from './folders.ts';
import type { LabelList } from './label-list.ts';
import { Placer } from './place-images.ts';
import { Tree, type SplitFolder, type TreePlan } from './tree.ts';

const splits: readonly SplitName[] = ['train', 'validation', 'test'];

/**
 * @param paths of the images, without the folders that all have in common
 * @param lists of labels by file name, for splits without class folders
 * @param root the folders that all paths have in common, for messages
 */
export function splitTree(
  paths: readonly string[],
  choices: Choices['split'],
  lists: readonly LabelList[] = [],
  root = '',
): TreePlan {
  const tree = new Tree(paths, choices, root);
  return new Splitter(tree, new Placer(tree, lists)).plan();
}

class Splitter {
  constructor(
    private readonly tree: Tree,
    private readonly placer: Placer,
  ) {}

  plan(): TreePlan {
    const known = new Set([...foldersIn(this.tree.root)].map(({ path }) => path));
    const unknown = Object.keys(this.tree.rules).find((path) => !known.has(path));
    if (unknown !== undefined) {
      const some = [...known].slice(0, 8).join(', ');
      return this.tree.fail(
        `no folder '${unknown}' with images; the folders are ${some || 'none'}${known.size > 8 ? ', ...' : ''}`,
      );
    }
    this.look(this.tree.root);
    if (this.tree.result.problem === null && this.tree.result.classNames.length === 0)
      return this.tree.fail('no folder with images is a class');
    return this.tree.result;
  }

  /** One level: splits, classes, or a wrapper around either. */
  private look(folder: Folder): void {
    const children = this.tree.childrenOf(folder);
    const speaking = children.filter((child) => this.tree.wordOf(child) !== null);
    const structured = this.tree.trustworthy(
      speaking.filter((child) => this.tree.hasFolders(child)),
      children,
    );
    if (structured.length > 0) return this.takeSplits(folder, children, structured);
    const insideOut = children.filter((child) => this.tree.isSplitByClass(child));
    if (insideOut.length > 1 || (insideOut.length === 1 && children.length === 1))
      return this.takeInsideOut(folder, children, insideOut);
    const exact = speaking.filter((child) => this.tree.wordOf(child)!.isExact);
    const flatSplits = exact.filter((child) => !this.tree.hasFolders(child));
    const others = children.filter((child) => !exact.includes(child) && !this.tree.isStray(child));
    if (flatSplits.length > 0 && others.length === 0)
      return this.takeSplits(folder, children, flatSplits);
    this.takeClasses(folder, children, flatSplits, others);
  }

  private takeSplits(folder: Folder, children: readonly Folder[], found: readonly Folder[]): void {
    this.tree.leaveDirect(folder, 'is next to the splits');
    this.tree.leaveChosen(folder);
    const candidates = children.filter((child) => this.tree.wordOf(child) !== null);
    const chosen: SplitFolder[] = [];
    for (const split of splits) {
      const here = candidates.filter((child) => this.tree.wordOf(child)!.split === split);
      const strong = here.filter(
        (child) => found.includes(child) && this.tree.wordOf(child)!.isExact,
      );
      const weak = here.filter((child) => found.includes(child));
      const flat = here.filter((child) => this.tree.wordOf(child)!.isExact);
      const best = [strong, weak, flat].find((some) => some.length > 0) ?? [];
      const ruled = best.filter((child) => this.tree.roleOf(child) !== null);
      const several = best.length > 1 && ruled.length < best.length;
      for (const child of best) {
        const names = best.map(({ path }) => path).join(' and ');
        chosen.push({ split, folder: child });
        this.tree.offer(child, split, several ? `${names} can both be the ${split} split` : null);
      }
    }
    const taken = new Set(chosen.map(({ folder: child }) => child));
    const classes = new Set(
      chosen
        .filter(({ split }) => split === 'train')
        .flatMap(({ folder: child }) =>
          this.tree.childrenOf(this.tree.classLevel(child)).map(({ name }) => name),
        ),
    );
    for (const child of children) {
      if (taken.has(child)) continue;
      const twins = children.filter((other) => !taken.has(other) && classes.has(other.name));
      const question =
        twins.length > 1 && twins.includes(child)
          ? `${child.path} is next to the splits and has the name of a class`
          : null;
      this.tree.offer(child, 'out', question);
      this.tree.leaveOut(child, 'is next to the splits');
    }
    this.placer.place(chosen);
  }

  private takeInsideOut(
    folder: Folder,
    children: readonly Folder[],
    found: readonly Folder[],
  ): void {
    this.tree.leaveDirect(folder, 'is next to the classes');
    this.tree.leaveChosen(folder);
    const names = found.map(({ name }) => name).sort(byCodePoint);
    const labels = new Map(names.map((name, label) => [name, label]));
    for (const child of children) {
      const isClass = found.includes(child);
      this.tree.offer(child, isClass ? 'class' : 'out');
      if (!isClass) {
        this.tree.leaveOut(child, 'has no split folders, unlike the others');
        continue;
      }
      for (const inside of this.tree.childrenOf(child)) {
        const { split } = this.tree.wordOf(inside)!;
        for (const image of imagesIn(inside))
          this.tree.result.places[image] = { split, label: labels.get(child.name)! };
      }
    }
    const inTraining = new Set(
      this.tree.result.places.flatMap((place) => (place?.split === 'train' ? [place.label] : [])),
    );
    this.tree.result.classNames = names;
    if (inTraining.size < names.length) {
      const missing = names.filter((_, label) => !inTraining.has(label));
      this.tree.fail(`class ${missing[0]} has no training images`);
    }
  }

  private takeClasses(
    folder: Folder,
    children: readonly Folder[],
    splitLike: readonly Folder[],
    others: readonly Folder[],
  ): void {
    // Two sets beside each other, or one in a folder beside documents.
    const nested = others.filter((child) => this.tree.hasSplitsBelow(child));
    const deep = others.filter((child) => this.tree.hasFolders(child));
    const wrapped =
      nested.length === 1 ? nested[0]! : others.length === 1 && deep.length === 1 ? deep[0]! : null;
    if (wrapped && splitLike.length === 0) {
      this.tree.leaveDirect(folder, 'is next to the data set');
      this.tree.leaveChosen(folder);
      for (const child of children)
        if (child !== wrapped) {
          this.tree.leaveOut(child, 'is next to the data set');
          this.tree.offer(child, 'out');
        }
      return this.look(wrapped);
    }
    if (nested.length > 1) {
      const [first, second] = nested as [Folder, Folder];
      this.tree.leaveChosen(folder);
      for (const child of nested)
        this.tree.offer(
          child,
          'class',
          `${first.path} and ${second.path} each have their own splits`,
        );
    } else this.tree.leaveChosen(folder);
    const strays = children.filter((child) => this.tree.isStray(child));
    const classes = children.filter((child) => !strays.includes(child));
    if (
      classes.length === 0 ||
      (classes.length === 1 && this.tree.paths.length === folder.direct.length)
    )
      return this.placer.place([{ split: 'train', folder }]);
    this.tree.leaveDirect(folder, 'is not in a class folder');
    for (const child of strays) {
      this.tree.leaveOut(child, 'has the name of something other than the data set');
      this.tree.offer(child, 'out');
    }
    for (const child of classes) {
      if (nested.length > 1 && nested.includes(child)) continue;
      const asked = splitLike.length === 1 && splitLike[0] === child;
      this.tree.offer(
        child,
        'class',
        asked ? `${child.path} has the name of a split and is among class folders` : null,
      );
    }
    if (splitLike.length > 1)
      this.tree.result.notes.push(
        `The folders ${splitLike.map(({ path }) => path).join(' and ')} have the names of splits, but contain images directly, like ${others[0]?.path ?? 'the others'}: they are read as classes.`,
      );
    this.placer.place([{ split: 'train', folder }], new Set(classes));
  }
}
