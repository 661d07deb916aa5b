/**
 * `npm run -s data -- PATH`: what a data set is, and its arrays as NumPy. Exit codes: 0 read, 1 failed, 2 wrong arguments or
 * data. With --json the answer is one JSON object on standard output, an error too: {"error": ...}.
 */
import { writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { CommanderError } from 'commander';
import { DatasetError } from '../src/datasets/dataset.ts';
import { resizeDataset } from '../src/datasets/resize.ts';
import { outlineSentence } from '../src/datasets/outline.ts';
import { dataCommand, type DataCommandOptions } from './data/command.ts';
import { choicesOf } from './data-options.ts';
import { reportOf, reportText, type Report } from './data/report.ts';
import { datasetNpz } from './data/npz.ts';
import { loadShipped, lookAtDataset } from './load-dataset.ts';
import { UsageError } from './usage-error.ts';

const exitCode = { read: 0, failed: 1, usage: 2 };

async function data(path: string, options: DataCommandOptions): Promise<number> {
  const warn = (text: string) => process.stderr.write(`${text}\n`);
  const report = await read(path, options, options.json ? () => {} : warn);
  process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : `${reportText(report)}\n`);
  return exitCode.read;
}

async function read(
  path: string,
  options: DataCommandOptions,
  note: (text: string) => void,
): Promise<Report> {
  const size = options.size ?? null;
  if (path === 'fashion-mnist' && !existsSync(path)) {
    const shipped = await loadShipped();
    const dataset = size === null ? shipped : resizeDataset(shipped, size);
    if (options.out) await write(options.out, datasetNpz(dataset));
    return reportOf({ dataset, kind: 'idx', notes: [] }, null, options.out ?? null);
  }
  const look = await lookAtDataset(
    path,
    { size, choices: choicesOf(options), skipUnreadable: options.skipUnreadable, note },
    'PATH',
  );
  note(`Found ${outlineSentence(look.outline)}.`);
  const result = await look.read();
  if (options.out) await write(options.out, datasetNpz(result.dataset));
  return reportOf(result, look.outline, options.out ?? null);
}

async function write(file: string, bytes: Uint8Array): Promise<void> {
  await writeFile(file, bytes).catch((error: unknown) => {
    throw new UsageError(
      `--out ${file}: cannot be written (${error instanceof Error ? error.message : String(error)}).`,
    );
  });
}

/** Whether errors go to standard output as JSON: told before the arguments are found right or wrong. */
const json = process.argv.includes('--json');

function failed(error: unknown): number {
  if (error instanceof CommanderError && error.exitCode === 0) return exitCode.read;
  const message = (error instanceof Error ? error.message : String(error)).replace(/^error: /, '');
  if (json) process.stdout.write(`${JSON.stringify({ error: message })}\n`);
  // Commander has printed its message.
  else if (!(error instanceof CommanderError)) process.stderr.write(`${message}\n`);
  return error instanceof DatasetError ||
    error instanceof UsageError ||
    error instanceof CommanderError
    ? exitCode.usage
    : exitCode.failed;
}

const command = dataCommand().exitOverride();
if (json) command.configureOutput({ writeErr: () => {} });
const code = await (async () => {
  try {
    command.parse(process.argv.slice(2), { from: 'user' });
    return await data(command.args[0]!, command.opts<DataCommandOptions>());
  } catch (error) {
    return failed(error);
  }
})();
process.stdout.write('', () => process.exit(code));
