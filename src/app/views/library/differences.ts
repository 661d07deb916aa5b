/** The settings of runs side by side: those in which they differ, and those that are the same. Pure. */
import type { SearchSettings } from '../../../domain/settings/schema.ts';

export interface SettingRow {
  /** Dotted path into the settings. */
  path: string;
  /** Of each run; a dash where it has none. */
  values: string[];
}

export function settingRows(all: readonly SearchSettings[]): {
  differ: SettingRow[];
  same: SettingRow[];
} {
  const flat = all.map((settings) => flatten(settings));
  const paths = [...new Set(flat.flatMap((one) => [...one.keys()]))];
  const rows = paths.map((path) => ({
    path,
    values: flat.map((one) => one.get(path) ?? '\u2013'),
  }));
  const isSame = ({ values }: SettingRow): boolean => new Set(values).size <= 1;
  return { differ: rows.filter((row) => !isSame(row)), same: rows.filter(isSame) };
}

function flatten(value: object, path = ''): Map<string, string> {
  const flat = new Map<string, string>();
  for (const [key, inner] of Object.entries(value)) {
    const here = path ? `${path}.${key}` : key;
    if (typeof inner === 'object' && inner !== null && !Array.isArray(inner))
      for (const entry of flatten(inner as object, here)) flat.set(...entry);
    else flat.set(here, Array.isArray(inner) ? inner.join(', ') : String(inner));
  }
  return flat;
}
