/** Drops the folders that all paths begin with, so that the name of the place they lie in means nothing. */
export function withoutCommonRoot(paths: readonly string[]): string[] {
  const split = paths.map((path) => path.split('/').filter((part) => part !== '' && part !== '.'));
  let shared = 0;
  while (
    split.length > 0 &&
    split.every((parts) => parts.length > shared + 1 && parts[shared] === split[0]![shared])
  )
    shared++;
  return split.map((parts) => parts.slice(shared).join('/'));
}
