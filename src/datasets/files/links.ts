/** Links inside archives: which entries a link stands for. */
import type { LeftOut } from '../outline.ts';

const mostAliases = 100_000;

/** `target` as seen from the folder of `path`; null outside of the archive. A target that begins with // is the archive's own path. */
function targetPath(path: string, target: string): string | null {
  const parts = target.startsWith('//') ? [] : path.split('/').slice(0, -1);
  if (target.startsWith('/') && !target.startsWith('//')) return null;
  for (const part of target.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return null;
  }
  return parts.join('/');
}

/**
 * @param files entries of the archive by path
 * @param links targets of all links by path
 * @returns the entries under the names that the link gives them: one for a file, all of a folder's; none for a link that
 * leads nowhere, outside, or back to itself
 */
export function resolveLink<T>(
  path: string,
  target: string,
  files: ReadonlyMap<string, T>,
  links: ReadonlyMap<string, string>,
): { path: string; source: T }[] {
  let [at, to] = [path, target];
  for (let steps = 0; steps < 20; steps++) {
    const found = targetPath(at, to);
    if (found === null || found === at) return [];
    const file = files.get(found);
    if (file) return [{ path, source: file }];
    const next = links.get(found);
    if (next === undefined) {
      // A folder that holds the link itself would be without end.
      if (`${path}/`.startsWith(`${found}/`) || found === '') return [];
      const inside: { path: string; source: T }[] = [];
      for (const [name, source] of files) {
        if (!name.startsWith(`${found}/`) || inside.length >= mostAliases) continue;
        inside.push({ path: path + name.slice(found.length), source });
      }
      return inside;
    }
    [at, to] = [found, next];
  }
  return [];
}

export const clean = (path: string) =>
  path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');

const folderOf = (path: string) => clean(path).replace(/[^/]*$/, '');

/** Links of an archive as further names of the files that they stand for. */
export function resolveLinks<T extends { path: string }>(
  real: readonly T[],
  targets: ReadonlyMap<string, string>,
  archive: string,
): { aliases: { path: string; source: T }[]; leftOut: LeftOut[] } {
  const byName = new Map(real.map((entry) => [clean(entry.path), entry]));
  const aliases: { path: string; source: T }[] = [];
  const leftOut: LeftOut[] = [];
  for (const [path, target] of targets) {
    const found = resolveLink(clean(path), target, byName, targets);
    if (found.length === 0)
      leftOut.push({
        what: `${archive}: ${path}`,
        count: 1,
        unit: 'files',
        why: `is a link to ${target}, which is not in the archive`,
      });
    const [file] = found;
    if (
      found.length === 1 &&
      file &&
      !target.startsWith('//') &&
      folderOf(file.source.path) === folderOf(path)
    )
      // The same image twice in one class.
      leftOut.push({
        what: `${archive}: ${path}`,
        count: 1,
        unit: 'files',
        why: `is a link to ${target} next to it`,
      });
    else aliases.push(...found.filter(({ path: alias }) => !byName.has(alias)));
  }
  return { aliases, leftOut };
}
