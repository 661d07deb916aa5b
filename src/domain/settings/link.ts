/**
 * Settings as a short, readable piece of a link: a preset and what differs from it,
 * `v=1&preset=tiny&seed=7&targetParameters=3000`. Reading goes by the schema: a link is input from outside.
 */
import { defaultSpace } from '../spaces/settings.ts';
import { fieldGroups, fieldOf } from './fields.ts';
import type { Column } from './fields.ts';
import { valueAt, withValue } from './path.ts';
import { presets, presetsLike } from './presets.ts';
import type { PresetName } from './presets.ts';
import { findProblems } from './problems.ts';
import type { SearchSettings } from './schema.ts';

export const linkVersion = '1';

const paths = fieldGroups.flatMap(({ fields }) => fields.map(({ path }) => path));
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** A setting, or what its absence means in files of before it existed: off, none, or a factor of 1. */
function valueOrAbsent(settings: SearchSettings, path: string): unknown {
  const absent = fieldOf.get(path)?.kind === 'switch' ? false : path === filterFactor ? 1 : 0;
  return valueAt(settings, path) ?? absent;
}
const filterFactor = 'optimizers.thresholds.filterFactor';

/** Paths of the settings that differ from a preset's, in the order of the form. */
export function changedPaths(settings: SearchSettings, preset: PresetName): string[] {
  return paths.filter(
    (path) => !same(valueOrAbsent(settings, path), valueOrAbsent(presets[preset], path)),
  );
}

/** The preset of the same space that the settings differ least from. */
export function nearestPreset(settings: SearchSettings): PresetName {
  return presetsLike(settings).reduce((best, name) =>
    changedPaths(settings, name).length < changedPaths(settings, best).length ? name : best,
  );
}

export function writeLink(settings: SearchSettings): URLSearchParams {
  const preset = nearestPreset(settings);
  const query = new URLSearchParams({ v: linkVersion, preset });
  for (const path of changedPaths(settings, preset)) {
    const value = valueOrAbsent(settings, path);
    query.set(path, Array.isArray(value) ? listText(path, value) : JSON.stringify(value));
  }
  return query;
}

/** Items after commas; of a table's rows the columns after hyphens: "24-4-2,40-4-2". */
function listText(path: string, rows: readonly unknown[]): string {
  const { columns } = fieldOf.get(path)!;
  return rows
    .map((row) =>
      typeof row === 'object'
        ? columns.map(({ key }) => (row as Record<string, number>)[key]).join('-')
        : String(row),
    )
    .join(',');
}

/** What is wrong with a link: the field and the mend, in one sentence. */
export class LinkRefused extends Error {
  override readonly name = 'LinkRefused';
  constructor(
    readonly field: string,
    message: string,
  ) {
    super(message);
  }
}

/**
 * @throws LinkRefused naming the first field that is wrong: then none of the link counts.
 */
export function readLink(query: URLSearchParams): { settings: SearchSettings; preset: PresetName } {
  const seen = new Set<string>();
  for (const key of query.keys()) {
    if (seen.has(key)) throw new LinkRefused(key, `'${shorten(key)}' appears twice.`);
    seen.add(key);
  }
  const version = query.get('v');
  if (version !== linkVersion) {
    throw new LinkRefused(
      'v',
      version === null
        ? 'it has no version (v=1).'
        : `its version is '${shorten(version)}', and this lab reads version ${linkVersion}. Reload the page to get the latest lab.`,
    );
  }
  const preset = query.get('preset') ?? '';
  if (!Object.hasOwn(presets, preset)) {
    throw new LinkRefused(
      'preset',
      `preset '${shorten(preset)}' does not exist; choose from ${Object.keys(presets).join(', ')}.`,
    );
  }
  let settings: SearchSettings = structuredClone(presets[preset as PresetName]);
  for (const [path, text] of query) {
    if (path === 'v' || path === 'preset') continue;
    const { space } = fieldOf.get(path) ?? {};
    if (!paths.includes(path) || (space && space !== (settings.space.id ?? defaultSpace)))
      throw new LinkRefused(path, `no setting '${shorten(path)}'.`);
    settings = withValue(settings, path, valueOf(path, text));
  }
  for (const { path, message } of findProblems(settings, null))
    throw new LinkRefused(path, `${fieldOf.get(path)?.label ?? path} (${path}) ${message}`);
  return { settings, preset: preset as PresetName };
}

function valueOf(path: string, text: string): unknown {
  const { kind, columns } = fieldOf.get(path)!;
  const number = (part: string): number => {
    if (part.trim() !== '' && Number.isFinite(Number(part))) return Number(part);
    const wanted = kind === 'table' || kind === 'grid' ? rowText(columns) : 'a number';
    throw new LinkRefused(path, `${path} is '${shorten(text)}'; it must be ${wanted}.`);
  };
  switch (kind) {
    case 'operations':
      return text === '' ? [] : text.split(',');
    case 'list':
      return text === '' ? [] : text.split(',').map(number);
    case 'table':
    case 'grid':
      return (text === '' ? [] : text.split(',')).map((row) => {
        const parts = row.split('-');
        return Object.fromEntries(
          columns.map(({ key }, i) => [
            key,
            parts.length === columns.length ? number(parts[i]!) : number(''),
          ]),
        );
      });
    case 'switch':
      if (text === 'true' || text === 'false') return text === 'true';
      throw new LinkRefused(path, `${path} is '${shorten(text)}'; it must be true or false.`);
    default:
      return number(text);
  }
}

const rowText = (columns: readonly Column[]): string =>
  `rows of ${columns.map(({ key }) => key).join('-')}, with commas between them`;

const shorten = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}\u2026` : text);
