/** Which of the sets that were found is read, and what is said where none can be. */
import { DatasetError } from '../dataset.ts';
import { splitOrder, type DatasetFormat, type Plan } from '../formats/format.ts';
import { formats } from '../formats/registry.ts';
import { isImageName } from '../images/header.ts';
import {
  leftOutList,
  outlineSentence,
  type LeftOut,
  type Outline,
  type RoleChoice,
} from '../outline.ts';
import type { Archive } from './archive.ts';
import type { Entry } from './entry.ts';
import { foreignFormatOf } from './foreign.ts';

export const leftOutSentence = (leftOut: readonly LeftOut[]): string =>
  `Left out: ${leftOutList(leftOut)}. ${[...new Set(leftOut.map(({ what, why }) => `${what} ${why}`))].slice(0, 3).join('; ')}.`;

/** Files that no set is made of. */
export function leftBy(claimed: readonly Entry[], { message }: DatasetError): LeftOut[] {
  const unit = claimed.every(({ path }) => isImageName(path)) ? 'images' : 'files';
  const [first] = claimed;
  if (!first) return [];
  const more = claimed.length - 1;
  return [
    {
      what: more > 0 ? `${first.path} and others` : first.path,
      count: claimed.length,
      unit,
      why: `is not a data set by itself (${message.replace(/\.$/, '')})`,
    },
  ];
}

export const nameOf = (format: DatasetFormat, { outline }: Plan, several: boolean): string =>
  several ? outline.set || format.label : '';

export function pick<T extends { set: string }>(
  archive: string,
  named: readonly T[],
  wanted: string | null,
): T {
  const [only] = named;
  const names = named.map(({ set }) => `'${set}'`).join(', ');
  if (wanted === null) {
    if (named.length === 1) return only!;
    throw new PickError(
      `${archive}: found ${named.length} data sets: ${names}. Choose one: --pick ${JSON.stringify(only!.set)}.`,
      named.map(({ set }) => set),
    );
  }
  const matching = named.filter(({ set }) => set === wanted);
  const found = matching.length > 0 ? matching : named.filter(({ set }) => set.includes(wanted));
  if (found.length === 1) return found[0]!;
  // One set needs no choice.
  if (named.length === 1) return only!;
  throw new PickError(
    `${archive}: --pick ${wanted}: expected one of ${names}.`,
    named.map(({ set }) => set),
  );
}

/** Several sets were found: the user has to choose. */
export class PickError extends DatasetError {
  constructor(
    message: string,
    readonly sets: readonly string[],
  ) {
    super(message);
  }
}

/** The error of the format whose files are most of what there is. */
export function worst(
  failed: readonly { claimed: readonly Entry[]; error: DatasetError }[],
): DatasetError {
  const bytes = (claimed: readonly Entry[]) => claimed.reduce((sum, { size }) => sum + size, 0);
  return [...failed].sort((a, b) => bytes(b.claimed) - bytes(a.claimed))[0]!.error;
}

export function undecided(
  archive: string,
  questions: readonly RoleChoice[],
  outline: Outline,
): DatasetError {
  const [first] = questions as [RoleChoice];
  const options = questions.map(({ path, role }) => `${path}=${role}`).join(',');
  const others = [...new Set<string>(['class', ...splitOrder, 'out'])].filter(
    (role) => role !== first.role,
  );
  return new DatasetError(
    `${archive}: ${questions.map(({ question }) => question).join('; ')}. Specify it: --split ${options} (or ${others.join(', ')} in place of ${first.role}). As read now: ${outlineSentence(outline)}.`,
  );
}

export async function unknown({ name, entries, leftOut }: Archive): Promise<DatasetError> {
  for (const entry of entries.slice(0, 20)) {
    const foreign = foreignFormatOf(await entry.head());
    if (foreign)
      return new DatasetError(
        `${entry.name}: found ${foreign.what}, which is not read. ${foreign.remedy}`,
      );
  }
  const paths = [...entries.map(({ path }) => path), ...leftOut.map(({ what }) => what)];
  const some =
    paths.slice(0, 3).join(', ') + (paths.length > 3 ? ` and ${paths.length - 3} more` : '');
  return new DatasetError(
    `${name}: expected ${formats.map(({ files }) => files).join(', ')}, in a folder or in one .zip, .tar or .tar.gz archive; found ${some || 'no file'}.`,
  );
}
