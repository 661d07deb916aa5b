/**
 * Images in one folder per class, under folders of splits or not (ImageNet's layout, torchvision's ImageFolder: classes in
 * order of their names), with lists of labels where there are no class folders; and Teachable Machine's `.tm` projects.
 */
import { DatasetError, type ImageSplit, type Labels } from '../dataset.ts';
import type { Archive, Entry } from '../files/archive.ts';
import type { Found } from '../files/assemble.ts';
import { baseName } from '../files/bytes.ts';
import { withoutCommonRoot } from '../files/paths.ts';
import { allocate, type ReadContext } from '../files/source.ts';
import { linesOf } from '../files/text.ts';
import { readImage } from '../images/decode.ts';
import { imageFormatOf, isImageName } from '../images/header.ts';
import type { SplitName } from '../outline.ts';
import { squareFromRgba } from '../resize.ts';
import { parseLabelList, type LabelList } from '../tree/label-list.ts';
import { splitTree, type Place, type TreePlan } from '../tree/split-tree.ts';
import { byCodePoint } from '../tree/folders.ts';
import {
  splitOrder,
  type DatasetFormat,
  type FormatContext,
  type Plan,
  type Samples,
} from './format.ts';

const channels = 3;
/** Decoders have threads of their own. */
const decodedAtOnce = 8;
const examplesShown = 5;

export const images: DatasetFormat = {
  id: 'image-folder',
  label: 'image folders',
  files: 'images (PNG, JPEG, WebP, GIF, BMP, TIFF, PPM) in one folder per class',
  claims: ({ path, head }) => isImageName(path) || (head !== null && imageFormatOf(head) !== null),
  plan: async (archive, claimed, context) => [await planImages(archive, claimed, context)],
};

async function planImages(
  archive: Archive,
  claimed: readonly Entry[],
  context: FormatContext,
): Promise<Plan> {
  const { imageSize, limits } = context;
  const tree = teachableMachine(archive, claimed) ?? (await planTree(archive, claimed, context));
  if (tree.problem !== null) throw new DatasetError(`${archive.name}: ${tree.problem}.`);
  const { classNames } = tree;
  const placed = claimed.flatMap((entry, i) => {
    const place = tree.places[i];
    return place ? [{ entry, ...place }] : [];
  });
  if (classNames.length < 2)
    throw new DatasetError(
      `${archive.name}: expected images in at least two folders, one for each class, found ${claimed.length} images in ${classNames.length === 0 ? 'no class folder' : `one, '${classNames[0]}'`}.`,
    );
  const imageBytes = imageSize * imageSize * channels;
  if (placed.length * imageBytes > limits.memoryBytes) {
    throw new DatasetError(
      `${archive.name}: ${placed.length} images of ${imageSize} pixels take ${placed.length * imageBytes} bytes: expected at most ${limits.memoryBytes}. Choose a smaller image size, or fewer images.`,
    );
  }
  const counts = new Map<SplitName, { images: number; classes: Set<number> }>();
  for (const { split, label } of placed) {
    const count = counts.get(split) ?? { images: 0, classes: new Set() };
    counts.set(split, count);
    count.images++;
    count.classes.add(label);
  }
  return {
    kind: 'image-folder',
    outline: {
      set: '',
      splits: splitOrder.flatMap((split) => {
        const count = counts.get(split);
        return count ? [{ split, images: count.images, classes: count.classes.size }] : [];
      }),
      classNames,
      leftOut: tree.leftOut,
      notes: tree.notes,
      roles: tree.roles,
    },
    samples: (count) => samplesOf(archive, placed, classNames, context, count),
    read: () => readPlaced(archive, placed, classNames, tree.notes, context),
  };
}

type Placed = Place & { entry: Entry };

/** Lists of labels are looked for where a split has no class folders. */
async function planTree(
  archive: Archive,
  claimed: readonly Entry[],
  { choices }: FormatContext,
): Promise<TreePlan> {
  const paths = withoutCommonRoot(claimed.map(({ path }) => path));
  const whole = claimed[0]!.path;
  const root = whole.slice(0, Math.max(0, whole.length - paths[0]!.length - 1));
  const tree = splitTree(paths, choices.split, [], root);
  if (tree.flat.length === 0) return tree;
  const lists = await labelLists(archive);
  return lists.length > 0 ? splitTree(paths, choices.split, lists, root) : tree;
}

const mostLists = 64;
const mostListBytes = 1 << 26;

async function labelLists(archive: Archive): Promise<LabelList[]> {
  const texts = archive.entries
    .filter(({ path, size }) => /\.(txt|csv|tsv)$/i.test(path) && size < mostListBytes)
    .slice(0, mostLists);
  const lists: LabelList[] = [];
  if (texts.length > 0)
    await archive.visit(new Set(texts), ({ path }, bytes) => {
      const list = parseLabelList(path, linesOf(bytes));
      if (list) lists.push(list);
    });
  return lists;
}

/** A `.tm` project is a zip of images named `class-!-number.jpg` beside manifest.json. */
function teachableMachine(archive: Archive, claimed: readonly Entry[]): TreePlan | null {
  if (!archive.entries.some(({ path }) => baseName(path) === 'manifest.json')) return null;
  const classes = claimed.map(({ path }) => /^(.+)-!-\d+\.\w+$/.exec(baseName(path))?.[1]);
  if (!classes.every((name) => name !== undefined)) return null;
  const classNames = [...new Set(classes as string[])].sort(byCodePoint);
  return {
    classNames,
    places: classes.map((name) => ({ split: 'train', label: classNames.indexOf(name!) })),
    leftOut: [],
    roles: [],
    notes: ['The classes are those of the Teachable Machine project.'],
    flat: [],
    problem: null,
  };
}

async function samplesOf(
  archive: Archive,
  placed: readonly Placed[],
  classNames: readonly string[],
  { imageSize, decode, limits }: FormatContext,
  count: number,
): Promise<Samples> {
  const chosen = oneOfEach(placed, count);
  const imageBytes = imageSize * imageSize * channels;
  const found = new Map<Entry, Uint8Array>();
  await archive.visit(new Set(chosen.map(({ entry }) => entry)), async (entry, bytes) => {
    try {
      const { width, height, data } = await readImage(bytes, { name: entry.name, limits, decode });
      const pixels = new Uint8Array(imageBytes);
      squareFromRgba(data, width, height, imageSize, pixels, 0);
      found.set(entry, pixels);
    } catch (error) {
      // What cannot be read is counted and asked about when all is read.
      if (!(error instanceof DatasetError)) throw error;
    }
  });
  const shown = chosen.filter(({ entry }) => found.has(entry));
  const all = new Uint8Array(shown.length * imageBytes);
  shown.forEach(({ entry }, i) => all.set(found.get(entry)!, i * imageBytes));
  return {
    size: imageSize,
    channels,
    images: all,
    captions: shown.map(({ split, label }) => ({ split, label: classNames[label] ?? null })),
  };
}

/** The first image of each class and split in turn, then the second. */
function oneOfEach(placed: readonly Placed[], count: number): Placed[] {
  const groups = new Map<string, Placed[]>();
  for (const one of placed) {
    const key = `${splitOrder.indexOf(one.split)} ${one.label}`;
    const group = groups.get(key);
    if (!group) groups.set(key, [one]);
    else if (group.length < count) group.push(one);
  }
  const ordered = [...groups.values()];
  const chosen: Placed[] = [];
  for (
    let round = 0;
    chosen.length < count && ordered.some((group) => group.length > round);
    round++
  )
    for (const group of ordered)
      if (group[round] && chosen.length < count) chosen.push(group[round]!);
  return chosen;
}

async function readPlaced(
  archive: Archive,
  placed: readonly Placed[],
  classNames: readonly string[],
  planNotes: readonly string[],
  context: FormatContext,
): Promise<Found> {
  const notes = [...planNotes];
  const { imageSize, limits, decode } = context;
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
      const { width, height, data } = await readImage(bytes, { name: entry.name, limits, decode });
      squareFromRgba(data, width, height, imageSize, part.images, slot * imageBytes);
      gray &&= isGray(part.images.subarray(slot * imageBytes, (slot + 1) * imageBytes));
    } catch (error) {
      if (!(error instanceof DatasetError)) throw error;
      part.lost.add(slot);
      lost.push({ name: entry.name, reason: error.message });
    }
    done++;
    if (done % 32 === 0 || done === placed.length)
      context.progress({ phase: 'reading', done, total: placed.length, unit: 'images' });
  };
  await concurrently(archive, new Set(slots.keys()), read, context.signal);

  if (lost.length > 0) {
    lost.sort((a, b) => (a.name < b.name ? -1 : 1));
    const summary = {
      count: lost.length,
      total: placed.length,
      examples: lost.slice(0, examplesShown).map(({ reason }) => reason),
    };
    if (lost.length === placed.length || !(await context.skipUnreadable(summary))) {
      throw new DatasetError(
        `${archive.name}: ${lost.length} of ${placed.length} images cannot be read. ${summary.examples[0]}`,
      );
    }
    notes.push(`${lost.length} of ${placed.length} images could not be read and are left out.`);
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

/** Several images are decoded at once; the first failure that is no image's own ends it all. */
async function concurrently(
  archive: Archive,
  wanted: ReadonlySet<Entry>,
  read: (entry: Entry, bytes: Uint8Array) => Promise<void>,
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
