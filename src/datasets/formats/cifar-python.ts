/** CIFAR-10's and CIFAR-100's Python version: pickled dictionaries, as torchvision keeps them (`cifar-10-batches-py`). */
import { isPickle, readPickle } from '../arrays/pickle.ts';
import { isArray, memberOf, textOf, type Pickled } from '../arrays/pickled.ts';
import { cifar10, cifar100Coarse, cifar100Fine } from '../cifar.ts';
import { DatasetError, type ImageSplit } from '../dataset.ts';
import { checkLabels } from '../idx.ts';
import type { Archive } from '../files/archive.ts';
import type { Entry } from '../files/entry.ts';
import { baseName } from '../files/bytes.ts';
import type { SplitName } from '../outline.ts';
import { splitOrder, type DatasetFormat, type FormatContext, type Plan } from './format.ts';

const pixels = 32 * 32;
const fileName = /^(data_batch_\d+|test_batch|train|test|batches\.meta|meta)$/;

export const cifarPython: DatasetFormat = {
  id: 'cifar-python',
  label: 'CIFAR in Python form',
  files: 'CIFAR-10 or CIFAR-100 in Python form (data_batch_1, ...)',
  claims: ({ path, head }) =>
    head !== null &&
    isPickle(head) &&
    (fileName.test(baseName(path)) || /\.(pkl|pickle)$/i.test(path)),
  plan: async (archive, claimed, context) => [await planPython(archive, claimed, context)],
};

const splitOf = (entry: Entry): SplitName =>
  /^test/.test(baseName(entry.path)) ? 'test' : 'train';

/** Real batches are 31 MB, and 155 MB for all of CIFAR-100. */
const mostBytes = 1e9;

async function planPython(
  archive: Archive,
  claimed: readonly Entry[],
  context: FormatContext,
): Promise<Plan> {
  const isMeta = (entry: Entry) => /meta/.test(baseName(entry.path));
  const batches = claimed.filter((entry) => !isMeta(entry));
  const [first] = batches;
  if (!first)
    throw new DatasetError(
      `${archive.name}: expected the batches of CIFAR as well (data_batch_1, ... or train), found only ${claimed.map(({ path }) => path).join(', ')}.`,
    );
  const large = batches.find(({ size }) => size > mostBytes);
  if (large)
    throw new DatasetError(
      `${large.name}: expected a batch of at most ${mostBytes} bytes, found ${large.size}.`,
    );
  const read = await readAll(archive, [first, ...claimed.filter(isMeta)]);
  const firstBatch = read.get(first)!;
  const isHundred = memberOf(firstBatch, 'fine_labels') !== undefined;
  const { labelKind } = context.choices;
  const layout = !isHundred ? cifar10 : labelKind === 'fine' ? cifar100Fine : cifar100Coarse;
  const labelsKey = !isHundred ? 'labels' : `${labelKind}_labels`;
  const namesKey = !isHundred ? 'label_names' : `${labelKind}_label_names`;
  let classNames = layout.classNames;
  for (const entry of claimed.filter(isMeta)) {
    const listed = memberOf(read.get(entry)!, namesKey);
    const names = Array.isArray(listed) ? listed.map(textOf) : [];
    if (names.length === classNames.length && names.every((name) => name !== null))
      classNames = names;
  }
  const sample = batchOf(first, firstBatch, labelsKey, classNames.length);
  const kind = isHundred ? 'cifar-100' : 'cifar-10';
  // One batch is read for the outline; the others are as long as their size says.
  const guess = (entry: Entry) =>
    entry === first
      ? sample.labels.length
      : Math.round(entry.size / (first.size / sample.labels.length));
  const splits = splitOrder.flatMap((split) => {
    const here = batches.filter((entry) => splitOf(entry) === split);
    const images = here.reduce((sum, entry) => sum + guess(entry), 0);
    return here.length > 0
      ? [{ split, images: here.length === 1 && here[0] === first ? images : null, classes: null }]
      : [];
  });
  return {
    kind,
    outline: { set: '', splits, classNames, leftOut: [], notes: [], roles: [] },
    samples(count) {
      const wanted = Math.min(count, sample.labels.length);
      return Promise.resolve({
        size: 32,
        channels: 3,
        images: interleaved(sample.data.subarray(0, wanted * 3 * pixels)),
        captions: Array.from({ length: wanted }, (_, i) => ({
          split: splitOf(first),
          label: classNames[sample.labels[i]!] ?? null,
        })),
      });
    },
    async read() {
      const parts = new Map<SplitName, { images: Uint8Array[]; labels: Uint8Array[] }>();
      const total = batches.reduce((sum, { size }) => sum + size, 0);
      const byEntry = new Map<Entry, { images: Uint8Array; labels: Uint8Array }>();
      let done = 0;
      await archive.visit(new Set(batches), (entry, bytes) => {
        const batch = batchOf(entry, readPickle(bytes, entry.name), labelsKey, classNames.length);
        byEntry.set(entry, { images: interleaved(batch.data), labels: batch.labels });
        done += entry.size;
        context.progress({ phase: 'reading', done, total, unit: 'bytes' });
      });
      // In order of their names, whatever order the archive has.
      for (const entry of batches) {
        const { images, labels } = byEntry.get(entry)!;
        const part = parts.get(splitOf(entry)) ?? { images: [], labels: [] };
        parts.set(splitOf(entry), part);
        part.images.push(images);
        part.labels.push(labels);
      }
      const found: Partial<Record<SplitName, ImageSplit>> = {};
      for (const [split, { images, labels }] of parts) {
        const joined = joinBytes(labels);
        found[split] = { count: joined.length, images: joinBytes(images), labels: joined };
      }
      return {
        kind,
        name: archive.name,
        size: 32,
        channels: 3,
        classNames,
        splits: found,
        notes: [],
      };
    },
  };
}

async function readAll(archive: Archive, entries: readonly Entry[]): Promise<Map<Entry, Pickled>> {
  const read = new Map<Entry, Pickled>();
  await archive.visit(new Set(entries), (entry, bytes) => {
    read.set(entry, readPickle(bytes, entry.name));
  });
  return read;
}

function batchOf(
  { name }: Entry,
  batch: Pickled,
  labelsKey: string,
  classes: number,
): { data: Uint8Array; labels: Uint8Array } {
  const data = memberOf(batch, 'data');
  const listed = memberOf(batch, labelsKey);
  const rows = isArray(data) ? data.values.length / (3 * pixels) : 0;
  const isImages =
    isArray(data) &&
    /^[|<>=]?u1$/.test(data.dtype) &&
    !data.fortranOrder &&
    data.shape.length === 2 &&
    data.shape[1] === 3 * pixels &&
    data.shape[0] === rows &&
    rows > 0;
  if (!isImages)
    throw new DatasetError(
      `${name}: expected a dictionary with 'data', an array of count x 3072 uint8, found ${isArray(data) ? `${data.shape.join(' x ')} of ${data.dtype}` : 'none'}.`,
    );
  const labels = Array.isArray(listed)
    ? listed
    : isArray(listed) && /u1$/.test(listed.dtype)
      ? [...listed.values]
      : null;
  if (!labels || labels.length !== rows)
    throw new DatasetError(
      `${name}: expected '${labelsKey}', a list of ${rows} whole numbers, found ${labels ? labels.length : 'none'}.`,
    );
  const result = new Uint8Array(rows);
  labels.forEach((label, image) => {
    if (typeof label !== 'number' || !Number.isInteger(label) || label < 0 || label > 255)
      throw new DatasetError(
        `${name}: label of image ${image}: expected 0 to ${classes - 1}, found ${String(label)}.`,
      );
    result[image] = label;
  });
  checkLabels(result, classes, name);
  return { data: data.values, labels: result };
}

/** From planes to channels last. */
function interleaved(planes: Uint8Array): Uint8Array {
  const result = new Uint8Array(planes.length);
  for (let start = 0; start < planes.length; start += 3 * pixels)
    for (let channel = 0; channel < 3; channel++)
      for (let pixel = 0; pixel < pixels; pixel++)
        result[start + pixel * 3 + channel] = planes[start + channel * pixels + pixel]!;
  return result;
}

function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  parts.reduce((at, part) => (joined.set(part, at), at + part.length), 0);
  return joined;
}
