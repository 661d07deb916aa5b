import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ArchitectureSchema } from '../src/domain/architecture/schema.ts';
import type { SearchEvent } from '../src/domain/events/events.ts';
import { restore } from '../src/storage/restore.ts';
import { cellSettings } from '../src/domain/spaces/settings.ts';
import { setEach, smallestSettings } from './smallest-search.ts';

const root = join(import.meta.dirname, '..');
/** As small as a search can be, on the backend that is everywhere. */
const smallest = setEach({
  ...smallestSettings,
  ...{ 'data.trainImages': 100, batchSize: 32, 'stage.maxEpochs': 2, reportEvery: 1 },
});

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

it('searches, writes its events as JSON lines, and writes the architecture', async () => {
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
  const { channels } = cellSettings(settings.space);
  expect([settings.seed, settings.targetParameters, channels]).toEqual([3, 321, 2]);
  expect(validationAccuracy).not.toBeNull();
});

it('stops at Ctrl-C and writes the architecture found so far', async () => {
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

it('stores a run in a file, and continues it towards a smaller target', async () => {
  const file = join(folder, 'run.json');
  const first = await search([...smallest, '--target-params', '5000', '--run', file]);
  expect(first.stderr).toContain(`The architecture is in ${out}.`);
  const found = await readArchitecture();
  const text = await readFile(file, 'utf8');
  // As the library reads it.
  const restored = restore(text);
  if (restored.kind !== 'run') throw new Error(restored.kind);
  expect(restored.run.run).toMatchObject({ status: 'finished', checkpointStep: found.steps });
  const again = await search(['--resume', file]);
  expect(again.code).toBe(2);
  expect(again.stderr).toMatch(/--target-params: enter less than [\d,]+/);
  const less = found.parameters.active - 20;
  const continued = join(folder, 'continued.json');
  const next = await search([
    ...['--resume', file, '--target-params', String(less), '--more-epochs', '60'],
    ...['--run', continued, '--json'],
  ]);
  expect(next.code, next.stderr).toBe(0);
  expect(eventsOf(next.stdout)[0]!.type).toBe('resumed');
  const smaller = await readArchitecture();
  expect(smaller.targetReached).toBe(true);
  expect(smaller.parameters.active).toBeLessThanOrEqual(less);
  expect(smaller.steps).toBeGreaterThan(found.steps);
  expect(restore(await readFile(continued, 'utf8')).kind).toBe('run');
  // The first file is as it was.
  expect(await readFile(file, 'utf8')).toBe(text);
});

it('resumes an interrupted run to the result of an uninterrupted one', async () => {
  const file = join(folder, 'run.json');
  const args = [...smallest, '--set', 'joint.maxEpochs=6', '--target-params', '300'];
  await search(args);
  const whole = await readArchitecture();
  const stopped = await search([...args, '--run', file, '--json'], '"type":"checkpoint"');
  expect(stopped.code).toBe(130);
  const resumed = await search(['--resume', file]);
  expect(resumed.code, resumed.stderr).toBe(0);
  expect(await readArchitecture()).toEqual(whole);
});

it.each([
  ['an unknown option', ['--sed', '3'], /unknown option '--sed'/],
  [
    'settings that the data cannot satisfy',
    ['--set', 'batchSize=4096'],
    /--set batchSize: must be at most 1,960, the images left to search on/,
  ],
  [
    'settings that contradict each other',
    ['--set', 'space.cells=1'],
    /--set space\.cells: must be at least 3, one for each stage/,
  ],
  [
    'half floats on a device without them',
    ['--set', 'halfFloats=true'],
    /Half floats: this device cannot store them .*Turn off the setting halfFloats/,
  ],
  ['more epochs of nothing', ['--more-epochs', '3'], /--more-epochs needs --resume/],
  [
    'settings beside those of a run',
    ['--resume', 'run.json', '--seed', '3'],
    /--seed cannot be combined with --resume/,
  ],
  ['a run that is not there', ['--resume', '/nowhere.json'], /--resume \/nowhere\.json: /],
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
