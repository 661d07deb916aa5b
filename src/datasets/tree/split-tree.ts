/**
 * What a tree of image folders is, as a person would see it: which folders are splits, which are classes, which are neither.
 * Pure: paths in, places out. What is doubtful is a question, and any answer can be given beforehand.
 */
import type { Choices, LeftOut, Role, RoleChoice, SplitName } from '../outline.ts';
import { buildFolders, byCodePoint, foldersIn, imagesIn, type Folder } from './folders.ts';
import { labelsFor, type LabelList } from './label-list.ts';
import { isStrayName, splitWordOf } from './words.ts';

export interface Place {
  split: SplitName;
  label: number;
}

export interface TreePlan {
  classNames: string[];
  /** By image; null = left out. */
  places: (Place | null)[];
  leftOut: LeftOut[];
  roles: RoleChoice[];
  notes: string[];
  /** Folders of a split whose images lie in no class folder: a list of labels would help. */
  flat: string[];
  /** Why there are no classes; null where there are. */
  problem: string | null;
}

interface SplitFolder {
  split: SplitName;
  folder: Folder;
}

const splits: readonly SplitName[] = ['train', 'validation', 'test'];
const anyRole: readonly Role[] = ['train', 'validation', 'test', 'class', 'out'];
const shownRoles = 60;

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
  return new Splitter(paths, choices, lists, root).plan();
}

class Splitter {
  private readonly root: Folder;
  private readonly rules: Readonly<Record<string, Role>>;
  private readonly result: TreePlan;

  constructor(
    private readonly paths: readonly string[],
    private readonly choices: Choices['split'],
    private readonly lists: readonly LabelList[],
    private readonly common: string,
  ) {
    this.root = buildFolders(paths);
    this.rules = choices === 'none' ? {} : choices;
    this.result = {
      classNames: [],
      places: paths.map(() => null),
      leftOut: [],
      roles: [],
      notes: [],
      flat: [],
      problem: null,
    };
  }

  plan(): TreePlan {
    const known = new Set([...foldersIn(this.root)].map(({ path }) => path));
    const unknown = Object.keys(this.rules).find((path) => !known.has(path));
    if (unknown !== undefined) {
      const some = [...known].slice(0, 8).join(', ');
      return this.fail(
        `there is no folder '${unknown}' with images; the folders are ${some || 'none'}${known.size > 8 ? ', ...' : ''}`,
      );
    }
    this.look(this.root);
    if (this.result.problem === null && this.result.classNames.length === 0)
      return this.fail('no folder with images is a class');
    return this.result;
  }

  private fail(problem: string): TreePlan {
    this.result.problem ??= problem;
    return this.result;
  }

  private roleOf(folder: Folder): Role | null {
    return Object.hasOwn(this.rules, folder.path) ? this.rules[folder.path]! : null;
  }

  private wordOf(folder: Folder): { split: SplitName; isExact: boolean; rest: string } | null {
    const role = this.roleOf(folder);
    if (role === 'train' || role === 'validation' || role === 'test')
      return { split: role, isExact: true, rest: '' };
    if (role !== null || this.choices === 'none') return null;
    return splitWordOf(folder.name);
  }

  private childrenOf(folder: Folder): Folder[] {
    return [...folder.children.values()].filter((child) => this.roleOf(child) !== 'out');
  }

  private leaveOut(folder: Folder, why: string): void {
    this.result.leftOut.push({ what: `${folder.path}/`, count: folder.total, unit: 'images', why });
  }

  private leaveDirect(folder: Folder, why: string): void {
    const [first] = folder.direct;
    if (first === undefined) return;
    const count = folder.direct.length;
    this.result.leftOut.push({
      what: count === 1 ? this.paths[first]! : `images directly in ${folder.path || 'the folder'}`,
      count,
      unit: 'images',
      why,
    });
  }

  private leaveChosen(folder: Folder): void {
    for (const child of folder.children.values())
      if (this.roleOf(child) === 'out') {
        this.leaveOut(child, 'as chosen');
        this.offer(child, 'out');
      }
  }

  private offer(folder: Folder, role: Role, question: string | null = null): void {
    if (this.result.roles.length >= shownRoles && !question) return;
    const { path, total } = folder;
    // A decided question is none any more.
    const open = this.roleOf(folder) === null ? question : null;
    this.result.roles.push({ path, role, images: total, choices: anyRole, question: open });
  }

  /** One level: splits, classes, or a wrapper around either. */
  private look(folder: Folder): void {
    const children = this.childrenOf(folder);
    const speaking = children.filter((child) => this.wordOf(child) !== null);
    const structured = this.trustworthy(
      speaking.filter((child) => this.hasFolders(child)),
      children,
    );
    if (structured.length > 0) return this.takeSplits(folder, children, structured);
    const insideOut = children.filter((child) => this.isSplitByClass(child));
    if (insideOut.length > 1 || (insideOut.length === 1 && children.length === 1))
      return this.takeInsideOut(folder, children, insideOut);
    const exact = speaking.filter((child) => this.wordOf(child)!.isExact);
    const flatSplits = exact.filter((child) => !this.hasFolders(child));
    const others = children.filter((child) => !exact.includes(child) && !this.isStray(child));
    if (flatSplits.length > 0 && others.length === 0)
      return this.takeSplits(folder, children, flatSplits);
    this.takeClasses(folder, children, flatSplits, others);
  }

  private hasFolders(folder: Folder): boolean {
    return this.childrenOf(folder).length > 0;
  }

  private isStray(folder: Folder): boolean {
    return this.roleOf(folder) === null && isStrayName(folder.name);
  }

  /** A name that says more than the split is believed where several do alike (seg_train, seg_test), or none contradicts. */
  private trustworthy(candidates: readonly Folder[], siblings: readonly Folder[]): Folder[] {
    const exact = candidates.filter((child) => this.wordOf(child)!.isExact);
    if (exact.length > 0) return [...candidates];
    const rests = new Map<string, Set<SplitName>>();
    for (const child of candidates) {
      const { rest, split } = this.wordOf(child)!;
      rests.set(rest, (rests.get(rest) ?? new Set()).add(split));
    }
    const agreeing = candidates.filter((child) => rests.get(this.wordOf(child)!.rest)!.size > 1);
    if (agreeing.length > 0) return agreeing;
    const rivals = siblings.filter((child) => this.hasFolders(child) && !this.isStray(child));
    return candidates.length === 1 && rivals.length === 1 ? [...candidates] : [];
  }

  /** cat/train, cat/test. */
  private isSplitByClass(folder: Folder): boolean {
    const inside = this.childrenOf(folder);
    if (inside.length === 0 || folder.direct.length > 0) return false;
    return inside.every((child) => this.wordOf(child)?.isExact && !this.hasFolders(child));
  }

  /** Down to where the class folders are: train/train/cat, train/images/cat. */
  private classLevel(folder: Folder): Folder {
    let level = folder;
    for (;;) {
      const inside = this.childrenOf(level);
      const [only] = inside;
      if (level.direct.length > 0 || inside.length !== 1 || !only) return level;
      // A single folder in which images lie is a class, unless it says "images": then the split is flat.
      if (!this.hasFolders(only))
        return /^(images?|imgs?|jpegs?|pictures|photos)$/i.test(only.name) ? only : level;
      level = only;
    }
  }

  private takeSplits(folder: Folder, children: readonly Folder[], found: readonly Folder[]): void {
    this.leaveDirect(folder, 'lies beside the splits');
    this.leaveChosen(folder);
    const candidates = children.filter((child) => this.wordOf(child) !== null);
    const chosen: SplitFolder[] = [];
    for (const split of splits) {
      const here = candidates.filter((child) => this.wordOf(child)!.split === split);
      const strong = here.filter((child) => found.includes(child) && this.wordOf(child)!.isExact);
      const weak = here.filter((child) => found.includes(child));
      const flat = here.filter((child) => this.wordOf(child)!.isExact);
      const best = [strong, weak, flat].find((some) => some.length > 0) ?? [];
      const ruled = best.filter((child) => this.roleOf(child) !== null);
      const several = best.length > 1 && ruled.length < best.length;
      for (const child of best) {
        const names = best.map(({ path }) => path).join(' and ');
        chosen.push({ split, folder: child });
        this.offer(child, split, several ? `${names} can both be the ${split} split` : null);
      }
    }
    const taken = new Set(chosen.map(({ folder: child }) => child));
    const classes = new Set(
      chosen
        .filter(({ split }) => split === 'train')
        .flatMap(({ folder: child }) =>
          this.childrenOf(this.classLevel(child)).map(({ name }) => name),
        ),
    );
    for (const child of children) {
      if (taken.has(child)) continue;
      const twins = children.filter((other) => !taken.has(other) && classes.has(other.name));
      const question =
        twins.length > 1 && twins.includes(child)
          ? `${child.path} lies beside the splits and has the name of a class`
          : null;
      this.offer(child, 'out', question);
      this.leaveOut(child, 'lies beside the splits');
    }
    this.place(chosen);
  }

  private takeInsideOut(
    folder: Folder,
    children: readonly Folder[],
    found: readonly Folder[],
  ): void {
    this.leaveDirect(folder, 'lies beside the classes');
    this.leaveChosen(folder);
    const names = found.map(({ name }) => name).sort(byCodePoint);
    const labels = new Map(names.map((name, label) => [name, label]));
    for (const child of children) {
      const isClass = found.includes(child);
      this.offer(child, isClass ? 'class' : 'out');
      if (!isClass) {
        this.leaveOut(child, 'has no folders of splits, as the others have');
        continue;
      }
      for (const inside of this.childrenOf(child)) {
        const { split } = this.wordOf(inside)!;
        for (const image of imagesIn(inside))
          this.result.places[image] = { split, label: labels.get(child.name)! };
      }
    }
    const inTraining = new Set(
      this.result.places.flatMap((place) => (place?.split === 'train' ? [place.label] : [])),
    );
    this.result.classNames = names;
    if (inTraining.size < names.length) {
      const missing = names.filter((_, label) => !inTraining.has(label));
      this.fail(`class ${missing[0]} has no training images`);
    }
  }

  private takeClasses(
    folder: Folder,
    children: readonly Folder[],
    splitLike: readonly Folder[],
    others: readonly Folder[],
  ): void {
    // Two sets beside each other, or one in a folder beside documents.
    const nested = others.filter((child) => this.hasSplitsBelow(child));
    const deep = others.filter((child) => this.hasFolders(child));
    const wrapped =
      nested.length === 1 ? nested[0]! : others.length === 1 && deep.length === 1 ? deep[0]! : null;
    if (wrapped && splitLike.length === 0) {
      this.leaveDirect(folder, 'lies beside the data set');
      this.leaveChosen(folder);
      for (const child of children)
        if (child !== wrapped) {
          this.leaveOut(child, 'lies beside the data set');
          this.offer(child, 'out');
        }
      return this.look(wrapped);
    }
    if (nested.length > 1) {
      const [first, second] = nested as [Folder, Folder];
      this.leaveChosen(folder);
      for (const child of nested)
        this.offer(
          child,
          'class',
          `${first.path} and ${second.path} each hold splits of their own`,
        );
    } else this.leaveChosen(folder);
    const strays = children.filter((child) => this.isStray(child));
    const classes = children.filter((child) => !strays.includes(child));
    if (
      classes.length === 0 ||
      (classes.length === 1 && this.paths.length === folder.direct.length)
    )
      return this.takeFlat(folder);
    this.leaveDirect(folder, 'lies in no class folder');
    for (const child of strays) {
      this.leaveOut(child, 'is named like something beside the data set');
      this.offer(child, 'out');
    }
    for (const child of classes) {
      if (nested.length > 1 && nested.includes(child)) continue;
      const asked = splitLike.length === 1 && splitLike[0] === child;
      this.offer(
        child,
        'class',
        asked ? `${child.path} is the name of a split and lies among class folders` : null,
      );
    }
    if (splitLike.length > 1)
      this.result.notes.push(
        `The folders ${splitLike.map(({ path }) => path).join(' and ')} have the names of splits, but their images lie directly in them, as in ${others[0]?.path ?? 'the others'}: they are taken for classes.`,
      );
    this.place([{ split: 'train', folder }], new Set(classes));
  }

  private hasSplitsBelow(folder: Folder): boolean {
    const inside = this.childrenOf(folder);
    const speaking = inside.filter(
      (child) => this.wordOf(child)?.isExact && this.hasFolders(child),
    );
    return speaking.length > 0 || inside.some((child) => this.hasSplitsBelow(child));
  }

  private takeFlat(folder: Folder): void {
    this.place([{ split: 'train', folder }]);
  }

  /** Images of class folders; those of a split without any by a list of labels. */
  private place(chosen: readonly SplitFolder[], allowed?: ReadonlySet<Folder>): void {
    const train = chosen.filter(({ split }) => split === 'train');
    const levels = new Map(
      chosen.map(({ folder }) => [folder, allowed ? folder : this.classLevel(folder)]),
    );
    const isFlat = (folder: Folder) => {
      const level = levels.get(folder)!;
      return this.childrenOf(level).length === 0;
    };
    const classFolders = (folder: Folder) =>
      this.childrenOf(levels.get(folder)!).filter((child) => !allowed || allowed.has(child));
    const names = new Set<string>();
    for (const { folder } of train)
      if (!isFlat(folder))
        for (const child of classFolders(folder)) {
          if (this.isStray(child) && !allowed && classFolders(folder).length > 2) {
            this.leaveOut(child, 'is named like something beside the classes');
            this.offer(child, 'out');
          } else names.add(child.name);
        }
    const flatTrain = train.filter(({ folder }) => isFlat(folder));
    if (names.size === 0 && flatTrain.length > 0) {
      const labelled = this.placeFlatTraining(flatTrain, levels);
      if (!labelled) return;
      labelled.forEach((name) => names.add(name));
    }
    const classNames = [...names].sort(byCodePoint);
    this.result.classNames = classNames;
    if (train.length === 0) {
      const found = chosen.map(({ folder }) => `${folder.path}/`).join(' and ');
      this.fail(
        `expected training images, found only ${found}, which by the name is no training split`,
      );
      return;
    }
    const exact = new Map(classNames.map((name, label) => [name, label]));
    const loose = new Map(classNames.map((name, label) => [name.toLowerCase(), label]));
    for (const { split, folder } of chosen) {
      const level = levels.get(folder)!;
      if (isFlat(folder)) {
        if (
          split === 'train' &&
          flatTrain.length > 0 &&
          exact.size === names.size &&
          this.isPlaced(level)
        )
          continue;
        this.placeFlat(split, level, classNames);
        continue;
      }
      if (!allowed) this.leaveDirect(level, 'lies in no class folder');
      for (const child of classFolders(folder)) {
        const label = exact.get(child.name) ?? loose.get(child.name.toLowerCase());
        if (label === undefined) {
          if (split !== 'train') this.leaveOut(child, 'is no class of the training images');
          continue;
        }
        if (this.isStray(child) && !exact.has(child.name)) continue;
        for (const image of imagesIn(child)) this.result.places[image] = { split, label };
      }
    }
  }

  private isPlaced(level: Folder): boolean {
    return level.direct.some((image) => this.result.places[image] !== null);
  }

  /** Classes from a list, where no folder tells any. @returns null where there is no list either */
  private placeFlatTraining(
    flat: readonly SplitFolder[],
    levels: ReadonlyMap<Folder, Folder>,
  ): Set<string> | null {
    const found = new Map<number, string>();
    for (const { folder } of flat) {
      const level = levels.get(folder)!;
      this.result.flat.push(level.path);
      const labels = labelsFor(
        level.direct.map((image) => this.paths[image]!),
        this.lists,
        null,
      );
      if (!labels) {
        this.fail(this.flatProblem(level));
        return null;
      }
      this.result.notes.push(
        `The classes of ${level.path || 'the images'} are read from ${labels.list}.`,
      );
      level.direct.forEach((image, i) => {
        const label = labels.labels[i];
        if (typeof label === 'string') found.set(image, label);
      });
      const without = level.direct.filter((image) => !found.has(image));
      if (without.length > 0)
        this.result.leftOut.push({
          what: `images of ${level.path || 'the folder'}`,
          count: without.length,
          unit: 'images',
          why: `are not in ${labels.list}`,
        });
    }
    const names = new Set(found.values());
    const order = [...names].sort(byCodePoint);
    for (const [image, name] of found)
      this.result.places[image] = { split: 'train', label: order.indexOf(name) };
    return names;
  }

  private flatProblem(level: Folder): string {
    const where = level.path ? `${level.path}/` : 'the folder';
    const prefixes = new Set(
      level.direct.map(
        (image) =>
          /^([\p{L}_-]+?)[._-]?\d+\.\w+$/u.exec(this.paths[image]!.split('/').at(-1)!)?.[1] ?? '',
      ),
    );
    const inNames = prefixes.size > 1 && prefixes.size < 50 && !prefixes.has('');
    if (!level.path && this.common && !inNames)
      return `all ${level.direct.length} images lie in one folder, ${this.common}: expected at least two folders, one for each class`;
    return `${where} holds ${level.direct.length} images and no class folders${inNames ? `; the classes seem to be in the file names (${[...prefixes].slice(0, 3).join(', ')})` : ''}. Make one folder per class, or add a list of file names and labels (labels.csv)`;
  }

  private placeFlat(split: SplitName, level: Folder, classNames: readonly string[]): void {
    this.result.flat.push(level.path);
    const labels = labelsFor(
      level.direct.map((image) => this.paths[image]!),
      this.lists,
      classNames,
    );
    if (!labels) {
      this.leaveOut(level, 'holds no class folders, and no list of file names and labels fits it');
      return;
    }
    this.result.notes.push(`The classes of ${level.path}/ are read from ${labels.list}.`);
    const index = new Map(classNames.map((name, label) => [name, label]));
    let without = 0;
    level.direct.forEach((image, i) => {
      const label = index.get(labels.labels[i] ?? '');
      if (label === undefined) without++;
      else this.result.places[image] = { split, label };
    });
    if (without > 0)
      this.result.leftOut.push({
        what: `images of ${level.path}/`,
        count: without,
        unit: 'images',
        why: `have no class of the training images in ${labels.list}`,
      });
  }
}
