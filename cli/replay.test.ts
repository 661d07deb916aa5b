import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SearchEvent } from '../src/domain/events/events.ts';
import { findLavapipe } from '../scripts/lavapipe.mjs';
import { sampleRun } from '../src/engine/search/testing/sample-run.ts';
import { firstDifference } from './replay-difference.ts';

const root = join(import.meta.dirname, '..');
let folder = '';
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'mgas-replay-'))));
afterAll(() => rm(folder, { recursive: true }));

function run(
  script: string,
  args: readonly string[],
): Promise<{ code: number | null; out: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', script, ...args], { cwd: root });
    let out = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (out += text.toString())); // prettier-ignore
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out }));
  });
}

/** As small as a search can be. */
const smallest = [
  ...['space.cells=1', 'space.stages=1', 'space.nodes=1', 'space.channels=2', 'batchSize=32'],
  ...['data.imageSize=4', 'data.trainImages=100', 'stage.warmUpEpochs=0', 'stage.maxEpochs=2'],
  ...['data.validationImages=0', 'joint.warmUpEpochs=0', 'joint.maxEpochs=1', 'reportEvery=1'],
  'targetParameters=100',
].flatMap((one) => ['--set', one]);

it('repeats a recording to its architecture, and reports differences', async () => {
  const made = await run('cli/record.ts', [
    ...['smallest', '--title', 'Smallest', '--backend', 'cpu', '--folder', folder, ...smallest],
  ]);
  expect(made.code, made.out).toBe(0);
  const again = await run('cli/replay.ts', ['--folder', folder]);
  expect(again.out).toContain('smallest: the same architecture after');
  expect(again.code).toBe(0);
  // As if the engine computed another loss now.
  const file = join(folder, 'smallest.json.gz');
  const text = gunzipSync(await readFile(file)).toString();
  await writeFile(file, gzipSync(text.replace(/"crossEntropy":[\d.]+/, '"crossEntropy":9')));
  const other = await run('cli/replay.ts', ['smallest', '--folder', folder, '--steps', '1']);
  expect(other.code).toBe(1);
  expect(other.out).toMatch(/smallest: differs at step 1: loss\/cross_entropy was 9 and is [\d.]+\. Recorded on CPU \(TensorFlow\.js\) with engine [\d.]+; this is engine .* record it again: npm run record -- smallest --title "Smallest" --backend cpu --set space\.cells=1/); // prettier-ignore
}, 120_000);

it('the opening recording starts as its settings start now, on the same kind of adapter', async () => {
  const { out } = await run('cli/replay.ts', ['tiny', '--steps', '5']);
  expect(out).toContain('tiny: the same course after 5 steps.');
}, 240_000);

it.skipIf(findLavapipe() === null)(
  'so does the one of a chain, where the driver that it was recorded on is set up',
  async () => {
    const { out } = await run('cli/replay.ts', ['mobile-tiny', '--steps', '5']);
    expect(out).toContain('mobile-tiny: the same course after 5 steps.');
  },
  240_000,
);

describe('firstDifference', () => {
  let events: SearchEvent[];
  beforeAll(async () => void ({ events } = await sampleRun()));
  const changed = (type: SearchEvent['type'], change: (event: SearchEvent) => void) => {
    const copy = structuredClone(events);
    change(copy.findLast((event) => event.type === type)!);
    return firstDifference(events, copy)?.text;
  };

  it('finds none in equal runs, in a part, and on a slower machine', () => {
    expect(firstDifference(events, structuredClone(events))).toBeNull();
    expect(firstDifference(events, events.slice(0, 40))).toBeNull();
    expect(
      firstDifference(
        events,
        events.map((event) =>
          event.type === 'step' ? { ...event, time: 9e9, msPerStep: 77 } : event,
        ),
      ),
    ).toBeNull();
  });

  it('names what differs', () => {
    expect(changed('step', (e) => e.type === 'step' && (e.lambda = 5))).toMatch(/^optimizer\/lambda was 0/);
    expect(changed('pruned', (e) => e.type === 'pruned' && (e.operations = []))).toMatch(/^pruned\/|^operations pruned were/);
    expect(changed('finished', (e) => e.type === 'finished' && (e.architecture.steps = 3))).toBe('the architecture differs in steps');
    expect(firstDifference(events, [...events, events.at(-1)!])?.text).toMatch(/^the recording ends/);
  }); // prettier-ignore
});
