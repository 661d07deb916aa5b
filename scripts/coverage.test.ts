import { join } from 'node:path';
import { expect, it } from 'vitest';
import { byFolder } from './coverage.ts';

const root = join(import.meta.dirname, '..');
const file = (path: string, covered: number, total: number) => [
  join(root, path),
  { lines: { covered, total } },
];

it('adds up the lines of a folder and all below it, three levels deep', () => {
  const files = Object.fromEntries([
    file('src/engine/search/a.ts', 3, 4),
    file('src/engine/search/testing/b.ts', 1, 6),
    file('cli/c.ts', 0, 2),
  ]);
  expect(byFolder(files)).toEqual([
    ['cli', { covered: 0, total: 2 }],
    ['src/engine/search', { covered: 4, total: 10 }],
    ['all', { covered: 4, total: 12 }],
  ]);
});
