/** A tree of image folders with what was chosen for it, what its folders look like, and the plan that is being made. */
import type { Choices, LeftOut, Role, RoleChoice, SplitName } from '../outline.ts';
import { buildFolders, type Folder } from './folders.ts';
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

export interface SplitFolder {
  split: SplitName;
  folder: Folder;
}

const anyRole: readonly Role[] = ['train', 'validation', 'test', 'class', 'out'];
const shownRoles = 60;

export class Tree {
  readonly root: Folder;
  readonly rules: Readonly<Record<string, Role>>;
  readonly result: TreePlan;

  constructor(
    readonly paths: readonly string[],
    readonly choices: Choices['split'],
    readonly common: string,
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

  fail(problem: string): TreePlan {
    this.result.problem ??= problem;
    return this.result;
  }

  roleOf(folder: Folder): Role | null {
    return Object.hasOwn(this.rules, folder.path) ? this.rules[folder.path]! : null;
  }

  wordOf(folder: Folder): { split: SplitName; isExact: boolean; rest: string } | null {
    const role = this.roleOf(folder);
    if (role === 'train' || role === 'validation' || role === 'test')
      return { split: role, isExact: true, rest: '' };
    if (role !== null || this.choices === 'none') return null;
    return splitWordOf(folder.name);
  }

  childrenOf(folder: Folder): Folder[] {
    return [...folder.children.values()].filter((child) => this.roleOf(child) !== 'out');
  }

  leaveOut(folder: Folder, why: string): void {
    this.result.leftOut.push({ what: `${folder.path}/`, count: folder.total, unit: 'images', why });
  }

  leaveDirect(folder: Folder, why: string): void {
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

  leaveChosen(folder: Folder): void {
    for (const child of folder.children.values())
      if (this.roleOf(child) === 'out') {
        this.leaveOut(child, 'as chosen');
        this.offer(child, 'out');
      }
  }

  offer(folder: Folder, role: Role, question: string | null = null): void {
    if (this.result.roles.length >= shownRoles && !question) return;
    const { path, total } = folder;
    // A decided question is none any more.
    const open = this.roleOf(folder) === null ? question : null;
    this.result.roles.push({ path, role, images: total, choices: anyRole, question: open });
  }

  hasFolders(folder: Folder): boolean {
    return this.childrenOf(folder).length > 0;
  }

  isStray(folder: Folder): boolean {
    return this.roleOf(folder) === null && isStrayName(folder.name);
  }

  /** A name that says more than the split is believed where several do alike (seg_train, seg_test), or none contradicts. */
  trustworthy(candidates: readonly Folder[], siblings: readonly Folder[]): Folder[] {
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
  isSplitByClass(folder: Folder): boolean {
    const inside = this.childrenOf(folder);
    if (inside.length === 0 || folder.direct.length > 0) return false;
    return inside.every((child) => this.wordOf(child)?.isExact && !this.hasFolders(child));
  }

  /** Down to where the class folders are: train/train/cat, train/images/cat. */
  classLevel(folder: Folder): Folder {
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

  hasSplitsBelow(folder: Folder): boolean {
    const inside = this.childrenOf(folder);
    const speaking = inside.filter(
      (child) => this.wordOf(child)?.isExact && this.hasFolders(child),
    );
    return speaking.length > 0 || inside.some((child) => this.hasSplitsBelow(child));
  }
}
