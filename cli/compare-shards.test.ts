import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allRuns } from '../src/engine/baselines/plan.ts';
import { methodNames, parseComparison } from '../src/engine/baselines/results.ts';
import type { Comparison } from '../src/engine/baselines/results.ts';
import { mergeComparisons, parseShard, shardRuns } from '../src/engine/baselines/shard.ts';
import { setEach, smallestSettings } from './smallest-search.ts';

const root = join(import.meta.dirname, '..');
const plan = ['--methods', 'mgas,random', '--targets', '250', '--seeds', '1,2'];
const small = ['--backend', 'cpu', '--epochs', '1', '--train-images', '32', '--test-images', '40'];

let folder = '';
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'mgas-shards-'))));
afterAll(() => rmSync(folder, { recursive: true }));

function compare(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'cli/compare.ts', ...args], {
      cwd: root,
    });
    const outcome = { code: null as number | null, out: '', err: '' };
    child.stdout.on('data', (text: Buffer) => (outcome.out += text.toString()));
    child.stderr.on('data', (text: Buffer) => (outcome.err += text.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ ...outcome, code }));
  });
}

const resultsIn = (name: string): Comparison =>
  parseComparison(readFileSync(join(folder, name, 'results.json'), 'utf8'));
/** Times and memory are each process's own. */
const measured = ({ runs }: Comparison) =>
  runs.map(({ searchSeconds, trainSeconds, peakBytes, ...rest }) => {
    expect([searchSeconds, trainSeconds, peakBytes].every((value) => value >= 0)).toBe(true);
    return rest;
  });

it('splits a comparison over three processes, whose merged table equals the single run\u2019s', async () => {
  const shared = [...plan, ...small, ...setEach(smallestSettings)];
  const whole = compare(...shared, '--out', join(folder, 'whole'));
  const shards = ['1/3', '2/3', '3/3'].map((shard) =>
    compare(...shared, '--out', join(folder, 'shards'), '--shard', shard),
  );
  for (const { code, err } of await Promise.all([whole, ...shards])) expect(code, err).toBe(0);
  expect(readdirSync(join(folder, 'shards')).sort()).toEqual(
    [1, 2, 3].map((k) => `shard-${k}-of-3`),
  );
  const merged = await compare('--merge', join(folder, 'shards'), '--out', join(folder, 'merged'));
  expect(merged.code, merged.err).toBe(0);
  expect(measured(resultsIn('merged'))).toEqual(measured(resultsIn('whole')));
  expect(merged.out).toContain('MGAS');
  expect(readdirSync(join(folder, 'merged/runs')).sort()).toEqual(
    readdirSync(join(folder, 'whole/runs')).sort(),
  );

  // One shard missing: said, with what is missing, and the rest merged.
  const partly = await compare(
    '--merge',
    join(folder, 'shards/shard-1-of-3'),
    join(folder, 'shards/shard-2-of-3'),
    '--out',
    join(folder, 'partly'),
  );
  expect(partly.code).toBe(1);
  expect(partly.err).toContain("1 of the plan's runs are missing");

  const other = {
    ...resultsIn('shards/shard-1-of-3'),
    training: { epochs: 2, trainImages: 32, testImages: 40 },
  };
  writeFileSync(join(folder, 'shards/shard-1-of-3/results.json'), JSON.stringify(other));
  const mixed = await compare('--merge', join(folder, 'shards'), '--out', join(folder, 'mixed'));
  expect(mixed.code).toBe(2);
  expect(mixed.err).toMatch(
    /different training than .*training\.epochs \d instead of \d.*only shards of one plan/,
  );
}, 300_000);

describe('a split', () => {
  const whole = { methods: [...methodNames], targets: [2000, 700], seeds: [1, 2, 3] };

  it.each([1, 2, 3, 5, 7, 48, 60])('into %i parts contains every run once, evenly', (count) => {
    const parts = Array.from({ length: count }, (_, i) =>
      shardRuns(whole, { index: i + 1, count }),
    );
    expect(parts.flat().length).toBe(48);
    expect(new Set(parts.flat().map((run) => JSON.stringify(run))).size).toBe(48);
    const sizes = parts.map(({ length }) => length);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
  });

  it('mixes the methods', () => {
    for (const index of [1, 2, 3, 4])
      expect(
        new Set(shardRuns(whole, { index, count: 4 }).map(({ method }) => method)).size,
      ).toBeGreaterThan(3);
  });

  it.each(['0/3', '4/3', '1', 'a/b', '1/0', '-1/2'])('is rejected: %s', (text) => {
    expect(() => parseShard(text)).toThrow('K/N with K from 1 to N');
  });
});

it('rejects one run with two results', () => {
  const { runs } = resultsIn('whole');
  const comparison = { ...resultsIn('whole'), runs: runs.slice(0, 1) };
  const changed = { ...comparison, runs: [{ ...runs[0]!, testAccuracy: 0.123 }] };
  expect(
    mergeComparisons([
      { name: 'a', comparison },
      { name: 'b', comparison },
    ]).missing.length,
  ).toBe(allRuns(comparison).length - 1);
  expect(() =>
    mergeComparisons([
      { name: 'a', comparison },
      { name: 'b', comparison: changed },
    ]),
  ).toThrow('was measured twice with different results, in a and b');
});
