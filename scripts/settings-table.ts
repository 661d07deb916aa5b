/** Writes docs/settings.md, the table of all settings: `npx tsx scripts/settings-table.ts`. A test fails while it is out of date. */
import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { fieldGroups } from '../src/domain/settings/fields.ts';
import { valueAt } from '../src/domain/settings/path.ts';
import type { SearchSettings } from '../src/domain/settings/schema.ts';
import { presets } from '../src/domain/settings/presets.ts';
import type { PresetName } from '../src/domain/settings/presets.ts';

export const settingsTableFile = new URL('../docs/settings.md', import.meta.url);

const value = (settings: SearchSettings, path: string): string => {
  const found = valueAt(settings, path);
  // A preset of another space has no such setting.
  if (found === undefined) return '\u2013';
  if (Array.isArray(found)) return `${found.length} of them`;
  return typeof found === 'number' ? String(Number(found.toPrecision(4))) : String(found);
};

export function settingsTable(): string {
  const names = Object.keys(presets) as PresetName[];
  const tables = fieldGroups.map(
    ({ title, summary, fields }) => `## ${title}

${summary}.

| setting | label | meaning | unit | ${names.join(' | ')} |
| ${'--- | '.repeat(4 + names.length).trimEnd()}
${fields
  .map(
    ({ path, label, meaning, unit }) =>
      `| \`${path}\` | ${label} | ${meaning} | ${unit} | ${names.map((name) => value(presets[name], path)).join(' | ')} |`,
  )
  .join('\n')}
`,
  );
  return `<!-- Made by \`npx tsx scripts/settings-table.ts\` from src/domain/settings/. -->

# Settings

Every setting of a search with its value in each preset. The form in the page asks for the same; in a shell
\`--set SETTING=VALUE\` changes one.

${tables.join('\n')}`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  writeFileSync(settingsTableFile, settingsTable());
