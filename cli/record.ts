/**
 * `npm run record -- NAME --title TEXT [options of npm run search]`: searches, and keeps the run as a recording that
 * ships with the lab (public/runs/NAME.json.gz, and its line in index.json). The first in the list opens the page:
 * `--first` puts the new one there. The same name again replaces the recording and keeps its place.
 */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import * as v from 'valibot';
import { searchDataOf } from '../src/datasets/any-set.ts';
import { presets } from '../src/domain/settings/presets.ts';
import type { SearchEvent } from '../src/domain/events/events.ts';
import { startSearch } from '../src/engine/search/search.ts';
import { writeRun } from '../src/storage/files.ts';
import { emptySummary } from '../src/storage/records.ts';
import { RecordedListSchema, recordedPrefix } from '../src/storage/recorded-runs.ts';
import type { RecordedList, RecordedRun } from '../src/storage/recorded-runs.ts';
import { statusAfter, summarize } from '../src/storage/summary.ts';
import { choicesOf } from './data-options.ts';
import { loadDataset } from './load-dataset.ts';
import { createNodeStepper } from './node-stepper.ts';
import { describeAdapter } from './node-webgpu.ts';
import { progressWriter } from './progress.ts';
import { kernelsOf, searchCommand, settingsOf, type SearchOptions } from './search-options.ts';

let folder = new URL('../public/runs/', import.meta.url);

async function readList(): Promise<RecordedList> {
  const text = await readFile(new URL('index.json', folder), 'utf8').catch(() => null);
  if (text === null) return { format: 'mgas-recorded-runs', version: 1, runs: [] };
  return v.parse(RecordedListSchema, JSON.parse(text));
}

const command = searchCommand(Object.keys(presets))
  .name('record')
  .description('Search, and store the run as a recording that ships with the lab.')
  .argument('<name>', 'name of the recording: letters, digits, - and _')
  .requiredOption('--title <text>', 'title on the page')
  .option('--first', 'make it the recording that the page opens with', false)
  .option('--folder <path>', 'output folder, by default that of the lab');
command.parse(process.argv.slice(2), { from: 'user' });
const [name] = command.args;
const options = command.opts<SearchOptions & { title: string; first: boolean; folder?: string }>();
if (options.folder !== undefined) folder = pathToFileURL(`${options.folder.replace(/\/$/, '')}/`);

const settings = settingsOf(options, presets);
const dataset = await loadDataset(options.dataset, {
  imageSize: settings.data.imageSize,
  choices: choicesOf(options),
  skipUnreadable: options.skipUnreadable,
  note: (line) => process.stderr.write(`${line}\n`),
});
const data = searchDataOf(dataset, settings);
const stepper = await createNodeStepper(
  options.backend,
  kernelsOf(options),
  options.adapter,
  settings.halfFloats,
);
const events: SearchEvent[] = [];
const show = progressWriter(process.stderr, process.stderr.isTTY);
const created = Date.now();
await startSearch({
  settings,
  data,
  stepper,
  now: () => performance.now(),
  emit(event) {
    // The stream's objects may change after this call; a recording must not.
    events.push(structuredClone(event));
    show(event);
  },
}).result;
stepper.dispose();

const id = `${recordedPrefix}${name}`;
const summary = summarize(emptySummary, events);
const run = {
  id,
  name: options.title,
  tags: ['recorded'],
  created,
  updated: Date.now(),
  status: statusAfter('running', events),
  settings,
  dataset: { name: dataset.name, source: null },
  backend: options.backend,
  events: events.length,
  summary,
  checkpointStep: null,
  deleted: null,
  imported: true,
};
const text = writeRun({ run, events, checkpoint: null }, { weights: false });
const file = new URL(`${name}.json.gz`, folder);
await writeFile(file, gzipSync(text, { level: 9 }));
const recorded: RecordedRun = {
  id,
  file: `${name}.json.gz`,
  title: options.title,
  recorded: new Date(created).toISOString(),
  adapter: options.backend === 'webgpu' ? await describeAdapter() : 'CPU (TensorFlow.js)',
  dataset: dataset.name,
  preset: options.set.length > 0 ? null : options.preset,
  seed: settings.seed,
  targetParameters: settings.targetParameters,
  command: repeating(process.argv.slice(3)),
  result: {
    parameters: summary.parameters?.active ?? 0,
    accuracy: summary.accuracy,
    images: summary.images,
    steps: summary.step,
    seconds: Math.round(summary.time / 100) / 10,
  },
  bytes: (await stat(file)).size,
};
/** The arguments of the search alone. */
function repeating(words: readonly string[]): string {
  const own = ['--title', '--folder'];
  return words
    .filter(
      (word, i) => word !== '--first' && !own.includes(word) && !own.includes(words[i - 1] ?? ''),
    )
    .join(' ');
}
const list = await readList();
const at = list.runs.findIndex((other) => other.id === id);
const others = list.runs.filter((other) => other.id !== id);
others.splice(options.first ? 0 : at < 0 ? others.length : at, 0, recorded);
await writeFile(
  new URL('index.json', folder),
  `${JSON.stringify(v.parse(RecordedListSchema, { ...list, runs: others }), null, 2)}\n`,
);
process.stderr.write(
  `${options.title}: ${events.length} events, ${Math.round(recorded.bytes / 1024)} KiB in public/runs/${name}.json.gz\n`,
);
process.exit(0);
