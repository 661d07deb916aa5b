/** The arguments of `npm run compare`, checked. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { addAdapterOption } from './adapters.ts';
import { fieldOf } from '../src/domain/settings/fields.ts';
import { comparisonTargets } from '../src/engine/baselines/preset.ts';
import { methodLabels, methodNames } from '../src/engine/baselines/results.ts';
import type { Comparison, MethodName } from '../src/engine/baselines/results.ts';
import { parseShard } from '../src/engine/baselines/shard.ts';
import type { Shard } from '../src/engine/baselines/shard.ts';
import { addDataOptions, datasetHelp, type DataOptions } from './data-options.ts';
import { wholeNumber } from './search-options.ts';

export interface CompareOptions extends DataOptions {
  methods: MethodName[];
  targets: number[];
  seeds: number[];
  dataset: string;
  preset: string;
  set: string[];
  setFor: MethodSettings;
  epochs: number;
  trainImages: number;
  testImages: number;
  out: string;
  shard?: Shard;
  merge?: string[];
  backend: 'webgpu' | 'cpu';
  kernels?: 'own' | 'composed';
  adapter?: string;
}

function list<T>(one: (text: string) => T) {
  return (text: string): T[] => [...new Set(text.split(',').map((part) => one(part.trim())))];
}

function methodOf(text: string): MethodName {
  const method = methodNames.find((name) => name === text);
  if (!method)
    throw new InvalidArgumentError(
      `'${text}' is not a method. Choose from ${methodNames.join(', ')}.`,
    );
  return method;
}

type MethodSettings = NonNullable<Comparison['methodSettings']>;

function methodSetting(text: string, all: MethodSettings): MethodSettings {
  const [, name = '', path = '', value = ''] = /^([^:]*):([^=]*)=(.*)$/.exec(text) ?? [];
  const method = methodOf(name.trim());
  if (fieldOf.get(path)?.kind !== 'number' && fieldOf.get(path)?.kind !== 'integer')
    throw new InvalidArgumentError(`'${path}' is not a numeric setting (docs/settings.md).`);
  if (value.trim() === '' || !Number.isFinite(Number(value)))
    throw new InvalidArgumentError(`'${value}' is not a number.`);
  return { ...all, [method]: { ...all[method], [path]: Number(value) } };
}

/** @param presetNames first one is the default. */
export function compareCommand(presetNames: readonly string[]): Command {
  const methods = methodNames
    .map((name) => `  ${name.padEnd(16)} ${methodLabels[name]}`)
    .join('\n');
  const command = new Command('compare')
    .description(
      'Search with several methods, sizes and seeds; train every architecture found from scratch, and compare.\nRun the same command again to resume.',
    )
    .option(
      '--methods <list>',
      'comma-separated, or all',
      (text: string) => (text === 'all' ? [...methodNames] : list(methodOf)(text)),
      [...methodNames],
    )
    .option('--targets <list>', 'active parameters, comma-separated', list(wholeNumber(1, 1e9)), [
      ...comparisonTargets,
    ])
    .option('--seeds <list>', 'comma-separated', list(wholeNumber(0, 0xffffffff)), [1, 2, 3])
    .option('--dataset <name|path>', datasetHelp, 'fashion-mnist');
  return addDataOptions(addAdapterOption(command))
    .addOption(
      new Option('--preset <name>', 'settings of the searches')
        .choices(presetNames)
        .default(presetNames[0]),
    )
    .option(
      '--set <setting=value>',
      'any other setting of the searches; repeatable',
      (text, all: string[]) => [...all, text],
      [],
    )
    .option(
      '--set-for <method:setting=number>',
      'a setting of the searches of one method alone, as mgas:optimizers.thresholds.rate=0.1; can be repeated',
      methodSetting,
      {},
    )
    .option('--epochs <number>', 'epochs of training from scratch', wholeNumber(1, 10_000), 8)
    .option(
      '--train-images <number>',
      'images to train with from scratch; 0 = all',
      wholeNumber(0, 1e9),
      2000,
    )
    .option('--test-images <number>', 'test images; 0 = all', wholeNumber(0, 1e9), 2000)
    .option('--out <folder>', 'output folder; created if missing', 'comparison')
    .option(
      '--shard <K/N>',
      'run part K of N of the matrix, for one of N machines; results are written to OUT/shard-K-of-N',
      (text: string) => {
        try {
          return parseShard(text);
        } catch (error) {
          throw new InvalidArgumentError(`${(error as Error).message}.`);
        }
      },
    )
    .option(
      '--merge <folders...>',
      'run nothing: merge the results of shards into OUT. Shards of different plans are rejected',
    )
    .addOption(
      new Option('--backend <name>', 'backend').choices(['webgpu', 'cpu']).default('webgpu'),
    )
    .addOption(
      new Option(
        '--kernels <kind>',
        "'own' WGSL programs (WebGPU only), or 'composed' of TensorFlow.js operations",
      ).choices(['own', 'composed']),
    )
    .addHelpText('after', `\nMethods:\n${methods}`)
    .allowExcessArguments(false);
}
