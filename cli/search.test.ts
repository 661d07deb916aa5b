import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ArchitectureSchema } from '../src/domain/architecture/schema.ts';
import type { SearchEvent } from '../src/domain/events/events.ts';

const root = join(import.meta.dirname, '..');
/** As small as a search can be, on the backend that is everywhere. */
const smallest = Object.entries({
  'space.cells': 1,
  'space.stages': 1,
  'space.nodes': 1,
  'space.channels': 2,
  'data.imageSize': 4,
  'data.trainImages': 100,
  batchSize: 32,
  'stage.warmUpEpochs': 0,
  'stage.maxEpochs': 2,
  'joint.warmUpEpochs': 0,
  'joint.maxEpochs': 1,
  reportEvery: 1,
}).flatMap(([setting, value]) => ['--set', `${setting}=${value}`]);

let folder = '';
let out = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mgas-search-'));
  out = join(folder, 'arch.json');
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the command; `interruptAt` sends Ctrl-C's signal once its output contains the text. */
function search(args: readonly string[], interruptAt?: string): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', 'cli/search.ts', '--out', out, '--backend', 'cpu', ...args],
      { cwd: root },
    );
    const outcome: Outcome = { code: null, stdout: '', stderr: '' };
    let interrupted = false;
    child.stdout.on('data', (text: Buffer) => {
      outcome.stdout += text.toString();
      if (interruptAt && !interrupted && outcome.stdout.includes(interruptAt))
        interrupted = child.kill('SIGINT');
    });
    child.stderr.on('data', (text: Buffer) => (outcome.stderr += text.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ ...outcome, code }));
  });
}

const eventsOf = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as SearchEvent);
const readArchitecture = async () =>
  v.parse(ArchitectureSchema, JSON.parse(await readFile(out, 'utf8')));

it('searches, tells its events as JSON lines, and writes the architecture', async () => {
  const { code, stdout, stderr } = await search([
    ...smallest,
    '--seed',
    '3',
    '--target-params',
    '321',
    '--json',
  ]);
  expect(stderr).toContain(`The architecture is in ${out}.`);
  expect(code).toBe(0);
  const events = eventsOf(stdout);
  expect(events[0]!.type).toBe('started');
  expect(events.at(-1)!.type).toBe('finished');
  const { settings, validationAccuracy } = await readArchitecture();
  expect([settings.seed, settings.targetParameters, settings.space.channels]).toEqual([3, 321, 2]);
  expect(validationAccuracy).not.toBeNull();
});

it('stops at Ctrl-C and writes what it has found so far', async () => {
  const { code, stdout, stderr } = await search(
    [
      ...smallest,
      '--target-params',
      '1',
      '--set',
      'stage.endShare=0',
      '--set',
      'stage.maxEpochs=100000',
      '--set',
      'stage.patience=100000',
      '--json',
    ],
    '"type":"epoch"',
  );
  expect(stderr).toContain('Stopping after this step');
  expect(code).toBe(130);
  expect(eventsOf(stdout).at(-1)!.type).toBe('stopped');
  expect((await readArchitecture()).targetReached).toBe(false);
});

it.each([
  ['an unknown option', ['--sed', '3'], /unknown option '--sed'/],
  [
    'settings that the data cannot satisfy',
    ['--set', 'batchSize=4096'],
    /batchSize is 4096, but of 600 images/,
  ],
  [
    'settings that contradict each other',
    ['--set', 'space.cells=1'],
    /space\.cells \(1\) must be at least space\.stages \(3\)/,
  ],
  [
    'a folder that is not there',
    ['--out', '/nowhere/arch.json'],
    /--out \/nowhere\/arch\.json: the folder/,
  ],
])('ends with exit code 2 for %s', async (_, args, message) => {
  const { code, stdout, stderr } = await search(args);
  expect(stderr).toMatch(message);
  expect(stdout).toBe('');
  expect(code).toBe(2);
  expect(existsSync(out)).toBe(false);
});
