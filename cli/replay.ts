/**
 * `npm run -s replay -- [NAME ...] [--steps N]`: repeats recordings from their settings, on the kind of adapter that each was
 * recorded on, and says whether the same comes out, or where it first differs. Exit codes: 0 the same, 1 not, 2 wrong
 * arguments.
 */
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { Command } from 'commander';
import * as v from 'valibot';
import { searchDataOf } from '../src/datasets/any-set.ts';
import type { SearchEvent } from '../src/domain/events/events.ts';
import { startSearch } from '../src/engine/search/search.ts';
import { engineVersion } from '../src/engine/version.ts';
import { RecordedListSchema, recordedPrefix } from '../src/storage/recorded-runs.ts';
import type { RecordedRun } from '../src/storage/recorded-runs.ts';
import { restore } from '../src/storage/restore.ts';
import { loadDataset } from './load-dataset.ts';
import { createNodeStepper } from './node-stepper.ts';
import { describeAdapter } from './node-webgpu.ts';
import { firstDifference } from './replay-difference.ts';
import { wholeNumber } from './search-options.ts';

interface Options {
  steps?: number;
  folder: string;
  adapter?: string;
}

const command = new Command('replay')
  .description('Repeat recordings, and report whether the result is the same.')
  .argument('[names...]', 'names of recordings; by default all')
  .option('--steps <number>', 'compare only this many steps', wholeNumber(1, 1e9))
  .option('--adapter <driver>', 'another adapter than the recording\u2019s')
  .option('--folder <path>', 'folder of the recordings', 'public/runs');
command.parse(process.argv.slice(2), { from: 'user' });
const options = command.opts<Options>();
const folder = pathToFileURL(`${options.folder.replace(/\/$/, '')}/`);

const { runs } = v.parse(
  RecordedListSchema,
  JSON.parse(await readFile(new URL('index.json', folder), 'utf8')),
);
const names = command.args.length > 0 ? command.args : runs.map(({ id }) => nameOf(id));
let same = true;
for (const name of names) {
  const entry = runs.find(({ id }) => nameOf(id) === name);
  if (!entry) {
    process.stderr.write(
      `No recording ${name}: choose from ${runs.map(({ id }) => nameOf(id)).join(', ')}.\n`,
    );
    process.exit(2);
  }
  same = (await replay(name, entry)) && same;
}
process.exit(same ? 0 : 1);

function nameOf(id: string): string {
  return id.slice(recordedPrefix.length);
}

/** The driver of the kind that an adapter's own description names; undefined = the best there is. */
function driverOf(adapter: string): string | undefined {
  if (/swiftshader/i.test(adapter)) return 'swiftshader';
  if (/llvmpipe|lavapipe/i.test(adapter)) return 'lavapipe';
  return undefined;
}

async function replay(name: string, entry: RecordedRun): Promise<boolean> {
  const file = restore(gunzipSync(await readFile(new URL(entry.file, folder))).toString('utf8'));
  if (file.kind !== 'run') throw new Error(`${entry.file}: expected a run.`);
  const [started] = file.run.events;
  if (started?.type !== 'started') throw new Error(`${entry.file}: the run has no start event.`);
  const { settings } = started;
  const backend = file.run.run.backend === 'cpu' ? 'cpu' : 'webgpu';
  const adapter = options.adapter ?? driverOf(entry.adapter);
  const dataset = await loadDataset(entry.dataset, { imageSize: settings.data.imageSize });
  const stepper = await createNodeStepper(
    backend,
    backend === 'cpu' ? 'composed' : 'own',
    backend === 'cpu' ? undefined : adapter,
    settings.halfFloats,
  );
  const events: SearchEvent[] = [];
  const running = startSearch({
    ...{ settings, data: searchDataOf(dataset, settings), stepper },
    emit(event) {
      events.push(structuredClone(event));
      if (event.step >= (options.steps ?? Infinity)) running.stop();
    },
  });
  await running.result;
  stepper.dispose();
  const steps = events.at(-1)?.step ?? 0;
  const difference = firstDifference(file.run.events, events);
  const here = backend === 'cpu' ? 'CPU (TensorFlow.js)' : await describeAdapter();
  process.stdout.write(
    difference === null
      ? `${name}: the same ${options.steps === undefined ? 'architecture' : 'course'} after ${steps} steps.\n`
      : `${name}: differs at step ${difference.step}: ${difference.text}. Recorded on ${entry.adapter} with engine ${started.engineVersion}; this is engine ${engineVersion} on ${here}. If the change is intended, record it again: npm run record -- ${name} --title "${entry.title}" ${entry.command}\n`,
  );
  return difference === null;
}
