import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseArchitecture } from '../src/domain/architecture/schema.ts';
import { parseComparison } from '../src/engine/baselines/results.ts';
import { setEach, smallestSettings } from './smallest-search.ts';

const root = join(import.meta.dirname, '..');

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mgas-compare-'));
});
afterAll(() => rm(folder, { recursive: true }));

function compare(
  args: readonly string[],
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const fixed = [
      '--backend',
      'cpu',
      '--epochs',
      '1',
      '--train-images',
      '32',
      '--test-images',
      '40',
      '--targets',
      '250',
      '--out',
      folder,
      ...setEach(smallestSettings),
    ];
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', 'cli/compare.ts', ...fixed, ...args],
      { cwd: root },
    );
    const outcome = { code: null as number | null, stdout: '', stderr: '' };
    child.stdout.on('data', (text: Buffer) => (outcome.stdout += text.toString()));
    child.stderr.on('data', (text: Buffer) => (outcome.stderr += text.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ ...outcome, code }));
  });
}

const results = async () => parseComparison(await readFile(join(folder, 'results.json'), 'utf8'));

it('measures every method, prints a table and a summary, and resumes', async () => {
  const first = await compare(['--methods', 'mgas,random', '--seeds', '1']);
  expect(first.code, first.stderr).toBe(0);
  expect(first.stderr).toMatch(/2 runs left: about \d/);
  expect(first.stdout).toMatch(
    /MGAS is on average .* "Random" \(better in \d of 1 pair|MGAS and "Random" cannot be compared/,
  );
  const { runs } = await results();
  expect(runs.map(({ method, seed }) => [method, seed])).toEqual([
    ['mgas', 1],
    ['random', 1],
  ]);
  expect(runs[1]!.parameters.active).toBeLessThanOrEqual(250);
  for (const { method, seed, parameters } of runs) {
    const architecture = parseArchitecture(
      await readFile(join(folder, `runs/${method}-250-${seed}.json`), 'utf8'),
    );
    expect(architecture.parameters.active).toBe(parameters.active);
  }

  const second = await compare(['--methods', 'random,fixed-ratio', '--seeds', '1']);
  expect(second.code, second.stderr).toBe(0);
  expect(second.stderr).toContain('2 runs, 1 of them already finished.');
  const all = await results();
  expect(all.runs.map(({ method }) => method)).toEqual(['mgas', 'random', 'fixed-ratio']);
  expect(all.runs.slice(0, 2)).toEqual(runs);
  expect((await readFile(join(folder, 'results.csv'), 'utf8')).trim().split('\r\n')).toHaveLength(
    4,
  );

  const other = await compare(['--methods', 'random', '--seeds', '1', '--set', 'batchSize=8']);
  expect(other.code).toBe(2);
  expect(other.stderr).toContain('was measured with different settings');
}, 240_000);

it('rejects an unknown method', async () => {
  const { code, stderr } = await compare(['--methods', 'mgas,darts']);
  expect(code).toBe(2);
  expect(stderr).toContain("'darts' is not a method. Choose from mgas, operation-only");
});
