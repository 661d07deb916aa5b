/** From scanned image files to a set of files that can be searched on, or an error that says why not. */
import { DatasetError } from '../dataset.ts';
import { splitOf, type FileSplit, type FoundFiles } from '../formats/file-split.ts';
import { hashBytes } from '../random.ts';
import type { Archive } from './archive.ts';
import { settleSplits } from './assemble.ts';
import type { Entry } from './entry.ts';

/** A set of image files, each of which was decoded once. */
export interface ReadFiles extends Pick<FoundFiles, 'name' | 'size' | 'channels' | 'classNames'> {
  readonly train: FileSplit;
  readonly test: FileSplit;
  /** What was decided on the way, in sentences a user should see. */
  readonly notes: readonly string[];
  /** Whole files again, one after the other, in the order that is fastest. @throws DatasetError where one has changed. */
  visit(
    use: (split: 'train' | 'test', image: number, bytes: Uint8Array) => Promise<void>,
  ): Promise<void>;
  /** Some files again, in the order asked for. @throws DatasetError where an archive can only be read from its start. */
  read(split: 'train' | 'test', images: readonly number[]): Promise<Uint8Array[]>;
}

/** @throws DatasetError naming what is missing. */
export function assembleFiles(found: FoundFiles, archive: Archive): ReadFiles {
  const { name, size, channels, classNames } = found;
  const { train, test, notes } = settleSplits(found, (whole, held) => {
    const out = new Set(held);
    const part = (isOut: boolean) =>
      splitOf(
        whole.files.filter((_, image) => out.has(image) === isOut),
        classNames.length,
      );
    return [part(false), part(true)];
  });
  const splits = { train, test };
  return {
    ...{ name, size, channels, classNames, train, test, notes },
    async visit(use) {
      const places = new Map<Entry, ['train' | 'test', number]>();
      for (const split of ['train', 'test'] as const)
        splits[split].files.forEach(({ entry }, image) => places.set(entry, [split, image]));
      await archive.visit(new Set(places.keys()), async (entry, bytes) => {
        const [split, image] = places.get(entry)!;
        if (hashBytes(bytes) !== splits[split].files[image]!.hash)
          throw new DatasetError(
            `${entry.name}: was changed while the data set was read. Add the data set again.`,
          );
        await use(split, image, bytes);
      });
    },
    async read(split, images) {
      if (archive.sequential)
        throw new DatasetError(
          `${archive.name}: a tar archive can only be read from its start, which takes too long for each batch. Unpack it and name the folder, or keep the pixels at a smaller image size.`,
        );
      const entries = images.map((image) => splits[split].files[image]!.entry);
      const bytes = new Map<Entry, Uint8Array>();
      await archive.visit(new Set(entries), (entry, read) => void bytes.set(entry, read));
      return entries.map((entry) => bytes.get(entry)!);
    },
  };
}
