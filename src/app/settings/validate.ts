/**
 * What is wrong with settings, by path, in words that name the field and the mend. The engine's schema is the source of
 * truth for each value; what values demand of each other, and of the shipped images, is checked here before a search
 * would refuse it.
 */
import * as v from 'valibot';
import { SearchSettingsSchema } from '../../engine/settings.ts';
import type { SearchSettings } from '../../engine/settings.ts';
import { integer } from '../format.ts';
import { fieldOf } from './fields.ts';

export type Problems = ReadonlyMap<string, string>;

/** Training images that ship with the lab. */
export const shippedImages = 12_000;

let last: { settings: SearchSettings; problems: Problems } | null = null;

/** Kept for the last settings object: many parts of the page ask about the same. */
export function validate(settings: SearchSettings): Problems {
  if (last?.settings !== settings) last = { settings, problems: findProblems(settings) };
  return last.problems;
}

function findProblems(settings: SearchSettings): Problems {
  const problems = new Map<string, string>();
  const result = v.safeParse(SearchSettingsSchema, settings);
  for (const issue of result.issues ?? []) {
    const path = fieldPath(v.getDotPath(issue) ?? '');
    if (!problems.has(path))
      problems.set(path, `${fieldOf.get(path)?.label ?? path}: ${mend(issue)}.`);
  }
  // Values that are no numbers can be held against nothing.
  if (problems.size === 0)
    for (const [path, message] of contradictions(settings)) problems.set(path, message);
  return problems;
}

/** Of an item in a list, the list. */
function fieldPath(path: string): string {
  return path.replace(/\.\d+$/, '');
}

function mend(issue: { type: string; requirement?: unknown; input?: unknown }): string {
  const limit = typeof issue.requirement === 'number' ? integerOrDecimal(issue.requirement) : '';
  switch (issue.type) {
    case 'min_value':
      return `must be at least ${limit}`;
    case 'max_value':
      return `must be at most ${limit}`;
    case 'integer':
      return 'must be a whole number';
    case 'min_length':
      return 'choose at least one';
    default:
      return 'enter a number';
  }
}

function integerOrDecimal(n: number): string {
  return Number.isInteger(n) ? integer(n) : String(n);
}

function* contradictions({
  space,
  data,
  batchSize,
  granularities,
  stage,
  joint,
}: SearchSettings): Generator<[string, string]> {
  if (space.cells < space.stages)
    yield ['space.cells', `Cells: must be at least ${space.stages}, one for each stage.`];
  if (!Object.values(granularities).some(Boolean))
    yield ['granularities', 'Levels: choose at least one level to prune.'];
  if (data.trainImages > shippedImages) {
    yield [
      'data.trainImages',
      `Images used: the lab ships ${integer(shippedImages)}; enter at most that, or 0 for all.`,
    ];
    return;
  }
  if (data.cropPadding >= data.imageSize)
    yield [
      'data.cropPadding',
      `Crop padding: must be less than the image size, ${data.imageSize}.`,
    ];
  const used = data.trainImages || shippedImages;
  const searched = used - Math.max(1, Math.round(used * data.validationFraction));
  if (searched < batchSize)
    yield [
      'batchSize',
      `Batch size: must be at most ${integer(Math.max(0, searched))}, the images left to search with; or use more images.`,
    ];
  const smallest = data.imageSize / 2 ** (space.stages - 1);
  if (smallest < 2)
    yield [
      'space.stages',
      `Stages: each after the first halves the image, and ${data.imageSize} pixels end below 2; use fewer stages or larger images.`,
    ];
  if (stage.warmUpEpochs >= stage.maxEpochs)
    yield [
      'stage.maxEpochs',
      `Longest stage: must be more than its warm-up of ${stage.warmUpEpochs}, or nothing is pruned.`,
    ];
  if (joint.warmUpEpochs >= joint.maxEpochs)
    yield [
      'joint.maxEpochs',
      `Longest joint stage: must be more than its warm-up of ${joint.warmUpEpochs}, or nothing is pruned.`,
    ];
}
