/** Decodes the images that a plan has placed: all to one size, grey where all are, without those that cannot be read. */
import { DatasetError, type ImageSplit, type Labels } from '../dataset.ts';
import type { Archive } from '../files/archive.ts';
import type { Found } from '../files/assemble.ts';
import type { Entry } from '../files/entry.ts';
import { allocate, type ReadContext } from '../files/source.ts';
import type { SplitName } from '../outline.ts';
import type { Place } from '../tree/tree.ts';
import type { FormatContext } from './format.ts';

export const channels = 3;
const examplesShown = 5;

export type Placed = Place & { entry: Entry };

export async function readPlaced(
  archive: Archive,
  placed: readonly Placed[],
  classNames: readonly string[],
  planNotes: readonly string[],
  context: FormatContext,
): Promise<Found> {
  const notes = [...planNotes];
  const { imageSize, maker, signal } = context;
  const imageBytes = imageSize * imageSize * channels;
  const parts = new Map<SplitName, Part>();
  const slots = new Map<Entry, { part: Part; slot: number }>();
  for (const { entry, split, label } of placed) {
    const part = parts.get(split) ?? { images: new Uint8Array(0), labels: [], lost: new Set() };
    parts.set(split, part);
    slots.set(entry, { part, slot: part.labels.length });
    part.labels.push(label);
  }
  for (const part of parts.values())
    part.images = allocate(part.labels.length * imageBytes, archive.name);

  let gray = true;
  let done = 0;
  const lost: { name: string; reason: string }[] = [];
  const read = async (entry: Entry, bytes: Uint8Array): Promise<void> => {
    const { part, slot } = slots.get(entry)!;
    try {
      const square = await maker.square({ bytes, name: entry.name, size: imageSize }, signal);
      part.images.set(square, slot * imageBytes);
      gray &&= isGray(square);
    } catch (error) {
      if (!(error instanceof DatasetError)) throw error;
      part.lost.add(slot);
      lost.push({ name: entry.name, reason: error.message });
    }
    done++;
    if (done % 32 === 0 || done === placed.length)
      context.progress({ phase: 'reading', done, total: placed.length, unit: 'images' });
  };
  await concurrently(archive, new Set(slots.keys()), read, maker.atOnce, signal);

  notes.push(...(await unreadableNote(archive.name, lost, placed.length, context)));
  const splits: Partial<Record<SplitName, ImageSplit>> = {};
  for (const [split, part] of parts) {
    const settled = settle(part, imageBytes, gray, classNames.length);
    if (settled.count > 0) splits[split] = settled;
  }
  return {
    kind: 'image-folder',
    name: archive.name,
    size: imageSize,
    channels: gray ? 1 : channels,
    classNames,
    splits,
    notes,
  };
}

/** @throws DatasetError unless the rest is read without the lost ones. */
export async function unreadableNote(
  archive: string,
  lost: readonly { name: string; reason: string }[],
  total: number,
  { skipUnreadable }: Pick<FormatContext, 'skipUnreadable'>,
): Promise<string[]> {
  if (lost.length === 0) return [];
  const examples = lost
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .slice(0, examplesShown)
    .map(({ reason }) => reason);
  const summary = { count: lost.length, total, examples };
  if (lost.length === total || !(await skipUnreadable(summary)))
    throw new DatasetError(
      `${archive}: ${lost.length} of ${total} images cannot be read. ${examples[0]}`,
    );
  return [`${lost.length} of ${total} images could not be read and are excluded.`];
}

interface Part {
  images: Uint8Array;
  labels: number[];
  /** Slots without an image. */
  lost: Set<number>;
}

/** Several images are decoded at once; the first failure that is no image's own ends it all. */
export async function concurrently(
  archive: Archive,
  wanted: ReadonlySet<Entry>,
  read: (entry: Entry, bytes: Uint8Array) => Promise<void>,
  atOnce: number,
  signal: ReadContext['signal'],
): Promise<void> {
  const running = new Set<Promise<void>>();
  let failure: { error: unknown } | null = null;
  await archive.visit(wanted, async (entry, bytes) => {
    signal.throwIfAborted();
    if (failure) throw failure.error;
    const one = read(entry, bytes).catch((error: unknown) => {
      failure ??= { error };
    });
    running.add(one);
    void one.then(() => running.delete(one));
    if (running.size >= atOnce) await Promise.race(running);
  });
  await Promise.all(running);
  signal.throwIfAborted();
  if (failure) throw (failure as { error: unknown }).error;
}

function isGray(rgb: Uint8Array): boolean {
  for (let i = 0; i < rgb.length; i += channels)
    if (rgb[i] !== rgb[i + 1] || rgb[i] !== rgb[i + 2]) return false;
  return true;
}

/** Closes the gaps of lost images, and keeps one channel of three equal ones; in place. */
function settle(
  { images: pixels, labels, lost }: Part,
  imageBytes: number,
  gray: boolean,
  classes: number,
): ImageSplit {
  let count = 0;
  const kept: number[] = [];
  labels.forEach((label, slot) => {
    if (lost.has(slot)) return;
    if (count !== slot)
      pixels.copyWithin(count * imageBytes, slot * imageBytes, (slot + 1) * imageBytes);
    kept.push(label);
    count++;
  });
  let length = count * imageBytes;
  if (gray) {
    length /= channels;
    for (let i = 0; i < length; i++) pixels[i] = pixels[i * channels]!;
  }
  const settled: Labels = classes > 256 ? Uint16Array.from(kept) : Uint8Array.from(kept);
  return {
    count,
    images: gray ? pixels.slice(0, length) : pixels.subarray(0, length),
    labels: settled,
  };
}
