/**
 * Images in one folder per class, under folders of splits or not (ImageNet's layout, torchvision's ImageFolder: classes in
 * order of their names), with lists of labels where there are no class folders; and Teachable Machine's `.tm` projects.
 */
import { DatasetError } from '../dataset.ts';
import type { Archive } from '../files/archive.ts';
import type { Entry } from '../files/entry.ts';
import { imageFormatOf, isImageName } from '../images/header.ts';
import type { SplitName } from '../outline.ts';
import { planTree, teachableMachine } from './image-tree.ts';
import { scanPlaced } from './read-files.ts';
import { channels, readPlaced, type Placed } from './read-images.ts';
import {
  splitOrder,
  type DatasetFormat,
  type FormatContext,
  type Plan,
  type Samples,
} from './format.ts';

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
  const decodedBytes = placed.length * imageSize * imageSize * channels;
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
    read() {
      if (decodedBytes > limits.memoryBytes)
        throw new DatasetError(
          `${archive.name}: ${placed.length} images of ${imageSize} pixels take ${decodedBytes} bytes: expected at most ${limits.memoryBytes}. Choose a smaller image size, or fewer images, or keep the files encoded (--images encoded).`,
        );
      return readPlaced(archive, placed, classNames, tree.notes, context);
    },
    files: {
      images: placed.length,
      decodedBytes,
      encodedBytes: placed.reduce((sum, { entry }) => sum + entry.size, 0),
      scan: () => scanPlaced(archive, placed, classNames, tree.notes, context),
    },
  };
}

async function samplesOf(
  archive: Archive,
  placed: readonly Placed[],
  classNames: readonly string[],
  { imageSize, maker, signal }: FormatContext,
  count: number,
): Promise<Samples> {
  const chosen = oneOfEach(placed, count);
  const imageBytes = imageSize * imageSize * channels;
  const found = new Map<Entry, Uint8Array>();
  await archive.visit(new Set(chosen.map(({ entry }) => entry)), async (entry, bytes) => {
    try {
      found.set(entry, await maker.square({ bytes, name: entry.name, size: imageSize }, signal));
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
