import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sampleTrained } from '../src/engine/architecture/export/sample.ts';
import { operationNames } from '../src/domain/operations/registry.ts';
import { parseTrained } from '../src/engine/train/trained.ts';

const root = join(import.meta.dirname, '..');
let folder = '';
let architecture = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mgas-retrain-'));
  architecture = join(folder, 'architecture.json');
  const space = {
    cells: 1,
    nodes: 1,
    channels: 2,
    stages: 1,
    stemMultiplier: 1,
    operations: [...operationNames],
  };
  await writeFile(
    architecture,
    JSON.stringify(sampleTrained(1, { space, imageSize: 4 }).architecture),
  );
});
afterAll(() => rm(folder, { recursive: true }));

interface Outcome {
  code: number | null;
  output: string;
}

/** Runs a command of the shell; `interruptAt` sends Ctrl-C's signal once its output contains the text. */
function command(script: string, args: readonly string[], interruptAt?: string): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', `cli/${script}.ts`, ...args], {
      cwd: root,
    });
    const outcome: Outcome = { code: null, output: '' };
    let interrupted = false;
    const read = (text: Buffer): void => {
      outcome.output += text.toString();
      if (interruptAt && !interrupted && outcome.output.includes(interruptAt))
        interrupted = child.kill('SIGINT');
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('error', reject);
    child.on('close', (code) => resolve({ ...outcome, code }));
  });
}

const train = (out: string, interruptAt?: string) =>
  command(
    'retrain',
    [
      architecture,
      '--backend',
      'cpu',
      '--epochs',
      '30',
      '--batch-size',
      '10',
      '--train-images',
      '20',
      '--test-images',
      '20',
      '--widen',
      '2',
      '--drop-path',
      '0.3',
      '--json',
      '--out',
      out,
    ],
    interruptAt,
  );

it('trains, resumes after Ctrl-C to the same result, and exports it', async () => {
  const whole = join(folder, 'whole.json');
  const halves = join(folder, 'halves.json');
  expect((await train(whole)).code).toBe(0);
  const stopped = await train(halves, '"type":"training-epoch","epoch":0');
  expect(stopped.output).toContain('to resume from');
  expect(stopped.code).toBe(130);
  expect([existsSync(halves), existsSync(`${halves}.checkpoint`)]).toEqual([false, true]);
  const other = await command('retrain', [
    architecture,
    '--backend',
    'cpu',
    '--epochs',
    '30',
    '--drop-path',
    '0',
    '--batch-size',
    '10',
    '--train-images',
    '20',
    '--test-images',
    '20',
    '--out',
    halves,
  ]);
  expect(other.code).toBe(2);
  expect(other.output).toContain(
    'a training with regularization.dropPath 0.3 (now 0), widen 2 (now 1): pass the same values',
  );
  expect((await train(halves)).code).toBe(0);
  expect(existsSync(`${halves}.checkpoint`)).toBe(false);
  const trained = parseTrained(await readFile(halves, 'utf8'));
  expect(trained.training).toMatchObject({
    regularization: { dropPath: 0.3, auxiliary: 0 },
    widen: 2,
  });
  expect(trained.architecture).toMatchObject({ widened: 2, settings: { space: { channels: 4 } } });
  expect(trained).toEqual(parseTrained(await readFile(whole, 'utf8')));

  const exported = await command('export', [
    whole,
    '--format',
    'pytorch',
    '--out',
    join(folder, 'pytorch'),
  ]);
  expect(exported.code).toBe(0);
  expect(exported.output).toContain(
    `${trained.architecture.parameters.dense.toLocaleString('en-US')} parameters`,
  );
  const card = JSON.parse(await readFile(join(folder, 'pytorch/card.json'), 'utf8')) as {
    expectedAccuracy: number;
  };
  expect(card.expectedAccuracy).toBe(trained.test.accuracy);
  expect(await readFile(join(folder, 'pytorch/network.py'), 'utf8')).toContain(
    'class Network(nn.Module)',
  );
}, 240_000);

it.each([
  [
    'an architecture without weights to export',
    'export',
    () => [architecture, '--format', 'onnx'],
    /has no trained weights/,
  ],
  [
    'a file that is not an architecture',
    'retrain',
    () => [join(root, 'package.json')],
    /Not an architecture/,
  ],
  [
    'a probability that would drop everything',
    'retrain',
    () => [architecture, '--drop-path', '1'],
    /from 0 to 0\.95/,
  ],
  [
    'an auxiliary head without a place',
    'retrain',
    () => [architecture, '--auxiliary', '0.4'],
    /no place for an auxiliary head/,
  ],
  [
    'a number of epochs that is none',
    'retrain',
    () => [architecture, '--epochs', 'many'],
    /whole number/,
  ],
])(
  'ends with exit code 2 for %s',
  async (_, script, args, message) => {
    const { code, output } = await command(script, args());
    expect(output).toMatch(message);
    expect(code).toBe(2);
  },
  60_000,
);
