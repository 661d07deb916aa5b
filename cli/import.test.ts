import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { publishedCell } from '../src/domain/architecture/published-cells.ts';
import { parseArchitecture } from '../src/domain/architecture/schema.ts';

const folder = mkdtempSync(join(tmpdir(), 'mgas-import-'));
afterAll(() => rmSync(folder, { recursive: true }));
const out = join(folder, 'arch.json');

const run = (args: readonly string[], input = '') =>
  spawnSync(process.execPath, ['--import', 'tsx', 'cli/import.ts', ...args, '--out', out], {
    cwd: join(import.meta.dirname, '..'),
    encoding: 'utf8',
    input,
  });

it('reads a genotype from standard input, and prints its size', () => {
  const { genotype } = publishedCell('DARTS_V2');
  const { status, stderr } = run(
    ['-', '--cells', '5', '--channels', '4', '--image-size', '8'],
    genotype,
  );
  expect(status, stderr).toBe(0);
  expect(stderr).toContain('DARTS_V2, 5 cells, 4 channels: ');
  const { cells, origin } = parseArchitecture(readFileSync(out, 'utf8'));
  expect([cells.length, origin?.name]).toEqual([5, 'DARTS_V2']);
}, 60_000);

it('rejects unreadable input with exit code 2, and writes nothing', () => {
  rmSync(out, { force: true });
  const file = join(folder, 'mine.txt');
  writeFileSync(file, 'hello');
  expect(run([file])).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('mine.txt: This is text without a genotype'),
  });
  expect(run([]).stderr).toContain('Pass the files of an architecture');
  expect(run(['--published', 'SNAS']).stderr).toContain('choose from DARTS_V1, DARTS_V2');
  expect(() => readFileSync(out)).toThrow();
}, 60_000);
