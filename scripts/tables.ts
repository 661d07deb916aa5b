/**
 * `npm run tables`: writes the tables of README.md and docs/ that the program knows itself. A test fails when one is stale.
 *
 * In a file, a table stands between `<!-- NAME: written by npm run tables -->` and `<!-- end -->`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { viewDefinitions } from '../src/app/views/registry.ts';
import { exportFormatDefinitions } from '../src/domain/export-formats.ts';

const root = new URL('../', import.meta.url);

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map(row).join('\n');
const code = (text: string): string => `\`${text}\``;

/** By file and name. */
export const tables: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'README.md': {
    views: table(
      ['view', 'key', 'shows'],
      viewDefinitions.map(({ title, key, summary }) => [title, key, summary]),
    ),
  },
  'docs/exports.md': {
    formats: table(
      ['format', 'files', 'opened by'],
      exportFormatDefinitions.map(({ id, files, openedBy }) => [
        code(id),
        files.map(code).join(', '),
        openedBy,
      ]),
    ),
  },
};

/** The file's text with its tables as they should be. @throws Error where a table has no place in it. */
export function withTables(file: string, text: string): string {
  return Object.entries(tables[file]!).reduce((before, [name, content]) => {
    const start = `<!-- ${name}: written by npm run tables -->`;
    const place = new RegExp(`${start}\\n[^]*?<!-- end -->`);
    if (!place.test(before)) throw new Error(`${file} has no place for the table "${name}".`);
    return before.replace(place, () => `${start}\n\n${content}\n\n<!-- end -->`);
  }, text);
}

export const textOf = (file: string): string => readFileSync(new URL(file, root), 'utf8');

if (process.argv[1] === import.meta.filename)
  for (const file of Object.keys(tables))
    writeFileSync(new URL(file, root), withTables(file, textOf(file)));
