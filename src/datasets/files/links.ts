/** Links inside archives: which entries a link stands for. */

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
