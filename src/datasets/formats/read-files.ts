/** Reads the images that a plan has placed, to be kept as files: each is decoded once, to know that it can be. */
import { DatasetError } from '../dataset.ts';
import type { Archive } from '../files/archive.ts';
import type { Entry } from '../files/entry.ts';
import type { SplitName } from '../outline.ts';
import { hashBytes } from '../random.ts';
import type { FormatContext } from './format.ts';
import { splitOf, type FileSplit, type FoundFiles, type ScannedFile } from './file-split.ts';
import { concurrently, unreadableNote, type Placed } from './read-images.ts';

/** @throws DatasetError; the signal's reason when aborted. */
export async function scanPlaced(
  archive: Archive,
  placed: readonly Placed[],
  classNames: readonly string[],
  planNotes: readonly string[],
  context: FormatContext,
): Promise<FoundFiles> {
  const { imageSize, maker, signal } = context;
  const found = new Map<Entry, ScannedFile>();
  const places = new Map(placed.map((place) => [place.entry, place]));
  const lost: { name: string; reason: string }[] = [];
  let gray = true;
  let done = 0;
  const scan = async (entry: Entry, bytes: Uint8Array): Promise<void> => {
    const { label } = places.get(entry)!;
    try {
      const job = { bytes, name: entry.name, size: imageSize };
      const { moments, gray: isGray } = await maker.scan(job, signal);
      gray &&= isGray;
      found.set(entry, { entry, label, moments, hash: hashBytes(bytes), bytes: bytes.length });
    } catch (error) {
      if (!(error instanceof DatasetError)) throw error;
      lost.push({ name: entry.name, reason: error.message });
    }
    done++;
    if (done % 32 === 0 || done === placed.length)
      context.progress({ phase: 'reading', done, total: placed.length, unit: 'images' });
  };
  await concurrently(archive, new Set(places.keys()), scan, maker.atOnce, signal);
  const notes = [
    ...planNotes,
    ...(await unreadableNote(archive.name, lost, placed.length, context)),
  ];
  const splits: Partial<Record<SplitName, FileSplit>> = {};
  for (const split of new Set(placed.map((place) => place.split))) {
    const files = placed.flatMap((place) => {
      const file = place.split === split && found.get(place.entry);
      return file ? [file] : [];
    });
    if (files.length > 0) splits[split] = splitOf(files, classNames.length);
  }
  const channels = gray ? 1 : 3;
  return { name: archive.name, size: imageSize, channels, classNames, splits, notes };
}
