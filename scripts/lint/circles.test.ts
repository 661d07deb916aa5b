/** No circle of imports, type-only ones included: a reader can start anywhere and end somewhere. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
// Not `import()`: what is loaded later, as the views are, is no part of what a module needs to be read.
const specifiers = /(?:from\s+|^import\s+)'(\.[^']+\.tsx?)'/gm;

function importsOf(file: string): string[] {
  return [...readFileSync(join(root, file), 'utf8').matchAll(specifiers)].map(([, specifier]) =>
    posix.join(posix.dirname(file), specifier!),
  );
}

/** Circles found by depth-first search, each as the files along it. */
function circles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const done = new Set<string>();
  const path: string[] = [];
  const found: string[][] = [];
  const visit = (file: string): void => {
    const at = path.indexOf(file);
    if (at >= 0) return void found.push([...path.slice(at), file]);
    if (done.has(file)) return;
    path.push(file);
    for (const target of graph.get(file) ?? []) visit(target);
    path.pop();
    done.add(file);
  };
  for (const file of graph.keys()) visit(file);
  return found;
}

it('no circular imports', () => {
  const files = ['src', 'workers', 'cli', 'bench'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.tsx?$/.test(file))
      .map((file) => posix.join(folder, file.replaceAll('\\', '/'))),
  );
  expect(files.length).toBeGreaterThan(300);
  const found = circles(new Map(files.map((file) => [file, importsOf(file)])));
  expect(found.map((circle) => circle.join(' -> '))).toEqual([]);
});

it('finds a circular import', () => {
  const graph = new Map([
    ['a', ['b']],
    ['b', ['c']],
    ['c', ['a']],
  ]);
  expect(circles(graph)).toEqual([['a', 'b', 'c', 'a']]);
});
