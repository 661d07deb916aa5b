/** One way in for every kind of data set: looks at what the files are, says what was found, and has the right format read it. */
import { DatasetError } from '../dataset.ts';
import {
  type DatasetFormat,
  type FormatContext,
  type Plan,
  type Samples,
  type Unreadable,
} from '../formats/format.ts';
import { formats } from '../formats/registry.ts';
import type { ImageDecoder } from '../images/decode.ts';
import { makerHere, type ImageMaker } from '../images/make.ts';
import { isImageName } from '../images/header.ts';
import {
  keepingOf,
  noChoices,
  type Choices,
  type Keeping,
  type LeftOut,
  type Outline,
  type RoleChoice,
} from '../outline.ts';
import { resizeDataset } from '../resize.ts';
import { openArchive, type Archive } from './archive.ts';
import type { Entry } from './entry.ts';
import { assemble, type DatasetKind, type ReadResult } from './assemble.ts';
import { assembleFiles, type ReadFiles } from './assemble-files.ts';
import { leftBy, leftOutSentence, nameOf, pick, undecided, unknown, worst } from './choose-set.ts';
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
  /** Makes images in other threads; without it, they are made in this one. */
  maker?: ImageMaker;
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
  /** How image files would be kept, and why; null: there are none, and pixels are. */
  keeping: Keeping | null;
  /** @throws DatasetError; the signal's reason when aborted. */
  read(): Promise<ReadResult>;
  /** The same as files, of a set of image files. @throws DatasetError; the signal's reason when aborted. */
  readFiles(): Promise<ReadFiles>;
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
  const limits = { ...defaultLimits, ...options.limits };
  const context = { signal, limits, progress };
  const { maker = makerHere({ limits, decode: options.decode }) } = options;
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
      const { skipUnreadable } = options;
      return lookAt(archive, claims, options, {
        ...context,
        choices,
        imageSize,
        maker,
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
      `${archive.name}: --split assigns folders of images or arrays, but these files name their splits themselves. Omit it.`,
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
  /** What both ways of reading begin and end with. */
  const reading = async <T extends { notes: readonly string[] }>(read: () => Promise<T>) => {
    if (questions.length > 0) throw undecided(archive.name, questions, outline);
    if (!outline.splits.some(({ split }) => split === 'train'))
      throw new DatasetError(
        `${archive.name}: expected training images, found only ${outline.splits.map(({ split }) => split).join(' and ')} images. Choose the training files as well, or name their folder: --split FOLDER=train.`,
      );
    const found = await read();
    signal.throwIfAborted();
    const notes = [...archive.notes, ...found.notes];
    if (leftOut.length > 0) notes.unshift(leftOutSentence(leftOut));
    return { ...found, notes, name: options.name };
  };
  const { files } = plan;
  return {
    kind: plan.kind,
    outline,
    sets: found.length > 1 ? named.map(({ set }) => set) : [],
    questions,
    samples: (count) => plan.samples(count),
    keeping: files ? keepingOf({ ...files, imageSize: context.imageSize }, choices.kept) : null,
    async read() {
      const result = assemble(await reading(() => plan.read()));
      const size = options.size ?? null;
      return size === null || size === result.dataset.size
        ? result
        : { ...result, dataset: resizeDataset(result.dataset, size) };
    },
    async readFiles() {
      if (!files)
        throw new DatasetError(
          `${archive.name}: expected image files to keep, found arrays. Keep their pixels.`,
        );
      return assembleFiles(await reading(() => files.scan()), archive);
    },
  };
}
