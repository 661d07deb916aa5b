/**
 * `npm run -s compare`: the matrix of methods, target sizes and seeds. Writes results.json and results.csv after every
 * run, and every architecture. Exit codes: 0 finished, 1 failed, 2 wrong arguments or data, 130 stopped by Ctrl-C.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { DatasetError } from '../src/datasets/dataset.ts';
import { searchDataOf, type AnyDataset } from '../src/datasets/any-set.ts';
import { measurePace } from '../src/engine/baselines/measure-pace.ts';
import { estimateSentence, Pace } from '../src/engine/baselines/pace.ts';
import {
  allRuns,
  emptyComparison,
  openRuns,
  runSettings,
  sameRun,
} from '../src/engine/baselines/plan.ts';
import type { RunKey } from '../src/engine/baselines/plan.ts';
import { ComparisonError, parseComparison } from '../src/engine/baselines/results.ts';
import type { Comparison } from '../src/engine/baselines/results.ts';
import { comparisonSettings } from '../src/engine/baselines/preset.ts';
import { runMethod } from '../src/engine/baselines/run.ts';
import { sameConditions, shardFolder, shardRuns } from '../src/engine/baselines/shard.ts';
import { mobilePresets } from '../src/domain/settings/mobile-presets.ts';
import { presets } from '../src/domain/settings/presets.ts';
import type { SearchSettings } from '../src/domain/settings/schema.ts';
import { failureOf, SearchFailure } from '../src/engine/search/failure.ts';
import type { Stepper } from '../src/engine/supernet/stepper.ts';
import { runInputs } from '../workers/run-inputs.ts';
import { compareCommand } from './compare-options.ts';
import type { CompareOptions } from './compare-options.ts';
import { mergeFolders, writeResults } from './compare-merge.ts';
import { comparisonSentences, comparisonTable, memoryTable, pairTable } from './compare-table.ts';
import { choicesOf } from './data-options.ts';
import { loadDataset } from './load-dataset.ts';
import { createNodeStepper } from './node-stepper.ts';
import { duration } from './progress.ts';
import { writeWhole } from './write-whole.ts';
import { checkSettings, kernelsOf, settingsOf, UsageError } from './search-options.ts';

const exitCode = { finished: 0, failed: 1, usage: 2, interrupted: 130 };
const allPresets: Record<string, SearchSettings> = {
  small: comparisonSettings,
  ...presets,
  ...mobilePresets,
};

async function compare(args: readonly string[]): Promise<number> {
  const options = compareCommand(Object.keys(allPresets))
    .exitOverride()
    .parse(args, { from: 'user' })
    .opts<CompareOptions>();
  if (options.merge) return merge(options.merge, options.out);
  if (options.shard) options.out = join(options.out, shardFolder(options.shard));
  const kernels = kernelsOf(options);
  const settings = settingsOf(options, allPresets);
  const dataset = await loadDataset(options.dataset, {
    imageSize: settings.data.imageSize,
    choices: choicesOf(options),
    skipUnreadable: options.skipUnreadable,
    note: (text) => process.stderr.write(`${text}\n`),
  });
  const comparison = openComparison(options, settings, dataset);
  const { methods, targets, seeds } = options;
  for (const method of methods) {
    const own = runSettings(comparison, { method, target: targets[0]!, seed: seeds[0]! });
    checkSettings(own.settings, { name: dataset.name, train: dataset.train.count });
  }
  // Of those asked for now; the folder may hold others.
  const plan = { methods, targets, seeds };
  const all = options.shard ? shardRuns(plan, options.shard) : allRuns(plan);
  const open = openRuns({ ...plan, runs: comparison.runs }).filter((run) =>
    all.some((one) => sameRun(one, run)),
  );
  const stepper = await createNodeStepper(
    options.backend,
    kernels,
    options.adapter,
    settings.halfFloats,
  );
  try {
    const { stopped, failed } = await runAll(comparison, open, all.length, {
      options,
      dataset,
      stepper,
    });
    showResults(comparison);
    process.stderr.write(
      `Results are in ${join(options.out, 'results.json')} and results.csv.${stopped || failed > 0 ? ' Run the same command again to resume.' : ''}\n`,
    );
    return stopped ? exitCode.interrupted : failed > 0 ? exitCode.failed : exitCode.finished;
  } finally {
    stepper.dispose();
  }
}

function merge(folders: readonly string[], out: string): number {
  const { comparison, missing } = mergeFolders(folders, out);
  showResults(comparison);
  process.stderr.write(`The merged results are in ${join(out, 'results.json')} and results.csv.\n`);
  if (missing.length === 0) return exitCode.finished;
  const names = missing
    .slice(0, 5)
    .map(({ method, target, seed }) => `${method}, target ${target}, seed ${seed}`);
  process.stderr.write(
    `${missing.length} of the plan's runs are missing: ${names.join('; ')}${missing.length > names.length ? '; ...' : ''}. Run their shards again, then merge again.\n`,
  );
  return exitCode.failed;
}

function showResults(comparison: Comparison): void {
  process.stdout.write(
    `\n${[comparisonTable(comparison), pairTable(comparison), memoryTable(comparison)].filter(Boolean).join('\n\n')}\n\n${comparisonSentences(comparison).join('\n')}\n`,
  );
}

/** What the folder holds already, or an empty comparison. @throws UsageError where it is of other settings. */
function openComparison(
  options: CompareOptions,
  settings: SearchSettings,
  dataset: AnyDataset,
): Comparison {
  const { methods, targets, seeds, epochs, trainImages, testImages, backend, out } = options;
  mkdirSync(join(out, 'runs'), { recursive: true });
  const training = { epochs, trainImages, testImages };
  const fresh = emptyComparison({
    dataset: dataset.name,
    backend,
    settings,
    ...(Object.keys(options.setFor).length > 0 && { methodSettings: options.setFor }),
    training,
    methods,
    targets,
    seeds,
  });
  const file = join(out, 'results.json');
  if (!existsSync(file)) return fresh;
  const old = parseComparison(readFileSync(file, 'utf8'));
  if (!sameConditions(old, fresh))
    throw new UsageError(
      `${file} was measured with different settings, data or training: choose another --out, or delete it.`,
    );
  const union = <T>(a: readonly T[], b: readonly T[]): T[] => [...new Set([...a, ...b])];
  return {
    ...fresh,
    methods: union(old.methods, methods),
    targets: union(old.targets, targets),
    seeds: union(old.seeds, seeds),
    runs: old.runs,
  };
}

interface Surroundings {
  readonly options: CompareOptions;
  readonly dataset: AnyDataset;
  readonly stepper: Stepper;
}

interface Outcome {
  readonly stopped: boolean;
  /** Runs that failed; the others went on. */
  readonly failed: number;
}

async function runAll(
  comparison: Comparison,
  open: readonly RunKey[],
  total: number,
  { options, dataset, stepper }: Surroundings,
): Promise<Outcome> {
  let stopping = false;
  let stop = (): void => {};
  const interrupt = (): void => {
    if (stopping) process.exit(exitCode.interrupted);
    stopping = true;
    process.stderr.write(
      '\nStopping; the current run is lost. Press Ctrl-C again to exit at once.\n',
    );
    stop();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  const now = (): number => performance.now();
  process.stderr.write(`${total} runs, ${total - open.length} of them already finished.\n`);
  if (open.length === 0) return { stopped: false, failed: 0 };
  const measured = await measurePace({
    ...comparison,
    data: searchDataOf(dataset, comparison.settings),
    stepper,
    now,
  });
  const pace = new Pace(comparison, measured);
  process.stderr.write(
    `${estimateSentence({ ...measured, runs: open.length, seconds: pace.left(open) }, duration)}\n`,
  );
  let failed = 0;
  for (const [i, run] of open.entries()) {
    if (stopping) return { stopped: true, failed };
    const name = `${total - open.length + i + 1}/${total} ${run.method}, target ${run.target}, seed ${run.seed}`;
    const running = runMethod({
      ...runInputs(comparison, run, dataset),
      stepper,
      now,
      onStart: (started) => {
        stop = () => started.stop();
        if (stopping) started.stop();
      },
    });
    const finished = await running.catch((error: unknown) => failureOf(error));
    if (!finished) return { stopped: true, failed };
    if (finished instanceof SearchFailure) {
      // Without a device no other run will do better.
      if (finished.code === 'device-lost') throw finished;
      failed++;
      process.stderr.write(`${name} failed: ${finished.message} ${finished.advice}\n`);
      continue;
    }
    const { result, architecture } = finished;
    comparison.runs.push(result);
    pace.note(result);
    writeWhole(
      join(options.out, 'runs', `${run.method}-${run.target}-${run.seed}.json`),
      `${JSON.stringify(architecture)}\n`,
    );
    writeResults(options.out, comparison);
    const right = `${result.parameters.active} parameters, test accuracy ${(100 * result.testAccuracy).toFixed(1)}%`;
    process.stderr.write(
      `${name}: ${right}; ${duration(1000 * pace.left(open.slice(i + 1)))} left\n`,
    );
  }
  return { stopped: false, failed };
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCode.usage; // It has printed its message.
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  return [UsageError, DatasetError, ComparisonError, RangeError].some(
    (kind) => error instanceof kind,
  )
    ? exitCode.usage
    : exitCode.failed;
}

const code = await compare(process.argv.slice(2)).catch(exitCodeOf);
process.stdout.write('', () => process.exit(code));
