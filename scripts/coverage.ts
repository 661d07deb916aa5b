/**
 * `npm run coverage`: the unit tests with the lines that they run, by folder; each file's are in coverage/index.html.
 *
 *   npm run coverage -- [PATH ...]  only the tests under these paths, and only the files that they run
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

interface Lines {
  total: number;
  covered: number;
}

const root = join(import.meta.dirname, '..');
const summary = join(root, 'coverage/coverage-summary.json');

/** Lines by folder, at most three levels deep, in alphabetical order; then all of them. */
export function byFolder(files: Readonly<Record<string, { lines: Lines }>>): [string, Lines][] {
  const folders = new Map<string, Lines>();
  const all = { total: 0, covered: 0 };
  for (const [file, { lines }] of Object.entries(files)) {
    const folder = dirname(relative(root, file)).split('/').slice(0, 3).join('/');
    const sum = folders.get(folder) ?? { total: 0, covered: 0 };
    folders.set(folder, sum);
    for (const one of [sum, all]) {
      one.total += lines.total;
      one.covered += lines.covered;
    }
  }
  return [...[...folders].sort(([a], [b]) => (a < b ? -1 : 1)), ['all', all]];
}

if (process.argv[1] === import.meta.filename) {
  rmSync(summary, { force: true });
  const paths = process.argv.slice(2);
  const { status } = spawnSync(
    join(root, 'node_modules/.bin/vitest'),
    ['run', '--coverage', ...paths],
    { cwd: root, stdio: 'inherit' },
  );
  const { total: _, ...files } = JSON.parse(readFileSync(summary, 'utf8')) as Record<
    string,
    { lines: Lines }
  >;
  const run = Object.entries(files).filter(
    ([, { lines }]) => paths.length === 0 || lines.covered > 0,
  );
  for (const [folder, { total, covered }] of byFolder(Object.fromEntries(run))) {
    const share = total === 0 ? '-' : `${((100 * covered) / total).toFixed(1)} %`;
    console.log(`${folder.padEnd(36)} ${share.padStart(8)} of ${total} lines`);
  }
  process.exitCode = status ?? 1;
}
