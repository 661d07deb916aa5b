/** The arguments of `npm run search`, checked, and the settings they stand for. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { addAdapterOption, checkAdapter } from './adapters.ts';
import type { AdapterOption } from './adapters.ts';
import { addLogOption } from './log-option.ts';
import type { LogChoice } from './log-option.ts';
import { UsageError } from './usage-error.ts';
import { findProblems } from '../src/domain/settings/problems.ts';
import type { SetSize } from '../src/domain/settings/problems.ts';
import type { SearchSettings } from '../src/domain/settings/schema.ts';
import { addDataOptions, datasetHelp, type DataOptions } from './data-options.ts';

export interface SearchOptions extends DataOptions, AdapterOption {
  dataset: string;
  preset: string;
  seed?: number;
  targetParams?: number;
  set: string[];
  out: string;
  run?: string;
  resume?: string;
  moreEpochs?: number;
  json: boolean;
  log?: LogChoice;
  backend: 'webgpu' | 'cpu';
  kernels?: 'own' | 'composed';
}

export { UsageError } from './usage-error.ts';

export function wholeNumber(least: number, most: number) {
  return (text: string): number => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isInteger(value) || value < least || value > most) {
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
    }
    return value;
  };
}

/** @param presetNames first one is the default. */
export function searchCommand(presetNames: readonly string[]): Command {
  const command = new Command('search')
    .description('Search an architecture and write it as JSON.')
    .option('--dataset <name|path>', datasetHelp, 'fashion-mnist');
  addDataOptions(command)
    .addOption(
      new Option('--preset <name>', 'settings to start from')
        .choices(presetNames)
        .default(presetNames[0]),
    )
    .option('--seed <number>', 'random seed', wholeNumber(0, 0xffffffff))
    .option(
      '--target-params <number>',
      'maximum number of parameters of the network',
      wholeNumber(1, Number.MAX_SAFE_INTEGER),
    )
    .option(
      '--set <setting=value>',
      'any other setting, e.g. stage.maxEpochs=4; repeatable',
      (text, all: string[]) => [...all, text],
      [],
    )
    .option('--out <file>', 'output file of the architecture', 'arch.json')
    .option(
      '--run <file>',
      'store the run, events and checkpoints, in this file: --resume and the library read it',
    )
    .option(
      '--resume <file>',
      'resume the run in this file; a finished run continues with --target-params or --more-epochs',
    )
    .option(
      '--more-epochs <number>',
      'with --resume: maximum epochs of the joint stage after the checkpoint',
      wholeNumber(1, 10_000),
    )
    .option('--json', 'write the events to standard output, one JSON object per line', false)
    .addOption(
      new Option('--backend <name>', 'backend').choices(['webgpu', 'cpu']).default('webgpu'),
    )
    .addOption(
      new Option(
        '--kernels <kind>',
        "'own' WGSL programs (WebGPU only), or 'composed' of TensorFlow.js operations",
      ).choices(['own', 'composed']),
    )
    .allowExcessArguments(false);
  return addLogOption(addAdapterOption(command));
}

/**
 * The settings that the options stand for.
 * @throws UsageError naming the setting and what it may be.
 */
export function settingsOf(
  options: Pick<SearchOptions, 'preset' | 'seed' | 'targetParams' | 'set'>,
  presets: Readonly<Record<string, SearchSettings>>,
): SearchSettings {
  const settings: SearchSettings = structuredClone(presets[options.preset]!);
  if (options.seed !== undefined) settings.seed = options.seed;
  if (options.targetParams !== undefined) settings.targetParameters = options.targetParams;
  for (const assignment of options.set) assign(settings, assignment);
  checkSettings(settings, null);
  return settings;
}

/** @throws UsageError naming the first setting that is wrong, by itself or for the data set. */
export function checkSettings(settings: SearchSettings, set: SetSize | null): void {
  for (const { path, message } of findProblems(settings, set))
    throw new UsageError(`--set ${path}: ${message}`);
}

export function kernelsOf({
  backend,
  kernels,
  adapter,
}: Pick<SearchOptions, 'backend' | 'kernels' | 'adapter'>): 'own' | 'composed' {
  checkAdapter({ adapter, backend });
  if (backend === 'cpu' && kernels === 'own') {
    throw new UsageError(
      '--kernels own needs --backend webgpu: they are WGSL programs. Omit --kernels, or use composed.',
    );
  }
  return kernels ?? (backend === 'webgpu' ? 'own' : 'composed');
}

function assign(settings: SearchSettings, assignment: string): void {
  const [path, text] = assignment.split(/=(.*)/s) as [string, string | undefined];
  const keys = path.split('.');
  const last = keys.pop()!;
  let target: unknown = settings;
  for (const key of keys) target = isRecord(target) ? target[key] : undefined;
  if (!isRecord(target) || !Object.hasOwn(target, last)) {
    throw new UsageError(
      `--set ${path}: there is no such setting. Settings are ${settingPaths(settings).join(', ')}.`,
    );
  }
  if (text === undefined)
    throw new UsageError(
      `--set ${path}: the value is missing: write --set ${path}=${JSON.stringify(target[last])}.`,
    );
  try {
    target[last] = JSON.parse(text);
  } catch {
    throw new UsageError(
      `--set ${path}: '${text}' is not a JSON value; it is ${JSON.stringify(target[last])} now.`,
    );
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function settingPaths(settings: object): string[] {
  return Object.entries(settings).flatMap(([key, value]) =>
    isRecord(value) ? settingPaths(value).map((path) => `${key}.${path}`) : key,
  );
}
