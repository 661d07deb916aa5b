/** Folders that hold images, as a tree. */

export interface Folder {
  /** In Unicode's composed form: macOS and Linux write accents differently. */
  name: string;
  /** From the root, without it. */
  path: string;
  /** Those with images in or below them, by name. */
  children: Map<string, Folder>;
  /** Images directly in it, by their numbers. */
  direct: number[];
  /** Images in and below it. */
  total: number;
}

const emptyFolder = (name: string, path: string): Folder => ({
  name,
  path,
  children: new Map(),
  direct: [],
  total: 0,
});

/** @param paths of images; their numbers are their places in this list */
export function buildFolders(paths: readonly string[]): Folder {
  const root = emptyFolder('', '');
  paths.forEach((path, image) => {
    let folder = root;
    root.total++;
    const parts = path.split('/').slice(0, -1);
    for (const part of parts) {
      const name = part.normalize('NFC').trim();
      let next = folder.children.get(name);
      if (!next) {
        next = emptyFolder(name, folder.path ? `${folder.path}/${name}` : name);
        folder.children.set(name, next);
      }
      next.total++;
      folder = next;
    }
    folder.direct.push(image);
  });
  return root;
}

export function* imagesIn(folder: Folder): Generator<number> {
  yield* folder.direct;
  for (const child of folder.children.values()) yield* imagesIn(child);
}

export function* foldersIn(folder: Folder): Generator<Folder> {
  for (const child of folder.children.values()) {
    yield child;
    yield* foldersIn(child);
  }
}

/** By code point, as Python and torchvision order class folders. */
export function byCodePoint(a: string, b: string): number {
  const [x, y] = [Array.from(a), Array.from(b)];
  for (let i = 0; i < Math.min(x.length, y.length); i++) {
    const difference = x[i]!.codePointAt(0)! - y[i]!.codePointAt(0)!;
    if (difference !== 0) return difference;
  }
  return x.length - y.length;
}
