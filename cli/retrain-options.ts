/** The arguments of `npm run retrain`, checked. */
import { readFile } from 'node:fs/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import * as v from 'valibot';
import { parseArchitecture } from '../src/domain/architecture/schema.ts';
import type { Architecture } from '../src/domain/architecture/schema.ts';
import {
  auxiliaryCell,
  retrainSettingsFor,
  TrainSettingsSchema,
} from '../src/engine/train/settings.ts';
import type { TrainSettings } from '../src/engine/train/settings.ts';
import { isTrained, parseTrained } from '../src/engine/train/trained.ts';
import { addAdapterOption } from './adapters.ts';
import { addLogOption } from './log-option.ts';
import type { LogChoice } from './log-option.ts';
import { addDataOptions, datasetHelp, type DataOptions } from './data-options.ts';
import { UsageError, wholeNumber } from './search-options.ts';

export interface RetrainOptions extends DataOptions {
  dataset: string;
  epochs: number;
  seed?: number;
  batchSize?: number;
  rate?: number;
  trainImages?: number;
  testImages?: number;
  cutout?: number;
  dropPath?: number;
  auxiliary?: number;
  widen: number;
  halfFloats?: boolean;
  out: string;
  weights?: string;
  json: boolean;
  log?: LogChoice;
  backend: 'webgpu' | 'cpu';
  kernels?: 'own' | 'composed';
  adapter?: string;
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value)))
    throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}

function numberUpTo(most: number) {
  return (text: string): number => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= 0 && value <= most))
      throw new InvalidArgumentError(`It must be a number from 0 to ${most}.`);
    return value;
  };
}

export function retrainCommand(): Command {
  const most = Number.MAX_SAFE_INTEGER;
  const command = new Command('retrain')
    .description(
      'Train an architecture from scratch and test it. Run the same command again to resume.',
    )
    .argument('<architecture>', 'JSON of a search, or of an earlier training')
    .option('--dataset <name|path>', datasetHelp, 'fashion-mnist');
  addDataOptions(command)
    .option('--epochs <number>', 'passes over the training images', wholeNumber(1, 10_000), 20)
    .option(
      '--seed <number>',
      'seed of weights, order and augmentation; by default that of the search',
      wholeNumber(0, 0xffffffff),
    )
    .option(
      '--batch-size <number>',
      'batch size; by default that of the search',
      wholeNumber(1, 4096),
    )
    .option(
      '--rate <number>',
      'learning rate of the first step; it falls to 0 along a cosine',
      positive,
    )
    .option('--train-images <number>', 'training images used; 0 = all', wholeNumber(0, most))
    .option('--test-images <number>', 'test images used; 0 = all', wholeNumber(0, most))
    .option(
      '--cutout <pixels>',
      'side of the square that is blanked in training images, in pixels; 0 = none',
      wholeNumber(0, 1024),
    )
    .option(
      '--drop-path <probability>',
      'drop outputs of operations, in training only, with a probability that rises to this; 0 = never. By default 0.2 for 100 epochs or more',
      numberUpTo(0.95),
    )
    .option(
      '--auxiliary <weight>',
      'weight of an auxiliary head after two thirds of the network, used only in training; 0 = none. By default 0.4 where there is a place for it',
      numberUpTo(10),
    )
    .option(
      '--widen <factor>',
      'width multiplier: repeat every filter this many times; 1 = as found',
      wholeNumber(1, 64),
      1,
    )
    .option(
      '--half-floats',
      'store activations as 16-bit floats: about half the memory; needs an adapter with shader-f16',
    )
    .option('--out <file>', 'output file of the trained architecture', 'trained.json')
    .option('--weights <file>', 'also write the weights alone, as .npz')
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

/** An architecture's JSON, alone or with weights. @throws UsageError; ArchitectureError naming what is wrong in it. */
export async function readArchitecture(file: string): Promise<Architecture> {
  const value = await readJson(file);
  return isTrained(value) ? parseTrained(value).architecture : parseArchitecture(value);
}

export async function readJson(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new UsageError(`${file} cannot be read: ${(error as Error).message}.`);
  });
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new UsageError(`${file} is not valid JSON: ${(error as Error).message}.`);
  }
}

/** @throws UsageError naming the setting. */
export function trainSettingsOf(
  options: RetrainOptions,
  architecture: Architecture,
): TrainSettings {
  const settings = retrainSettingsFor(architecture, options.epochs);
  if (options.auxiliary && auxiliaryCell(architecture) === null) {
    throw new UsageError(
      `--auxiliary ${options.auxiliary}: the architecture has no place for an auxiliary head: omit it, or set it to 0.`,
    );
  }
  settings.seed = options.seed ?? settings.seed;
  settings.batchSize = options.batchSize ?? settings.batchSize;
  settings.optimizer = { ...settings.optimizer, rate: options.rate ?? settings.optimizer.rate };
  settings.data = {
    ...settings.data,
    trainImages: options.trainImages ?? settings.data.trainImages,
    testImages: options.testImages ?? settings.data.testImages,
    cutout: options.cutout ?? settings.data.cutout,
  };
  const { dropPath, auxiliary } = settings.regularization;
  settings.regularization = {
    dropPath: options.dropPath ?? dropPath,
    auxiliary: options.auxiliary ?? auxiliary,
  };
  settings.widen = options.widen;
  if (options.halfFloats) settings.halfFloats = true;
  const parsed = v.safeParse(TrainSettingsSchema, settings);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new UsageError(`${v.getDotPath(issue) ?? 'settings'}: ${issue.message}.`);
}
