import { beforeAll, expect, it, vi } from 'vitest';
import { printedKey } from './command.ts';
import type { Command } from './command.ts';

let commands: readonly Command[];
beforeAll(async () => {
  // The theme looks at the window when it is loaded.
  vi.stubGlobal('window', { matchMedia: () => new EventTarget(), addEventListener: () => {} });
  vi.stubGlobal('document', { documentElement: { dataset: {} } });
  ({ commands } = await import('./commands.ts'));
});

it.each<[string, (command: Command) => string]>([
  ['name', ({ name }) => name],
  ['key', ({ key }) => key],
  ['printed key', printedKey],
  ['label', ({ label }) => label],
])('no two commands have the same %s', (_, of) => {
  const all = commands.map(of);
  expect(all.length).toBeGreaterThan(20);
  expect(all.filter((one, i) => all.indexOf(one) !== i)).toEqual([]);
});
