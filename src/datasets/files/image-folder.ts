/**
 * Images in one folder per class, under folders `train`, `val`, `test` or not (ImageNet's layout, torchvision's
 * ImageFolder: classes in order of their names).
 */
import { DatasetError, type ImageSplit, type Labels } from '../dataset.ts';
import { squareFromRgba } from '../resize.ts';
import type { Archive, Entry } from './archive.ts';
import type { Found } from './assemble.ts';
import { readImageHeader, type ImageFormat } from './image-header.ts';
import { splitOfFolder, withoutCommonRoot, type SplitName } from './paths.ts';
import { allocate, messageOf, type ReadContext } from './source.ts';

/** Pixels of a decoded image: RGBA, not premultiplied, oriented as it is to be looked at. */
export interface DecodedImage {
  width: number;
  height: number;
  data: Uint8Array | Uint8ClampedArray;
}

/** The platform's decoder; rejects what it cannot decode. */
export type ImageDecoder = (bytes: Uint8Array, format: ImageFormat) => Promise<DecodedImage>;

/** Images that could not be read, for the user to decide about. */
export interface Unreadable {
  count: number;
  total: number;
  /** The first few, in words. */
  examples: readonly string[];
}

export interface ImageFolderOptions {
  /** Pixels a side that every image is brought to: its middle square, averaged over areas. */
  imageSize: number;
  decode: ImageDecoder;
  /** Whether to go on without them. */
  skipUnreadable(unreadable: Unreadable): Promise<boolean>;
}

const channels = 3;
/** Decoders have threads of their own. */
const decodedAtOnce = 8;
const examplesShown = 5;

interface Place {
  split: SplitName;
  label: number;
}

export async function readImageFolder(
  archive: Archive,
  images: readonly Entry[],
  options: ImageFolderOptions,
  context: ReadContext,
): Promise<Found> {
  const notes: string[] = [];
  const { places, classNames } = placeImages(archive, images, notes);
  const { imageSize } = options;
  const imageBytes = imageSize * imageSize * channels;
  if (places.size * imageBytes > context.limits.memoryBytes) {
    throw new DatasetError(
      `${archive.name}: ${places.size} images of ${imageSize} pixels take ${places.size * imageBytes} bytes: expected at most ${context.limits.memoryBytes}. Choose a smaller image size, or fewer images.`,
    );
  }
  const parts = new Map<SplitName, Part>();
  const slots = new Map<Entry, { part: Part; slot: number }>();
  for (const [entry, { split, label }] of places) {
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
      const { format } = readImageHeader(bytes, entry.name, context.limits.imagePixels);
      const { width, height, data } = await options
        .decode(bytes, format)
        .catch((error: unknown) => {
          throw new DatasetError(
            `${entry.name}: the image could not be decoded (${messageOf(error)}).`,
          );
        });
      squareFromRgba(data, width, height, imageSize, part.images, slot * imageBytes);
      gray &&= isGray(part.images.subarray(slot * imageBytes, (slot + 1) * imageBytes));
    } catch (error) {
      if (!(error instanceof DatasetError)) throw error;
      part.lost.add(slot);
      lost.push({ name: entry.name, reason: error.message });
    }
    done++;
    if (done % 32 === 0 || done === places.size)
      context.progress({ phase: 'reading', done, total: places.size, unit: 'images' });
  };
  await concurrently(archive, new Set(places.keys()), read, context.signal);

  if (lost.length > 0) {
    lost.sort((a, b) => (a.name < b.name ? -1 : 1));
    const summary = {
      count: lost.length,
      total: places.size,
      examples: lost.slice(0, examplesShown).map(({ reason }) => reason),
    };
    if (lost.length === places.size || !(await options.skipUnreadable(summary))) {
      throw new DatasetError(
        `${archive.name}: ${lost.length} of ${places.size} images cannot be read. ${summary.examples[0]}`,
      );
    }
    notes.push(`${lost.length} of ${places.size} images could not be read and are left out.`);
  }
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

interface Part {
  images: Uint8Array;
  labels: number[];
  /** Slots without an image. */
  lost: Set<number>;
}

function placeImages(
  archive: Archive,
  images: readonly Entry[],
  notes: string[],
): { places: Map<Entry, Place>; classNames: string[] } {
  const paths = withoutCommonRoot(images.map(({ path }) => path)).map((path) =>
    path.split('/').slice(0, -1),
  );
  const hasSplits = paths.every(([first]) => first !== undefined && splitOfFolder(first) !== null);
  const found = images.map((entry, i) => {
    const [first, second] = paths[i]!;
    return hasSplits
      ? { entry, split: splitOfFolder(first!)!, name: second }
      : { entry, split: 'train' as const, name: first };
  });
  const inTraining = found.filter(({ split, name }) => split === 'train' && name !== undefined);
  const classNames = [...new Set(inTraining.map(({ name }) => name!))].sort();
  if (classNames.length < 2) {
    throw new DatasetError(
      `${archive.name}: expected images in at least two folders, one for each class, found ${images.length} images in ${classNames.length === 0 ? 'no class folder' : `one, '${classNames[0]}'`}.`,
    );
  }
  const labels = new Map(classNames.map((name, label) => [name, label]));
  const places = new Map<Entry, Place>();
  for (const { entry, split, name } of found) {
    const label = name === undefined ? undefined : labels.get(name);
    if (label !== undefined) places.set(entry, { split, label });
  }
  const stray = found.filter(({ entry }) => !places.has(entry));
  if (stray.length > 0)
    notes.push(
      `${stray.length} images lie in no folder of a training class (such as ${stray[0]!.entry.path}) and are left out.`,
    );
  return { places, classNames };
}

/** Several images are decoded at once; the first failure that is no image's own ends it all. */
async function concurrently(
  archive: Archive,
  wanted: ReadonlySet<Entry>,
  read: (entry: Entry, bytes: Uint8Array) => Promise<void>,
  signal: AbortSignal,
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
    if (running.size >= decodedAtOnce) await Promise.race(running);
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
  { images, labels, lost }: Part,
  imageBytes: number,
  gray: boolean,
  classes: number,
): ImageSplit {
  let count = 0;
  const kept: number[] = [];
  labels.forEach((label, slot) => {
    if (lost.has(slot)) return;
    if (count !== slot)
      images.copyWithin(count * imageBytes, slot * imageBytes, (slot + 1) * imageBytes);
    kept.push(label);
    count++;
  });
  let length = count * imageBytes;
  if (gray) {
    length /= channels;
    for (let i = 0; i < length; i++) images[i] = images[i * channels]!;
  }
  const settled: Labels = classes > 256 ? Uint16Array.from(kept) : Uint8Array.from(kept);
  return {
    count,
    images: gray ? images.slice(0, length) : images.subarray(0, length),
    labels: settled,
  };
}
