/** What is typed into the form of a new comparison, read and checked: each problem names its field and the mend. Pure. */
import { comparisonSettings } from '../../../engine/baselines/preset.ts';
import type { ComparisonPlan } from '../../../engine/baselines/plan.ts';
import type { MethodName } from '../../../engine/baselines/results.ts';
import { presets } from '../../../domain/settings/presets.ts';
import type { SearchSettings } from '../../../domain/settings/schema.ts';
import { integer } from '../../format.ts';

export type SettingsChoice = 'small' | 'tiny' | 'screen';

export interface FormTexts {
  methods: readonly MethodName[];
  targets: string;
  seeds: string;
  settings: SettingsChoice;
  epochs: string;
  trainImages: string;
  testImages: string;
}
export type FormField = keyof FormTexts;

export interface FormContext {
  /** Those on screen, and what is wrong with them. */
  settings: SearchSettings;
  settingsProblem: string | null;
  /** Images of the chosen data set, where that is known. */
  images: { train: number; test: number } | null;
}

export type ReadForm =
  | { plan: Omit<ComparisonPlan, 'dataset' | 'backend'>; problems: null }
  | { plan: null; problems: ReadonlyMap<FormField, string> };

const most = { target: 1e9, seed: 0xffffffff, epochs: 10_000, runs: 5_000 };

export function settingsOf(choice: SettingsChoice, onScreen: SearchSettings): SearchSettings {
  return { small: comparisonSettings, tiny: presets.tiny, screen: onScreen }[choice];
}

export function readForm(
  texts: FormTexts,
  { settings: onScreen, settingsProblem, images }: FormContext,
): ReadForm {
  const problems = new Map<FormField, string>();
  const settings = settingsOf(texts.settings, onScreen);
  const { methods } = texts;
  if (methods.length === 0) problems.set('methods', 'Methods: choose at least one.');
  // "2,000" falls into 2 and 000: nobody means that.
  const thousands = /(^|\D)\d{1,3},\d{3}(?!\d)/.test(texts.targets);
  const targets = thousands ? null : readList(texts.targets, 1, most.target);
  if (!targets)
    problems.set(
      'targets',
      `Target sizes: whole numbers from 1 to ${integer(most.target)}, separated by a comma and a space, without thousands separators: 2000, 1200.`,
    );
  const seeds = readList(texts.seeds, 0, most.seed);
  if (!seeds)
    problems.set(
      'seeds',
      `Seeds: whole numbers from 0 to ${integer(most.seed)}, separated by commas: 1, 2, 3.`,
    );
  if (targets && seeds && methods.length * targets.length * seeds.length > most.runs) {
    problems.set(
      'seeds',
      `Seeds: methods, targets and seeds make ${integer(methods.length * targets.length * seeds.length)} runs; at most ${integer(most.runs)} fit a comparison. Choose fewer.`,
    );
  }
  if (texts.settings === 'screen' && settingsProblem)
    problems.set(
      'settings',
      `Current settings: ${settingsProblem} Change it in the settings, or choose other settings here.`,
    );
  const epochs = readNumber(texts.epochs, 1, most.epochs);
  if (epochs === null)
    problems.set('epochs', `Training epochs: a whole number from 1 to ${integer(most.epochs)}.`);
  const trainImages = readImages(texts.trainImages, settings.batchSize, images?.train ?? Infinity);
  if (trainImages === null)
    problems.set(
      'trainImages',
      `Training images: ${range(settings.batchSize, images?.train)}, or 0 for all. A batch has ${settings.batchSize}.`,
    );
  const testImages = readImages(texts.testImages, 1, images?.test ?? Infinity);
  if (testImages === null)
    problems.set('testImages', `Test images: ${range(1, images?.test)}, or 0 for all.`);
  if (
    problems.size > 0 ||
    !targets ||
    !seeds ||
    epochs === null ||
    trainImages === null ||
    testImages === null
  )
    return { plan: null, problems };
  return {
    plan: {
      settings,
      training: { epochs, trainImages, testImages },
      methods: [...methods],
      targets,
      seeds,
    },
    problems: null,
  };
}

const range = (least: number, largest: number | undefined): string =>
  `a whole number from ${integer(least)}${largest === undefined ? '' : ` to ${integer(largest)}, the size of the set`}`;

/** Without repetitions; null where any of it is no such number, or nothing is there. */
function readList(text: string, least: number, largest: number): number[] | null {
  const numbers =
    text.trim() === ''
      ? []
      : text
          .trim()
          .split(/\s*[,;]\s*|\s+/)
          .map((part) => readNumber(part, least, largest));
  const read = numbers.filter((number) => number !== null);
  return read.length > 0 && read.length === numbers.length ? [...new Set(read)] : null;
}

function readNumber(text: string, least: number, largest: number): number | null {
  if (!/^\d+$/.test(text.trim())) return null;
  const number = Number(text);
  return number >= least && number <= largest ? number : null;
}

function readImages(text: string, least: number, largest: number): number | null {
  return readNumber(text, 0, 0) ?? readNumber(text, Math.min(least, largest), largest);
}
