/** NumPy archives with images and labels, under Keras' names (x_train, y_train, ...), MedMNIST's (train_images, ...) or alike. */
import { DatasetError, type ImageSplit, type Labels } from '../dataset.ts';
import { checkLabels } from '../idx.ts';
import type { Archive, Entry } from './archive.ts';
import type { Found } from './assemble.ts';
import { npyLabels, npyStrings, npyValues, readNpyHeader, type NpyHeader } from './npy.ts';
import { splitOfName, type SplitName } from './paths.ts';
import { allocate, type ReadContext } from './source.ts';

interface Planned {
  entry: Entry;
  header: NpyHeader;
  role: 'images' | 'labels' | 'names';
  split: SplitName;
}

interface Shape {
  count: number;
  size: number;
  channels: number;
  channelsFirst: boolean;
}

/** @param arrays the entries that are .npy files. */
export async function readNpz(
  archive: Archive,
  arrays: readonly Entry[],
  { progress }: ReadContext,
): Promise<Found> {
  const planned: Planned[] = [];
  for (const entry of arrays)
    planned.push(...plan(entry, readNpyHeader(await entry.head(), entry.name)));
  const only = (role: Planned['role'], split: SplitName): Planned | undefined => {
    const all = planned.filter((one) => one.role === role && one.split === split);
    if (all.length > 1)
      throw new DatasetError(
        `${archive.name}: expected one array of ${split} ${role}, found ${all.map(({ entry }) => entry.path).join(' and ')}.`,
      );
    return all[0];
  };
  const names = planned.find(({ role }) => role === 'names');
  const pairs = (['train', 'validation', 'test'] as const).flatMap((split) => {
    const images = only('images', split);
    const labels = only('labels', split);
    if (!images && !labels) return [];
    if (!images || !labels) {
      throw new DatasetError(
        `${archive.name}: expected ${split} ${images ? 'labels (whole numbers, one an image)' : 'images (uint8, count x height x width)'} too, found arrays ${arrays.map(({ path }) => path).join(', ')}.`,
      );
    }
    return [{ split, images, labels, shape: shapeOf(images) }];
  });
  const [first] = pairs;
  if (!first)
    throw new DatasetError(
      `${archive.name}: expected arrays of images and labels, found ${arrays.map(({ path }) => path).join(', ')}.`,
    );
  for (const { images, shape } of pairs) {
    if (shape.size !== first.shape.size || shape.channels !== first.shape.channels) {
      throw new DatasetError(
        `${images.entry.name}: shape: expected images of ${first.shape.size} x ${first.shape.size} x ${first.shape.channels}, as in ${first.images.entry.path}, found ${images.header.shape.join(' x ')}.`,
      );
    }
  }

  const total = planned.reduce((sum, { entry }) => sum + entry.size, 0);
  let done = 0;
  const images = new Map<SplitName, Uint8Array>();
  const labels = new Map<SplitName, Labels>();
  let classNames: string[] | null = null;
  await archive.visit(
    new Set([
      ...pairs.flatMap((pair) => [pair.images.entry, pair.labels.entry]),
      ...(names ? [names.entry] : []),
    ]),
    (entry, bytes) => {
      // Read anew: what was planned by is at most the first bytes.
      const header = readNpyHeader(bytes, entry.name);
      const pair = pairs.find((one) => one.images.entry === entry || one.labels.entry === entry);
      if (!pair) classNames = npyStrings(bytes, header, entry.name);
      else if (pair.images.entry === entry)
        images.set(
          pair.split,
          channelsLast(npyValues(bytes, header, entry.name), pair.shape, entry.name),
        );
      else labels.set(pair.split, npyLabels(bytes, header, entry.name));
      done += entry.size;
      progress({ phase: 'reading', done, total, unit: 'bytes' });
    },
  );

  const splits: Partial<Record<SplitName, ImageSplit>> = {};
  for (const { split, shape, ...pair } of pairs) {
    const found = labels.get(split)!;
    if (found.length !== shape.count) {
      throw new DatasetError(
        `${pair.labels.entry.name}: number of labels: expected ${shape.count}, as many as there are images in ${pair.images.entry.path}, found ${found.length}.`,
      );
    }
    if (classNames) checkLabels(found, (classNames as string[]).length, pair.labels.entry.name);
    splits[split] = { count: shape.count, images: images.get(split)!, labels: narrow(found) };
  }
  return {
    kind: 'npz',
    name: archive.name,
    size: first.shape.size,
    channels: first.shape.channels,
    classNames,
    splits,
    notes: [],
  };
}

function plan(entry: Entry, header: NpyHeader): Planned[] {
  const split = splitOfName(entry.path);
  const { shape, dtype } = header;
  if (/U\d+$/.test(dtype))
    return /class|label.?names|names/i.test(entry.path)
      ? [{ entry, header, role: 'names', split }]
      : [];
  if (shape.length >= 3) return [{ entry, header, role: 'images', split }];
  // MedMNIST and CIFAR in Keras: one column.
  if (shape.length === 1 || (shape.length === 2 && shape[1] === 1))
    return [{ entry, header, role: 'labels', split }];
  return [];
}

function shapeOf({ entry, header: { dtype, shape, fortranOrder } }: Planned): Shape {
  const expected = 'count x size x size, with or without 1 or 3 channels';
  if (!/^[|<>=]?u1$/.test(dtype))
    throw new DatasetError(
      `${entry.name}: dtype: expected uint8 ('|u1') images, found '${dtype}'. Save them as np.uint8, 0 to 255.`,
    );
  if (fortranOrder)
    throw new DatasetError(
      `${entry.name}: fortran_order: expected False, found True. Save np.ascontiguousarray(images).`,
    );
  const isChannels = (n: number | undefined) => n === 1 || n === 3;
  const channelsFirst = shape.length === 4 && isChannels(shape[1]) && !isChannels(shape[3]);
  const [count, height, width, channels] = (
    channelsFirst
      ? [shape[0], shape[2], shape[3], shape[1]]
      : [shape[0], shape[1], shape[2], shape[3] ?? 1]
  ) as [number, number, number, number];
  if (
    shape.length > 4 ||
    !isChannels(channels) ||
    height !== width ||
    height === 0 ||
    count === 0
  ) {
    throw new DatasetError(
      `${entry.name}: shape: expected ${expected}, found ${shape.join(' x ')}.`,
    );
  }
  return { count, size: height, channels, channelsFirst };
}

function channelsLast(
  values: Uint8Array,
  { count, size, channels, channelsFirst }: Shape,
  name: string,
): Uint8Array {
  if (!channelsFirst || channels === 1) return values;
  const result = allocate(values.length, name);
  const pixels = size * size;
  for (let image = 0; image < count; image++) {
    const origin = image * pixels * channels;
    for (let channel = 0; channel < channels; channel++) {
      for (let pixel = 0; pixel < pixels; pixel++)
        result[origin + pixel * channels + channel] = values[origin + channel * pixels + pixel]!;
    }
  }
  return result;
}

const narrow = (labels: Labels): Labels =>
  labels.every((label) => label < 256) ? Uint8Array.from(labels) : labels;
