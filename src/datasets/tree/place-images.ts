/** The last step of a plan: images of class folders get their labels, those of a split without any by a list. */
import type { SplitName } from '../outline.ts';
import { byCodePoint, imagesIn, type Folder } from './folders.ts';
import { labelsFor, type LabelList } from './label-list.ts';
import type { SplitFolder, Tree } from './tree.ts';

export class Placer {
  constructor(
    private readonly tree: Tree,
    private readonly lists: readonly LabelList[],
  ) {}

  /** Images of class folders; those of a split without any by a list of labels. */
  place(chosen: readonly SplitFolder[], allowed?: ReadonlySet<Folder>): void {
    const train = chosen.filter(({ split }) => split === 'train');
    const levels = new Map(
      chosen.map(({ folder }) => [folder, allowed ? folder : this.tree.classLevel(folder)]),
    );
    const isFlat = (folder: Folder) => {
      const level = levels.get(folder)!;
      return this.tree.childrenOf(level).length === 0;
    };
    const classFolders = (folder: Folder) =>
      this.tree.childrenOf(levels.get(folder)!).filter((child) => !allowed || allowed.has(child));
    const names = new Set<string>();
    for (const { folder } of train)
      if (!isFlat(folder))
        for (const child of classFolders(folder)) {
          if (this.tree.isStray(child) && !allowed && classFolders(folder).length > 2) {
            this.tree.leaveOut(child, 'has the name of something other than a class');
            this.tree.offer(child, 'out');
          } else names.add(child.name);
        }
    const flatTrain = train.filter(({ folder }) => isFlat(folder));
    if (names.size === 0 && flatTrain.length > 0) {
      const labelled = this.placeFlatTraining(flatTrain, levels);
      if (!labelled) return;
      labelled.forEach((name) => names.add(name));
    }
    const classNames = [...names].sort(byCodePoint);
    this.tree.result.classNames = classNames;
    if (train.length === 0) {
      const found = chosen.map(({ folder }) => `${folder.path}/`).join(' and ');
      this.tree.fail(
        `expected training images, found only ${found}, which by its name is not a training split`,
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
      if (!allowed) this.tree.leaveDirect(level, 'is not in a class folder');
      for (const child of classFolders(folder)) {
        const label = exact.get(child.name) ?? loose.get(child.name.toLowerCase());
        if (label === undefined) {
          if (split !== 'train') this.tree.leaveOut(child, 'is not a class of the training images');
          continue;
        }
        if (this.tree.isStray(child) && !exact.has(child.name)) continue;
        for (const image of imagesIn(child)) this.tree.result.places[image] = { split, label };
      }
    }
  }

  private isPlaced(level: Folder): boolean {
    return level.direct.some((image) => this.tree.result.places[image] !== null);
  }

  /** Classes from a list, where no folder tells any. @returns null where there is no list either */
  private placeFlatTraining(
    flat: readonly SplitFolder[],
    levels: ReadonlyMap<Folder, Folder>,
  ): Set<string> | null {
    const found = new Map<number, string>();
    for (const { folder } of flat) {
      const level = levels.get(folder)!;
      this.tree.result.flat.push(level.path);
      const labels = labelsFor(
        level.direct.map((image) => this.tree.paths[image]!),
        this.lists,
        null,
      );
      if (!labels) {
        this.tree.fail(this.flatProblem(level));
        return null;
      }
      this.tree.result.notes.push(
        `The classes of ${level.path || 'the images'} are read from ${labels.list}.`,
      );
      level.direct.forEach((image, i) => {
        const label = labels.labels[i];
        if (typeof label === 'string') found.set(image, label);
      });
      const without = level.direct.filter((image) => !found.has(image));
      if (without.length > 0)
        this.tree.result.leftOut.push({
          what: `images of ${level.path || 'the folder'}`,
          count: without.length,
          unit: 'images',
          why: `are not in ${labels.list}`,
        });
    }
    const names = new Set(found.values());
    const order = [...names].sort(byCodePoint);
    for (const [image, name] of found)
      this.tree.result.places[image] = { split: 'train', label: order.indexOf(name) };
    return names;
  }

  private flatProblem(level: Folder): string {
    const where = level.path ? `${level.path}/` : 'the folder';
    const prefixes = new Set(
      level.direct.map(
        (image) =>
          /^([\p{L}_-]+?)[._-]?\d+\.\w+$/u.exec(this.tree.paths[image]!.split('/').at(-1)!)?.[1] ??
          '',
      ),
    );
    const inNames = prefixes.size > 1 && prefixes.size < 50 && !prefixes.has('');
    if (!level.path && this.tree.common && !inNames)
      return `all ${level.direct.length} images lie in one folder, ${this.tree.common}: expected at least two folders, one for each class`;
    return `${where} holds ${level.direct.length} images and no class folders${inNames ? `; the classes seem to be in the file names (${[...prefixes].slice(0, 3).join(', ')})` : ''}. Make one folder per class, or add a list of file names and labels (labels.csv)`;
  }

  private placeFlat(split: SplitName, level: Folder, classNames: readonly string[]): void {
    this.tree.result.flat.push(level.path);
    const labels = labelsFor(
      level.direct.map((image) => this.tree.paths[image]!),
      this.lists,
      classNames,
    );
    if (!labels) {
      this.tree.leaveOut(
        level,
        'has no class folders, and no list of file names and labels matches it',
      );
      return;
    }
    this.tree.result.notes.push(`The classes of ${level.path}/ are read from ${labels.list}.`);
    const index = new Map(classNames.map((name, label) => [name, label]));
    let without = 0;
    level.direct.forEach((image, i) => {
      const label = index.get(labels.labels[i] ?? '');
      if (label === undefined) without++;
      else this.tree.result.places[image] = { split, label };
    });
    if (without > 0)
      this.tree.result.leftOut.push({
        what: `images of ${level.path}/`,
        count: without,
        unit: 'images',
        why: `have no class of the training images in ${labels.list}`,
      });
  }
}
