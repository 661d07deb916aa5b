/**
 * `npm run -s compare`: the matrix of methods, target sizes and seeds. Writes results.json and results.csv after every
 * run, and every architecture. Exit codes: 0 finished, 1 failed, 2 wrong arguments or data, 130 stopped by Ctrl-C.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { DatasetError } from '../src/datasets/dataset.ts';
import type { Dataset } from '../src/datasets/dataset.ts';
import { createSearchData } from '../src/datasets/search-data.ts';
import { createTrainData } from '../src/datasets/train-data.ts';
import { comparisonCsv, comparisonFormat, ComparisonError, parseComparison } from '../src/engine/baselines/results.ts';
import type { Comparison, MethodName } from '../src/engine/baselines/results.ts';
import { comparisonSettings } from '../src/engine/baselines/preset.ts';
import { runMethod } from '../src/engine/baselines/run.ts';
import { presets } from '../src/engine/presets.ts';
import type { SearchSettings } from '../src/engine/settings.ts';
import { trainSettingsFor } from '../src/engine/train/settings.ts';
import type { Stepper } from '../src/engine/supernet/stepper.ts';
import { compareCommand } from './compare-options.ts';
import type { CompareOptions } from './compare-options.ts';
import { Pace } from './compare-pace.ts';
import { comparisonSentences, comparisonTable } from './compare-table.ts';
import { loadDataset } from './load-dataset.ts';
import { createNodeStepper } from './node-stepper.ts';
import { duration } from './progress.ts';
import { kernelsOf, settingsOf, UsageError } from './search-options.ts';

const exitCode = { finished: 0, failed: 1, usage: 2, interrupted: 130 };
const allPresets: Record<string, SearchSettings> = { small: comparisonSettings, ...presets };

interface Run {
  readonly method: MethodName;
  readonly target: number;
  readonly seed: number;
}

async function compare(args: readonly string[]): Promise<number> {
  const options = compareCommand(Object.keys(allPresets)).exitOverride().parse(args, { from: 'user' }).opts<CompareOptions>();
  const kernels = kernelsOf(options);
  const settings = settingsOf(options, allPresets);
  const dataset = await loadDataset(options.dataset);
  const comparison = openComparison(options, settings, dataset);
  // Seeds outermost: an unfinished comparison has every method at the first seeds.
  const all = options.seeds.flatMap((seed) => options.targets.flatMap((target) => options.methods.map((method): Run => ({ method, target, seed }))));
  const open = all.filter((run) => !comparison.runs.some((done) => sameRun(done, run)));
  const stepper = await createNodeStepper(options.backend, kernels);
  try {
    const stopped = await runAll(comparison, open, all.length, { options, settings, dataset, stepper });
    process.stdout.write(`\n${comparisonTable(comparison)}\n\n${comparisonSentences(comparison).join('\n')}\n`);
    process.stderr.write(`Results are in ${join(options.out, 'results.json')} and results.csv.${stopped ? ' The same command goes on from there.' : ''}\n`);
    return stopped ? exitCode.interrupted : exitCode.finished;
  } finally {
    stepper.dispose();
  }
}

const sameRun = (a: Run, b: Run): boolean => a.method === b.method && a.target === b.target && a.seed === b.seed;

/** What the folder holds already, or an empty comparison. @throws UsageError where it is of other settings. */
function openComparison(options: CompareOptions, settings: SearchSettings, dataset: Dataset): Comparison {
  const { methods, targets, seeds, epochs, trainImages, testImages, backend, out } = options;
  mkdirSync(join(out, 'runs'), { recursive: true });
  const fresh: Comparison = {
    format: comparisonFormat,
    version: 1,
    dataset: dataset.name,
    backend,
    settings,
    training: { epochs, trainImages, testImages },
    methods,
    targets,
    seeds,
    runs: [],
  };
  const file = join(out, 'results.json');
  if (!existsSync(file)) return fresh;
  const old = parseComparison(readFileSync(file, 'utf8'));
  const same = (c: Comparison): string => JSON.stringify([c.dataset, c.backend, c.settings, c.training]);
  if (same(old) !== same(fresh)) throw new UsageError(`${file} was measured with other settings, data or training: choose another --out, or delete it.`);
  const union = <T>(a: readonly T[], b: readonly T[]): T[] => [...new Set([...a, ...b])];
  return { ...fresh, methods: union(old.methods, methods), targets: union(old.targets, targets), seeds: union(old.seeds, seeds), runs: old.runs };
}

interface Surroundings {
  readonly options: CompareOptions;
  readonly settings: SearchSettings;
  readonly dataset: Dataset;
  readonly stepper: Stepper;
}

/** @returns whether it was stopped. */
async function runAll(comparison: Comparison, open: readonly Run[], total: number, { options, settings, dataset, stepper }: Surroundings): Promise<boolean> {
  let stopping = false;
  let stop = (): void => {};
  const interrupt = (): void => {
    if (stopping) process.exit(exitCode.interrupted);
    stopping = true;
    process.stderr.write('\nStopping; the run under way is lost. Once more ends at once.\n');
    stop();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  const pace = new Pace(comparison.runs);
  process.stderr.write(`${total} runs, ${total - open.length} of them done already.\n`);
  if (open.length > 0) process.stderr.write(`${await pace.announce(open, { settings, data: createSearchData(dataset, settings), stepper, training: comparison.training })}\n`);
  for (const [i, run] of open.entries()) {
    if (stopping) return true;
    const own: SearchSettings = { ...settings, seed: run.seed, targetParameters: run.target };
    const { epochs, trainImages, testImages } = options;
    const training = trainSettingsFor({ settings: own, dataset: own.data }, epochs);
    training.evaluateEvery = 0;
    training.data = { ...training.data, trainImages, testImages };
    const finished = await runMethod({
      method: run.method,
      settings: own,
      training,
      searchData: createSearchData(dataset, own),
      trainData: createTrainData(dataset, { ...training.data, ...training, imageSize: own.data.imageSize }),
      stepper,
      now: () => performance.now(),
      onStart: (running) => {
        stop = () => running.stop();
        if (stopping) running.stop();
      },
    });
    if (!finished) return true;
    comparison.runs.push(finished.result);
    pace.note(finished.result);
    const { result, architecture } = finished;
    writeWhole(join(options.out, 'runs', `${run.method}-${run.target}-${run.seed}.json`), `${JSON.stringify(architecture)}\n`);
    writeWhole(join(options.out, 'results.json'), `${JSON.stringify(comparison, null, 1)}\n`);
    writeWhole(join(options.out, 'results.csv'), comparisonCsv(comparison));
    process.stderr.write(
      `${total - open.length + i + 1}/${total} ${run.method}, target ${run.target}, seed ${run.seed}: ${result.parameters.active} parameters, ` +
        `${(100 * result.testAccuracy).toFixed(1)} % of test images right; ${duration(1000 * pace.left(open.slice(i + 1)))} left\n`,
    );
  }
  return false;
}

/** A kill while it writes leaves the old file. */
function writeWhole(file: string, text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCode.usage; // It has printed its message.
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  return [UsageError, DatasetError, ComparisonError, RangeError].some((kind) => error instanceof kind) ? exitCode.usage : exitCode.failed;
}

const code = await compare(process.argv.slice(2)).catch(exitCodeOf);
process.stdout.write('', () => process.exit(code));
