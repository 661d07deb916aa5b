/** One way in for every kind of data set: looks at what the files are, and has the right reader read them. */
import { DatasetError } from '../dataset.ts';
import { openArchive, type Archive, type Entry } from './archive.ts';
import { assemble, type Found, type ReadResult } from './assemble.ts';
import { canBeCifar, readCifarSet } from './cifar-set.ts';
import { isIdx, isIdxName, readIdxSet } from './idx-set.ts';
import { readImageFolder, type ImageFolderOptions } from './image-folder.ts';
import { imageFormatOf, isImageName } from './image-header.ts';
import { isNpy } from './npy.ts';
import { readNpz } from './npz.ts';
import { defaultLimits, type Limits, type Progress, type SourceFile } from './source.ts';

export interface ReadOptions extends ImageFolderOptions {
  /** Of the set; also names it in messages. */
  name: string;
  /** Labels of CIFAR-100. */
  labelKind: 'fine' | 'coarse';
  signal: AbortSignal;
  limits?: Partial<Limits>;
  progress?(progress: Progress): void;
}

/**
 * Reads CIFAR-10 or CIFAR-100 (binary version), IDX files, images in class folders, or NumPy arrays: as files, a folder
 * of files, or a zip, tar or tar.gz archive.
 * @throws DatasetError naming the file, the offset or the entry, and what was expected; the signal's reason when aborted.
 */
export async function readDataset(
  files: readonly SourceFile[],
  options: ReadOptions,
): Promise<ReadResult> {
  const { signal, name, progress = () => {} } = options;
  const context = { signal, limits: { ...defaultLimits, ...options.limits }, progress };
  signal.throwIfAborted();
  const archive = await openArchive(files, name, context);
  const kinds = await sortByKind(archive, signal);
  let found: Found;
  if (kinds.npy.length > 0) found = await readNpz(archive, kinds.npy, context);
  else if (kinds.idx.length > 0) found = await readIdxSet(archive, kinds.idx, context);
  else if (kinds.image.length > 0)
    found = await readImageFolder(archive, kinds.image, options, context);
  else if (kinds.cifar.length > 0)
    found = await readCifarSet(archive, kinds.cifar, options.labelKind, context);
  else throw unknown(archive);
  signal.throwIfAborted();
  return assemble({ ...found, name });
}

type Kind = 'npy' | 'idx' | 'image' | 'cifar' | 'other';

async function sortByKind(archive: Archive, signal: AbortSignal): Promise<Record<Kind, Entry[]>> {
  const kinds: Record<Kind, Entry[]> = { npy: [], idx: [], image: [], cifar: [], other: [] };
  for (const entry of archive.entries) {
    signal.throwIfAborted();
    kinds[await kindOf(entry)].push(entry);
  }
  return kinds;
}

/** By the first bytes; a file under an image's name is looked at when its turn comes: there may be a million. */
async function kindOf(entry: Entry): Promise<Kind> {
  if (isImageName(entry.path)) return 'image';
  const head = await entry.head();
  if (isNpy(head) || /\.npy$/i.test(entry.path)) return 'npy';
  if (imageFormatOf(head)) return 'image';
  // A CIFAR file may begin like anything.
  if (/\.bin$/i.test(entry.path) && canBeCifar(entry)) return 'cifar';
  if (isIdx(head) || isIdxName(entry.path)) return 'idx';
  return canBeCifar(entry) ? 'cifar' : 'other';
}

function unknown({ name, entries }: Archive): DatasetError {
  const some =
    entries
      .slice(0, 3)
      .map(({ path }) => path)
      .join(', ') + (entries.length > 3 ? ` and ${entries.length - 3} more` : '');
  return new DatasetError(
    `${name}: expected CIFAR-10 or CIFAR-100 binary files (.bin), IDX files (...-idx3-ubyte), PNG, JPEG or WebP images in class folders, ` +
      `or NumPy arrays (.npz), in a folder or in one .zip, .tar or .tar.gz archive; found ${some}.`,
  );
}
