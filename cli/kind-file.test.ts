import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { kindFile } from './kind-file.ts';

const before = process.env.XDG_CACHE_HOME;
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mgas-kinds-'));
  process.env.XDG_CACHE_HOME = folder;
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  if (before === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = before;
});

it('keeps the kind of each adapter', async () => {
  expect(await kindFile.get('a')).toBeUndefined();
  await kindFile.set('a', 'software');
  await kindFile.set('b', 'hardware');
  expect(await kindFile.get('a')).toBe('software');
  expect(await kindFile.get('b')).toBe('hardware');
});

it('replaces a damaged file', async () => {
  mkdirSync(join(folder, 'mgas-lab'));
  writeFileSync(join(folder, 'mgas-lab/adapters.json'), '{"a":');
  expect(await kindFile.get('a')).toBeUndefined();
  await kindFile.set('a', 'hardware');
  expect(await kindFile.get('a')).toBe('hardware');
});
