/** Reads and writes one setting by its dotted path. */
import type { SearchSettings } from './schema.ts';

export function valueAt(settings: SearchSettings, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, key) => (value as Record<string, unknown> | undefined)?.[key],
      settings,
    );
}

/** A copy with one value changed; what is not on the path is shared. */
export function withValue(settings: SearchSettings, path: string, value: unknown): SearchSettings {
  return replace(settings, path.split('.'), value) as SearchSettings;
}

function replace(target: unknown, [key, ...rest]: string[], value: unknown): unknown {
  if (key === undefined) return value;
  const record = target as Record<string, unknown>;
  return { ...record, [key]: replace(record[key], rest, value) };
}
