/**
 * `npm run -s retrain`: trains an architecture from scratch. Exit codes: 0 finished, 1 failed, 2 wrong arguments or data,
 * 130 stopped by Ctrl-C. An interrupted training leaves OUT.checkpoint, from which the same command goes on.
 */
import { constants, existsSync, renameSync, writeFileSync } from 'node:fs';
import { access, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { CommanderError } from 'commander';
import { DatasetError } from '../src/datasets/dataset.ts';
import { trainDataOf } from '../src/datasets/any-set.ts';
import { weightsNpz } from '../src/engine/architecture/export/npz.ts';
import { ArchitectureError } from '../src/domain/architecture/schema.ts';
import type { Architecture } from '../src/domain/architecture/schema.ts';
import { checkpointFromJson, checkpointToJson } from '../src/engine/train/checkpoint.ts';
import type { TrainCheckpoint } from '../src/engine/train/checkpoint.ts';
import type { TrainEvent } from '../src/engine/train/events.ts';
import type { TrainSettings } from '../src/engine/train/settings.ts';
import { startTraining } from '../src/engine/train/training.ts';
import { trainingPoints } from '../src/engine/train/series.ts';
import { writeEventLine } from './event-lines.ts';
import { joinLog, openLog, settingsNote } from './log-option.ts';
import { choicesOf } from './data-options.ts';
import { loadDataset } from './load-dataset.ts';
import { createNodeStepper } from './node-stepper.ts';
import { readArchitecture, retrainCommand, trainSettingsOf } from './retrain-options.ts';
import type { RetrainOptions } from './retrain-options.ts';
import { trainingWriter } from './retrain-progress.ts';
import { kernelsOf, UsageError } from './search-options.ts';

const exitCode = { finished: 0, failed: 1, usage: 2, interrupted: 130 };

async function retrain(args: readonly string[]): Promise<number> {
  const command = retrainCommand().exitOverride().parse(joinLog(args), { from: 'user' });
  const options = command.opts<RetrainOptions>();
  const kernels = kernelsOf(options);
  const architecture = await readArchitecture(command.args[0]!);
  const settings = trainSettingsOf(options, architecture);
  for (const file of [options.out, ...(options.weights ? [options.weights] : [])])
    await checkWritable(file);
  const checkpointFile = `${options.out}.checkpoint`;
  const resumeFrom = await readCheckpoint(checkpointFile, architecture, settings);
  const dataset = await loadDataset(options.dataset, {
    imageSize: architecture.dataset.imageSize,
    choices: choicesOf(options),
    skipUnreadable: options.skipUnreadable,
    note: (text) => process.stderr.write(`${text}\n`),
  });
  const data = trainDataOf(dataset, {
    ...settings.data,
    ...settings,
    imageSize: architecture.dataset.imageSize,
  });
  const stepper = await createNodeStepper(
    options.backend,
    kernels,
    options.adapter,
    settings.halfFloats,
  );
  const show = options.json ? writeEventLine : trainingWriter(process.stderr, process.stderr.isTTY);
  const log = openLog(options.log);
  log?.note('settings', settingsNote(settings));
  const emit = (event: TrainEvent): void => {
    log?.write(event.step, trainingPoints(event));
    show(event);
  };
  if (resumeFrom)
    process.stderr.write(`Resuming from step ${resumeFrom.step}: ${checkpointFile}.\n`);
  try {
    const training = startTraining({
      architecture,
      settings,
      data,
      stepper,
      emit,
      onCheckpoint: (checkpoint) => writeWhole(checkpointFile, checkpointToJson(checkpoint)),
      ...(resumeFrom && { resumeFrom }),
    });
    let interrupted = false;
    const interrupt = (): void => {
      if (interrupted) process.exit(exitCode.interrupted);
      interrupted = true;
      process.stderr.write('\nStopping after this step. Press Ctrl-C again to exit at once.\n');
      training.stop();
    };
    process.on('SIGINT', interrupt);
    process.on('SIGTERM', interrupt);
    const trained = await training.result;
    if (!trained) {
      process.stderr.write(
        `Stopped. Run the same command again to resume from ${checkpointFile}.\n`,
      );
      return exitCode.interrupted;
    }
    await writeFile(options.out, `${JSON.stringify(trained)}\n`);
    if (options.weights) await writeFile(options.weights, weightsNpz(trained));
    await rm(checkpointFile, { force: true });
    process.stderr.write(`The trained architecture is in ${options.out}.\n`);
    return exitCode.finished;
  } finally {
    stepper.dispose();
  }
}

/** What an interrupted run of the same command left; null where there is nothing. */
async function readCheckpoint(
  file: string,
  architecture: Architecture,
  settings: TrainSettings,
): Promise<TrainCheckpoint | null> {
  if (!existsSync(file)) return null;
  const checkpoint = checkpointFromJson(await readFile(file, 'utf8'));
  if (JSON.stringify(checkpoint.architecture) !== JSON.stringify(architecture)) {
    throw new UsageError(
      `${file} belongs to a training of another architecture: delete it, or choose another --out.`,
    );
  }
  const other = differences(checkpoint.settings, settings);
  if (other.length > 0)
    throw new UsageError(
      `${file} belongs to a training with ${other.join(', ')}: pass the same values, delete it, or choose another --out.`,
    );
  return checkpoint;
}

/** Settings by their names, as they were and as they are now. */
function differences(before: object, now: object, path = ''): string[] {
  return Object.entries(before).flatMap(([key, value]: [string, unknown]) => {
    const other = (now as Record<string, unknown>)[key];
    if (typeof value === 'object' && value !== null)
      return differences(value, other as object, `${path}${key}.`);
    return value === other ? [] : [`${path}${key} ${String(value)} (now ${String(other)})`];
  });
}

/** A kill while it writes leaves the old file. */
function writeWhole(file: string, text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

async function checkWritable(out: string): Promise<void> {
  const folder = dirname(resolve(out));
  await access(folder, constants.W_OK).catch(() => {
    throw new UsageError(`${out}: the folder ${folder} does not exist or cannot be written to.`);
  });
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCode.usage; // It has printed its message.
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  const usage = [UsageError, DatasetError, ArchitectureError, RangeError].some(
    (kind) => error instanceof kind,
  );
  return usage ? exitCode.usage : exitCode.failed;
}

const code = await retrain(process.argv.slice(2)).catch(exitCodeOf);
// Not left to the event loop, which a device may keep alive; but a pipe must have taken all of the output.
process.stdout.write('', () => process.exit(code));
