/** One way in for every kind of data set: looks at what the files are, says what was found, and has the right format read it. */
import { DatasetError } from '../dataset.ts';
import {
  splitOrder,
  type DatasetFormat,
  type FormatContext,
  type Plan,
  type Samples,
  type Unreadable,
} from '../formats/format.ts';
import { formats } from '../formats/registry.ts';
import type { ImageDecoder } from '../images/decode.ts';
import { isImageName } from '../images/header.ts';
import {
  leftOutList,
  noChoices,
  outlineSentence,
  type Choices,
  type LeftOut,
  type Outline,
  type RoleChoice,
} from '../outline.ts';
import { resizeDataset } from '../resize.ts';
import { openArchive, type Archive, type Entry } from './archive.ts';
import { assemble, type DatasetKind, type ReadResult } from './assemble.ts';
import { foreignFormatOf } from './foreign.ts';
import { defaultLimits, type Limits, type Progress, type SourceFile } from './source.ts';

export interface ReadOptions {
  /** Of the set; also names it in messages. */
  name: string;
  /** Pixels a side that every photo is brought to: its middle square, averaged over areas. */
  imageSize: number;
  /** Pixels a side that all images are brought to, arrays too; null = arrays keep their size. */
  size?: number | null;
  choices?: Partial<Choices>;
  /** What was left out before: links that lead nowhere. */
  leftOut?: readonly LeftOut[];
  signal: AbortSignal;
  limits?: Partial<Limits>;
  decode: ImageDecoder;
  /** Whether to go on without them. */
  skipUnreadable(unreadable: Unreadable): Promise<boolean>;
  progress?(progress: Progress): void;
}

/** What was found, under some choices. */
export interface Look {
  kind: DatasetKind;
  outline: Outline;
  /** Names of all sets that were found, where there is more than one. */
  sets: readonly string[];
  /** What has to be decided before anything is read. */
  questions: readonly RoleChoice[];
  samples(count: number): Promise<Samples | null>;
  /** @throws DatasetError; the signal's reason when aborted. */
  read(): Promise<ReadResult>;
}

/** Files that were opened: they can be looked at under different choices without being opened again. */
export interface Opened {
  /** @throws DatasetError saying what was found, what is missing, and how to mend it. */
  look(choices: Partial<Choices>, imageSize?: number): Promise<Look>;
}

export async function openDataset(
  files: readonly SourceFile[],
  options: ReadOptions,
): Promise<Opened> {
  const { signal, name, progress = () => {} } = options;
  const context = { signal, limits: { ...defaultLimits, ...options.limits }, progress };
  signal.throwIfAborted();
  const opened = new Map<string | null, Promise<{ archive: Archive; claims: Claims }>>();
  const openWith = (encoding: string | null) => {
    const known = opened.get(encoding);
    if (known) return known;
    const opening = openArchive(files, name, context, encoding).then(async (archive) => ({
      archive,
      claims: await claimAll(archive, signal),
    }));
    opened.set(encoding, opening);
    return opening;
  };
  await openWith(options.choices?.encoding ?? null);
  return {
    async look(some, imageSize = options.imageSize) {
      const choices = { ...noChoices, ...some };
      const { archive, claims } = await openWith(choices.encoding);
      const { decode, skipUnreadable } = options;
      return lookAt(archive, claims, options, {
        ...context,
        choices,
        imageSize,
        decode,
        skipUnreadable,
      });
    },
  };
}

/**
 * Reads a data set whole, in one step.
 * @throws DatasetError naming the file, the offset or the entry, and what was expected, or what has to be decided and the
 * option that decides it; the signal's reason when aborted.
 */
export async function readDataset(
  files: readonly SourceFile[],
  options: ReadOptions,
): Promise<ReadResult> {
  const look = await (await openDataset(files, options)).look(options.choices ?? {});
  return look.read();
}

/** Kinds of which the user can say what a folder or an array is. */
const hasRoles: ReadonlySet<DatasetKind> = new Set(['image-folder', 'npz', 'matlab']);

type Claims = ReadonlyMap<DatasetFormat, Entry[]> & { others?: never };

async function claimAll(archive: Archive, signal: AbortSignal): Promise<Claims> {
  const claims = new Map<DatasetFormat, Entry[]>();
  for (const entry of archive.entries) {
    signal.throwIfAborted();
    const head = isImageName(entry.path) ? null : await entry.head();
    const format = formats.find((one) => one.claims({ path: entry.path, size: entry.size, head }));
    if (!format) continue;
    const claimed = claims.get(format);
    if (claimed) claimed.push(entry);
    else claims.set(format, [entry]);
  }
  return claims;
}

async function lookAt(
  archive: Archive,
  claims: Claims,
  options: ReadOptions,
  context: FormatContext,
): Promise<Look> {
  const { signal, choices } = context;
  const found: { format: DatasetFormat; plan: Plan }[] = [];
  const failed: { claimed: readonly Entry[]; format: DatasetFormat; error: DatasetError }[] = [];
  for (const [format, claimed] of claims) {
    signal.throwIfAborted();
    try {
      for (const plan of await format.plan(archive, claimed, context)) found.push({ format, plan });
    } catch (error) {
      if (!(error instanceof DatasetError)) throw error;
      failed.push({ claimed, format, error });
    }
  }
  if (found.length === 0) throw failed.length > 0 ? worst(failed) : await unknown(archive);
  const named = found.map(({ format, plan }) => ({
    plan,
    set: nameOf(format, plan, found.length > 1),
  }));
  const chosen = pick(archive.name, named, choices.pick);
  const { plan } = chosen;
  if (choices.split !== 'none' && Object.keys(choices.split).length > 0 && !hasRoles.has(plan.kind))
    throw new DatasetError(
      `${archive.name}: --split says what folders of images or arrays are, but these files name their splits themselves. Leave it out.`,
    );
  const leftOut: LeftOut[] = [
    ...(options.leftOut ?? []),
    ...archive.leftOut,
    ...plan.outline.leftOut,
    ...failed.flatMap(({ claimed, error }) => leftBy(claimed, error)),
  ];
  const outline = {
    ...plan.outline,
    set: found.length > 1 ? chosen.set : '',
    leftOut,
    notes: [...archive.notes, ...plan.outline.notes],
  };
  const questions = outline.roles.filter(({ question }) => question !== null);
  return {
    kind: plan.kind,
    outline,
    sets: found.length > 1 ? named.map(({ set }) => set) : [],
    questions,
    samples: (count) => plan.samples(count),
    async read() {
      if (questions.length > 0) throw undecided(archive.name, questions, outline);
      if (!outline.splits.some(({ split }) => split === 'train'))
        throw new DatasetError(
          `${archive.name}: expected training images, found only ${outline.splits.map(({ split }) => split).join(' and ')} images. Choose the training files too, or say which they are: --split FOLDER=train.`,
        );
      const read = await plan.read();
      signal.throwIfAborted();
      const notes = [...archive.notes, ...read.notes];
      if (leftOut.length > 0) notes.unshift(leftOutSentence(leftOut));
      const result = assemble({ ...read, notes, name: options.name });
      const size = options.size ?? null;
      return size === null || size === result.dataset.size
        ? result
        : { ...result, dataset: resizeDataset(result.dataset, size) };
    },
  };
}

const leftOutSentence = (leftOut: readonly LeftOut[]): string =>
  `Left out: ${leftOutList(leftOut)}. ${[...new Set(leftOut.map(({ what, why }) => `${what} ${why}`))].slice(0, 3).join('; ')}.`;

/** Files that no set is made of. */
function leftBy(claimed: readonly Entry[], { message }: DatasetError): LeftOut[] {
  const unit = claimed.every(({ path }) => isImageName(path)) ? 'images' : 'files';
  const [first] = claimed;
  if (!first) return [];
  const more = claimed.length - 1;
  return [
    {
      what: more > 0 ? `${first.path} and others` : first.path,
      count: claimed.length,
      unit,
      why: `makes no data set of its own (${message.replace(/\.$/, '')})`,
    },
  ];
}

const nameOf = (format: DatasetFormat, { outline }: Plan, several: boolean): string =>
  several ? outline.set || format.label : '';

function pick<T extends { set: string }>(
  archive: string,
  named: readonly T[],
  wanted: string | null,
): T {
  const [only] = named;
  const names = named.map(({ set }) => `'${set}'`).join(', ');
  if (wanted === null) {
    if (named.length === 1) return only!;
    throw new PickError(
      `${archive}: found ${named.length} data sets: ${names}. Say which: --pick ${JSON.stringify(only!.set)}.`,
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
function worst(
  failed: readonly { claimed: readonly Entry[]; error: DatasetError }[],
): DatasetError {
  const bytes = (claimed: readonly Entry[]) => claimed.reduce((sum, { size }) => sum + size, 0);
  return [...failed].sort((a, b) => bytes(b.claimed) - bytes(a.claimed))[0]!.error;
}

function undecided(
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
    `${archive}: ${questions.map(({ question }) => question).join('; ')}. Say what is meant: --split ${options} (or ${others.join(', ')} in place of ${first.role}). As it stands: ${outlineSentence(outline)}.`,
  );
}

async function unknown({ name, entries, leftOut }: Archive): Promise<DatasetError> {
  for (const entry of entries.slice(0, 20)) {
    const foreign = foreignFormatOf(await entry.head());
    if (foreign)
      return new DatasetError(
        `${entry.name}: found ${foreign.what}, which is not read. ${foreign.mend}`,
      );
  }
  const paths = [...entries.map(({ path }) => path), ...leftOut.map(({ what }) => what)];
  const some =
    paths.slice(0, 3).join(', ') + (paths.length > 3 ? ` and ${paths.length - 3} more` : '');
  return new DatasetError(
    `${name}: expected ${formats.map(({ files }) => files).join(', ')}, in a folder or in one .zip, .tar or .tar.gz archive; found ${some || 'no file'}.`,
  );
}
