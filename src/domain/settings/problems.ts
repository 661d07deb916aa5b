/**
 * What is wrong with settings, by path, in words that name the field and the remedy. The schema is the source of truth for
 * each value; what values demand of each other, and of the images, is checked here: for the page before Start, for the
 * shell after the data set was read, and by the data itself (`datasets/search-data.ts`).
 */
import * as v from 'valibot';
import { fieldOf } from './fields.ts';
import { spaceOf } from '../spaces/registry.ts';
import { SearchSettingsSchema } from './schema.ts';
import type { SearchSettings } from './schema.ts';

/** The set that a search would take, in numbers. */
export interface SetSize {
  readonly name: string;
  /** Training images. */
  readonly train: number;
}

export interface Problem {
  /** Dotted path of the setting. */
  readonly path: string;
  /** A sentence without its subject: "must be at least 1." */
  readonly message: string;
}

/** By path: sentences that begin with the setting's label. */
export type Problems = ReadonlyMap<string, string>;

let last: { settings: SearchSettings; set: SetSize | null; problems: Problems } | null = null;

/**
 * @param set null where its size is not known (yet): then nothing is held against it.
 * Kept for the last arguments: many parts of the page ask about the same.
 */
export function problems(settings: SearchSettings, set: SetSize | null): Problems {
  if (last?.settings !== settings || last.set?.name !== set?.name || last.set?.train !== set?.train)
    last = { settings, set, problems: sentences(findProblems(settings, set)) };
  return last.problems;
}

function sentences(found: readonly Problem[]): Problems {
  const result = new Map<string, string>();
  for (const { path, message } of found) {
    if (!result.has(path)) result.set(path, `${fieldOf.get(path)?.label ?? path}: ${message}`);
  }
  return result;
}

export function findProblems(settings: unknown, set: SetSize | null): Problem[] {
  const result = v.safeParse(SearchSettingsSchema, settings);
  // Values that are no numbers can be held against nothing.
  if (result.success)
    return [...contradictions(result.output), ...imageProblems(result.output, set)];
  return result.issues.map((issue) => ({
    path: fieldPath(v.getDotPath(issue) ?? ''),
    message: `${rowOf(v.getDotPath(issue) ?? '')}${remedy(issue)}.`,
  }));
}

const inList = /\.(\d+)(?:\.(\w+))?$/;

/** Of an item in a list, or of a column of it, the list. */
const fieldPath = (path: string): string => path.replace(inList, '');

/** "row 2, channels ": which item of a list, where people see it as a table. */
function rowOf(path: string): string {
  const [, row, column] = inList.exec(path) ?? [];
  if (row === undefined || fieldOf.get(fieldPath(path))?.kind === 'operations') return '';
  return `row ${Number(row) + 1}${column === undefined ? '' : `, ${column}`} `;
}

function remedy(issue: {
  type: string;
  kind: string;
  expected: string | null;
  requirement?: unknown;
}): string {
  const limit = typeof issue.requirement === 'number' ? numeral(issue.requirement) : '';
  switch (issue.type) {
    case 'min_value':
      return `must be at least ${limit}`;
    case 'max_value':
      return `must be at most ${limit}`;
    case 'integer':
      return 'must be a whole number';
    case 'min_length':
      return 'choose at least one';
    case 'picklist':
    case 'variant':
      return `choose from ${(issue.expected ?? '').replace(/[()"]| \| undefined/g, '').replaceAll(' |', ',')}`;
    case 'boolean':
      return 'must be true or false';
    default:
      return 'enter a number';
  }
}

const numeral = (n: number): string => n.toLocaleString('en-US', { maximumFractionDigits: 20 });

/** What settings demand of each other. */
function* contradictions({
  space,
  data,
  granularities,
  stage,
  joint,
}: SearchSettings): Generator<Problem> {
  yield* spaceOf(space).problems(space, data.imageSize);
  if (!Object.values(granularities).some(Boolean))
    yield { path: 'granularities', message: 'choose at least one level to prune.' };
  if (stage.warmUpEpochs >= stage.maxEpochs)
    yield {
      path: 'stage.maxEpochs',
      message: `must be greater than its warm-up of ${stage.warmUpEpochs}, or nothing is pruned.`,
    };
  if (joint.warmUpEpochs >= joint.maxEpochs)
    yield {
      path: 'joint.maxEpochs',
      message: `must be greater than its warm-up of ${joint.warmUpEpochs}, or nothing is pruned.`,
    };
}

/** What settings demand of the images. */
export function* imageProblems(
  { data, batchSize }: Pick<SearchSettings, 'data' | 'batchSize'>,
  set: SetSize | null,
): Generator<Problem> {
  if (data.cropPadding >= data.imageSize)
    yield {
      path: 'data.cropPadding',
      message: `must be less than the image size, ${data.imageSize}.`,
    };
  if (!set) return;
  if (data.trainImages > set.train) {
    yield {
      path: 'data.trainImages',
      message: `${set.name} has ${numeral(set.train)} training images; enter at most that, or 0 for all.`,
    };
    return;
  }
  const { searched } = splitSizes(data, set.train);
  if (searched < batchSize)
    yield {
      path: 'batchSize',
      message: `must be at most ${numeral(Math.max(0, searched))}, the images left to search on; or use more images.`,
    };
}

/** Steps of an epoch of a search, and the images that it trains on. @param searched images to search with. */
export function epochSizes(
  { data: { stepsPerEpoch: most = 0 }, batchSize }: Pick<SearchSettings, 'data' | 'batchSize'>,
  searched: number,
): { stepsPerEpoch: number; epochImages: number } {
  const whole = Math.floor(searched / batchSize);
  return most > 0 && most < whole
    ? { stepsPerEpoch: most, epochImages: most * batchSize }
    : { stepsPerEpoch: whole, epochImages: searched };
}

/**
 * Images to search with and to validate on, of `available` training images; `spare` more of those that are not used join
 * the validation part.
 */
export function splitSizes(
  { trainImages, validationFraction, validationImages = 0 }: SearchSettings['data'],
  available: number,
): { used: number; searched: number; validation: number; spare: number } {
  const used = trainImages || available;
  const validation = Math.max(1, Math.round(used * validationFraction));
  const spare = Math.max(0, Math.min(validationImages - validation, available - used));
  return { used, searched: used - validation, validation, spare };
}
