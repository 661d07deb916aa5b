/** The settings in which two runs differ. Pure. */
import type { SearchSettings } from '../../../domain/settings/schema.ts';

export interface Difference {
  /** Dotted path into the settings. */
  path: string;
  a: string;
  b: string;
}

export function differingSettings(a: SearchSettings, b: SearchSettings): Difference[] {
  const [one, other] = [flatten(a), flatten(b)];
  return [...new Set([...one.keys(), ...other.keys()])].flatMap((path) => {
    const [left, right] = [one.get(path) ?? '\u2013', other.get(path) ?? '\u2013'];
    return left === right ? [] : [{ path, a: left, b: right }];
  });
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
