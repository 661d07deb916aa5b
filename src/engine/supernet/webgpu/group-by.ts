/** Members of a list that have all of `keys` in common, in order. */
export function groupBy<T>(list: readonly T[], ...keys: ((one: T) => unknown)[]): T[][] {
  const [key, ...rest] = keys;
  if (!key) return [[...list]];
  const groups = new Map<unknown, T[]>();
  for (const one of list) groups.set(key(one), [...(groups.get(key(one)) ?? []), one]);
  return [...groups.values()].flatMap((group) => groupBy(group, ...rest));
}
