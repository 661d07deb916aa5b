/**
 * `npm run -s search`: a whole search from a shell. Exit codes: 0 finished, 1 failed, 2 wrong arguments or data,
 * 130 stopped by Ctrl-C (the architecture found so far is written all the same).
 */
import { constants } from 'node:fs';
import { access, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { CommanderError } from 'commander';
import { DatasetError } from '../src/datasets/dataset.ts';
import { searchDataOf } from '../src/datasets/any-set.ts';
import { presets } from '../src/domain/settings/presets.ts';
import type { RunningSearch } from '../src/engine/search/api.ts';
import { checkpointEvery } from '../src/engine/search/checkpoint-state.ts';
import type { SearchEvent } from '../src/domain/events/events.ts';
import { startSearch } from '../src/engine/search/search.ts';
import { searchPoints } from '../src/domain/events/series.ts';
import { writeEventLine } from './event-lines.ts';
import { joinLog, openLog, settingsNote } from './log-option.ts';
import { choicesOf } from './data-options.ts';
import { KeptRun, readResumed } from './kept-run.ts';
import type { Resumed } from './kept-run.ts';
import { loadDataset } from './load-dataset.ts';
import { createNodeStepper } from './node-stepper.ts';
import { progressWriter } from './progress.ts';
import {
  kernelsOf,
  searchCommand,
  checkSettings,
  settingsOf,
  UsageError,
  type SearchOptions,
} from './search-options.ts';

const exitCode = { finished: 0, failed: 1, usage: 2, interrupted: 130 };

async function search(args: readonly string[]): Promise<number> {
  const options = searchCommand(Object.keys(presets))
    .exitOverride()
    .parse(joinLog(args), { from: 'user' })
    .opts<SearchOptions>();
  const resumed = await resumedOf(options);
  const settings = resumed?.checkpoint.settings ?? settingsOf(options, presets);
  const kernels = kernelsOf(options);
  await checkWritable('--out', options.out);
  if (options.run !== undefined) await checkWritable('--run', options.run);
  const log = openLog(options.log);
  const dataset = await loadDataset(options.dataset, {
    imageSize: settings.data.imageSize,
    choices: choicesOf(options),
    skipUnreadable: options.skipUnreadable,
    note: (text) => process.stderr.write(`${text}\n`),
  });
  if (resumed && dataset.name !== resumed.run.dataset.name)
    throw new UsageError(
      `--resume ${options.resume}: the run was searched on \u201c${resumed.run.dataset.name}\u201d, and --dataset is \u201c${dataset.name}\u201d.`,
    );
  checkSettings(settings, { name: dataset.name, train: dataset.train.count });
  const data = searchDataOf(dataset, settings, resumed?.checkpoint.lineage?.splitSeed);
  const stepper = await createNodeStepper(
    options.backend,
    kernels,
    options.adapter,
    settings.halfFloats,
  );

  let failed = false;
  const show = options.json ? writeEventLine : progressWriter(process.stderr, process.stderr.isTTY);
  const kept =
    options.run === undefined
      ? null
      : new KeptRun({
          ...{ file: options.run, settings, dataset: dataset.name },
          ...{ backend: options.backend, resumed },
        });
  const emit = (event: SearchEvent) => {
    failed ||= event.type === 'failed';
    kept?.push(event);
    log?.write(event.step, searchPoints(event));
    show(event);
  };
  log?.note('settings', settingsNote(settings));
  try {
    const running = start({
      ...{ settings, data, stepper, emit, now: () => performance.now() },
      ...(kept && { onCheckpoint: (checkpoint) => kept.checkpoint(checkpoint), checkpointEvery }),
      ...(resumed && { resumeFrom: resumed.checkpoint }),
    });
    for (const change of resumed?.changes ?? []) running.steer(change);
    // What the progress line measures against.
    if (!options.json)
      for (const event of resumed?.events ?? [])
        if (['started', 'stage-started', 'forked'].includes(event.type)) show(event);
    const interruption = stopOnInterrupt(running);
    const architecture = await running.result;
    if (architecture) {
      await writeFile(options.out, `${JSON.stringify(architecture, null, 2)}\n`);
      process.stderr.write(`The architecture is in ${options.out}.\n`);
    } else {
      process.stderr.write(
        `Stopped before any stage had started: there is no architecture, and ${options.out} was not written.\n`,
      );
    }
    return interruption.happened ? exitCode.interrupted : exitCode.finished;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    // The event stream has reported it already, with advice; only what came otherwise is news.
    if (!failed || options.json) process.stderr.write(`The search failed: ${messageOf(error)}\n`);
    return exitCode.failed;
  } finally {
    stepper.dispose();
  }
}

/** @throws UsageError where options contradict each other. */
async function resumedOf(options: SearchOptions): Promise<Resumed | null> {
  const { resume, moreEpochs, seed, set } = options;
  if (resume === undefined) {
    if (moreEpochs !== undefined)
      throw new UsageError('--more-epochs needs --resume: it continues a run.');
    return null;
  }
  if (seed !== undefined || set.length > 0)
    throw new UsageError(
      `${seed === undefined ? '--set' : '--seed'} cannot be combined with --resume: the run has its own settings.`,
    );
  return readResumed({ ...options, resume });
}

function start(options: Parameters<typeof startSearch>[0]): RunningSearch {
  try {
    return startSearch(options);
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(`--set: ${error.message}`); // Settings that contradict each other.
    throw error;
  }
}

/** The first Ctrl-C (or SIGTERM) ends the search after its step, the second ends the process. */
function stopOnInterrupt(running: RunningSearch): { readonly happened: boolean } {
  const state = { happened: false };
  const interrupt = () => {
    if (state.happened) process.exit(exitCode.interrupted);
    state.happened = true;
    process.stderr.write(
      '\nStopping after this step. Press Ctrl-C again to exit at once, without a file.\n',
    );
    running.stop();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return state;
}

/** Found out now rather than after hours of searching. */
async function checkWritable(option: string, out: string): Promise<void> {
  const folder = dirname(resolve(out));
  await access(folder, constants.W_OK).catch(() => {
    throw new UsageError(
      `${option} ${out}: the folder ${folder} does not exist or cannot be written to.`,
    );
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

// `... --json | head`: the reader has gone, so nobody is left to tell.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitCode.failed);
  throw error;
});

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCode.usage; // It has printed its message.
  process.stderr.write(`${messageOf(error)}\n`);
  return error instanceof UsageError || error instanceof DatasetError
    ? exitCode.usage
    : exitCode.failed;
}

const code = await search(process.argv.slice(2)).catch(exitCodeOf);
// Not left to the event loop, which a device or a port may keep alive; but a pipe must have taken all of the output.
process.stdout.write('', () => process.exit(code));
