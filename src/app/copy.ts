/**
 * Texts and forms that the page uses in several places: one file to translate, in English for now. Counted nouns go by the
 * plural categories of `Intl`, so that a language may have more than two forms.
 */
import type { Granularity } from '../domain/granularities.ts';

/** Of texts, numbers and plurals. */
export const locale = 'en-US';
/** Of dates: day before month. */
export const dateLocale = 'en-GB';

type Forms = Readonly<Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }>;

const regular = (one: string): Forms => ({ one, other: `${one}s` });

/** Nouns that stand after a number. */
export const nouns = {
  'candidate operation': regular('candidate operation'),
  cell: regular('cell'),
  change: regular('change'),
  checkpoint: regular('checkpoint'),
  class: { one: 'class', other: 'classes' },
  edge: regular('edge'),
  epoch: regular('epoch'),
  error: regular('error'),
  event: regular('event'),
  filter: regular('filter'),
  image: regular('image'),
  layer: regular('layer'),
  measurement: regular('measurement'),
  operation: regular('operation'),
  parameter: regular('parameter'),
  pixel: regular('pixel'),
  process: { one: 'process', other: 'processes' },
  regrowth: regular('regrowth'),
  row: regular('row'),
  run: regular('run'),
  seed: regular('seed'),
  setting: regular('setting'),
  size: regular('size'),
  step: regular('step'),
  threshold: regular('threshold'),
  training: regular('training'),
  weight: regular('weight'),
} as const satisfies Readonly<Record<string, Forms>>;
export type Noun = keyof typeof nouns;

const rules = new Intl.PluralRules(locale);

/** A noun's form for a number, without the number. @param language rules of another language, for its forms. */
export function formOf(n: number, forms: Forms, language: Intl.PluralRules = rules): string {
  return forms[language.select(n)] ?? forms.other;
}

/** A level of pruning: its noun, and its name as a heading. */
export const granularityNames: Readonly<Record<Granularity, { one: Noun; many: string }>> = {
  operation: { one: 'operation', many: 'Operations' },
  filter: { one: 'filter', many: 'Filters' },
  weight: { one: 'weight', many: 'Weights' },
};

export const copy = {
  noValuesYet: 'No values yet: press Start.',
  /** Why a button that begins a search does nothing. */
  searchRuns: 'Another search is running in this tab',
  /** A run or architecture whose name is empty. */
  untitled: 'Untitled',
  newComparison: 'New comparison',
  validationAccuracy: 'Validation accuracy',
  resumeFromStep: 'Resume from step',
  clickForWhy: 'click or Enter: why',
  trainingBatches: 'Training batches',
  loadingView: 'Loading this view.',
  loadingImages: 'Loading images.',
  readingStored: 'Reading the stored items.',
  stopItFirst: 'Running: stop it first',
  chooseTwo: 'Choose two or more to compare',
  nonZeroParameters: 'Non-zero parameters',
  reprunedLater: 'Re-pruned in a later stage',
  recordedSearches: 'Recorded searches',
  stopSearch: 'Stop the search',
  remainingFilters: 'Remaining filters',
  remainingWeights: 'Remaining weights',
  downloadArchitecture: 'Download the architecture',
  trainingImages: 'Training images',
  accuracyAgainstSize: 'Accuracy against size',
  accuracyByStep: 'Accuracy by training step',
  candidateBlocks: 'Candidate blocks',
  ratioByStep: 'Remaining ratio of each granularity by training step',
} as const;

/** Where a run stands. */
export const runStates = {
  ready: 'not started',
  loading: 'loading',
  running: 'running',
  paused: 'paused',
  stopping: 'stopping',
  finished: 'finished',
  stopped: 'stopped',
  failed: 'failed',
  interrupted: 'interrupted',
  elsewhere: 'running in another tab',
} as const;
