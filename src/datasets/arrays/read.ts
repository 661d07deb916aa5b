/** Plans for sets of arrays, whatever file they come from: outline, first images, and the reading itself. */
import { DatasetError, type ImageSplit, type Labels } from '../dataset.ts';
import type { DatasetKind, Found } from '../files/assemble.ts';
import { allocate } from '../files/source.ts';
import { splitOrder, type FormatContext, type Plan, type Samples } from '../formats/format.ts';
import type { LeftOut, SplitName } from '../outline.ts';
import { itemBytes, numberType, product, stringsOf, type NamedArray } from './array.ts';
import { imageAxes, rangeOf, scaleOf, squareImages, type ImageAxes, type Range } from './images.ts';
import { indexLabels, labelCount, labelValues, type Indexed, type LabelValues } from './labels.ts';
import { planArrays, type ArrayPair, type ArrayPlan } from './plan.ts';

/** Where arrays come from. */
export interface ArraySource {
  arrays: readonly NamedArray[];
  /** Hands over the values' bytes of those wanted, one after the other. */
  visit(
    wanted: ReadonlySet<NamedArray>,
    use: (array: NamedArray, values: Uint8Array) => void | Promise<void>,
  ): Promise<void>;
  /** The first bytes of an array's values. */
  head(array: NamedArray, length: number): Promise<Uint8Array>;
}

/** Names of a set's classes, and the meaning of labels, where its kind has conventions of its own. */
export interface ArrayConventions {
  /** By label. */
  names?(set: ArrayPlan): ReadonlyMap<number, string> | null;
}

export async function plansOfArrays(
  kind: DatasetKind,
  archive: string,
  source: ArraySource,
  context: FormatContext,
  conventions: ArrayConventions = {},
): Promise<Plan[]> {
  const plans: Plan[] = [];
  for (const plan of planArrays(archive, source.arrays, context.choices))
    plans.push(await planOf(kind, archive, plan, source, context, conventions));
  return plans;
}

async function planOf(
  kind: DatasetKind,
  archive: string,
  plan: ArrayPlan,
  source: ArraySource,
  context: FormatContext,
  conventions: ArrayConventions,
): Promise<Plan> {
  const { pairs } = plan;
  const axes = new Map(
    pairs.map((pair) => [pair, imageAxes(checked(pair.images), countOf(pair))] as const),
  );
  const [first] = pairs as [ArrayPair];
  const shape = axes.get(first)!;
  for (const pair of pairs) {
    const { height, width, channels, count } = axes.get(pair)!;
    if (height !== shape.height || width !== shape.width || channels !== shape.channels)
      throw new DatasetError(
        `${pair.images.name}: shape: expected images of ${shape.height} x ${shape.width} x ${shape.channels}, as in ${first.images.path}, found ${pair.images.shape.join(' x ')}.`,
      );
    if (pair.labels && countOf(pair) !== count)
      throw new DatasetError(
        `${pair.labels.name}: number of labels: expected ${count}, as many as there are images in ${pair.images.path}, found ${countOf(pair)}.`,
      );
  }
  const leftOut: LeftOut[] = [...plan.leftOut];
  const { indexed, notes } = await readLabels(archive, plan, source, axes, conventions);
  const size = Math.min(shape.height, shape.width);
  if (shape.height !== shape.width)
    notes.push(
      `The images are ${shape.width} x ${shape.height} pixels; the middle ${size} x ${size} of each are read.`,
    );
  if (shape.channels === 4) notes.push('The images have transparency: shown on black.');
  const channels = shape.channels === 4 ? 3 : shape.channels;
  const splits = splitOrder.flatMap((split) => {
    const labels = indexed.labels.get(split);
    return labels ? [{ split, images: labels.length, classes: new Set(labels).size }] : [];
  });
  return {
    kind,
    outline: {
      set: plan.set,
      splits,
      classNames: indexed.classNames,
      leftOut,
      notes,
      roles: plan.roles,
    },
    samples: (count) => samplesOf(plan, axes, indexed, source, count),
    async read(): Promise<Found> {
      const parts = await readImages(plan, axes, source, context, size * size * channels);
      const found: Partial<Record<SplitName, ImageSplit>> = {};
      for (const [split, images] of parts) {
        const labels = indexed.labels.get(split)!;
        found[split] = { count: labels.length, images, labels };
      }
      return {
        kind,
        name: archive,
        size,
        channels,
        classNames: indexed.classNames,
        splits: found,
        notes,
      };
    },
  };
}

const countOf = ({ labels }: ArrayPair): number | null => (labels ? labelCount(labels) : null);

function checked(array: NamedArray): NamedArray {
  if (!numberType(array.dtype))
    throw new DatasetError(
      `${array.name}: dtype: expected images as numbers (uint8, 0 to 255), found '${array.dtype}'${/O/.test(array.dtype) ? ' (Python objects, as of images of different sizes)' : ''}. Resize them to one size and save np.stack(images).`,
    );
  return array;
}

async function readLabels(
  archive: string,
  { pairs, names }: ArrayPlan,
  source: ArraySource,
  axes: ReadonlyMap<ArrayPair, ImageAxes>,
  conventions: ArrayConventions,
): Promise<{ indexed: Indexed; notes: string[] }> {
  const values = new Map<SplitName, LabelValues>();
  let classNames: string[] | null = null;
  const wanted = new Set(pairs.flatMap(({ labels }) => (labels ? [labels] : [])));
  await source.visit(new Set([...wanted, ...(names ? [names] : [])]), (array, bytes) => {
    if (array === names) classNames = stringsOf(bytes, array);
    else values.set(pairs.find(({ labels }) => labels === array)!.split, labelValues(bytes, array));
  });
  for (const pair of pairs.filter(({ className }) => className !== null)) {
    const before = (values.get(pair.split) ?? []) as readonly string[];
    values.set(pair.split, [
      ...before,
      ...new Array<string>(axes.get(pair)!.count).fill(pair.className!),
    ]);
  }
  const conventional =
    conventions.names?.({ set: '', pairs, names, leftOut: [], roles: [] }) ?? null;
  const indexed = indexLabels(archive, values, classNames ?? conventional);
  return { indexed, notes: [...indexed.notes] };
}

async function readImages(
  { pairs }: ArrayPlan,
  axes: ReadonlyMap<ArrayPair, ImageAxes>,
  source: ArraySource,
  { progress, limits, signal }: FormatContext,
  imageBytes: number,
): Promise<Map<SplitName, Uint8Array>> {
  const bytesIn = ({ images }: ArrayPair) => product(images.shape) * itemBytes(images.dtype);
  const total = pairs.reduce((sum, pair) => sum + bytesIn(pair), 0);
  for (const pair of pairs)
    if (axes.get(pair)!.count * imageBytes > limits.memoryBytes)
      throw new DatasetError(
        `${pair.images.name}: ${axes.get(pair)!.count} images take ${axes.get(pair)!.count * imageBytes} bytes: expected at most ${limits.memoryBytes}.`,
      );
  const pairOf = new Map(pairs.map((pair) => [pair.images, pair]));
  const wanted = new Set(pairOf.keys());
  // Real numbers are scaled alike in all splits: their range must be known before the first is converted.
  const ranges: Range[] = [];
  if (pairs.some(({ images }) => !/^[|<>=]?(u1|b1)$/.test(images.dtype)))
    await source.visit(wanted, (array, values) => {
      signal.throwIfAborted();
      ranges.push(rangeOf(values, array));
    });
  let done = 0;
  const parts = new Map<SplitName, Uint8Array>();
  const filled = new Map<SplitName, number>();
  const order = [...pairs];
  for (const split of splitOrder) {
    const here = order.filter((pair) => pair.split === split);
    if (here.length > 1)
      parts.set(
        split,
        allocate(here.reduce((sum, pair) => sum + axes.get(pair)!.count, 0) * imageBytes, split),
      );
  }
  const offsets = new Map<ArrayPair, number>();
  for (const pair of pairs) {
    offsets.set(pair, filled.get(pair.split) ?? 0);
    filled.set(pair.split, offsets.get(pair)! + axes.get(pair)!.count * imageBytes);
  }
  await source.visit(wanted, (array, values) => {
    signal.throwIfAborted();
    const pair = pairOf.get(array)!;
    const scale = /^[|<>=]?u1$/.test(array.dtype) ? 1 : scaleOf(array, ranges);
    const images = squareImages(values, array, axes.get(pair)!, scale);
    const shared = parts.get(pair.split);
    if (shared) shared.set(images, offsets.get(pair)!);
    else parts.set(pair.split, images);
    done += bytesIn(pair);
    progress({ phase: 'reading', done, total, unit: 'bytes' });
  });
  return parts;
}

async function samplesOf(
  { pairs }: ArrayPlan,
  axes: ReadonlyMap<ArrayPair, ImageAxes>,
  { labels, classNames }: Indexed,
  source: ArraySource,
  count: number,
): Promise<Samples | null> {
  const parts: Uint8Array[] = [];
  const captions: Samples['captions'] = [];
  const first = axes.get(pairs[0]!)!;
  const size = Math.min(first.height, first.width);
  const channels = first.channels === 4 ? 3 : first.channels;
  for (const pair of pairs) {
    const shape = axes.get(pair)!;
    // With the images' number last, the first image is spread over the whole array.
    if (shape.strides.n < shape.height * shape.width) return null;
    const wanted = Math.min(shape.count, Math.ceil(count / pairs.length));
    const width = itemBytes(pair.images.dtype);
    const bytes = await source.head(pair.images, wanted * shape.strides.n * width);
    const wide = { ...shape, count: wanted };
    const scale = /u1$/.test(pair.images.dtype)
      ? 1
      : scaleOf(pair.images, [rangeOf(bytes, pair.images)]);
    parts.push(squareImages(bytes, pair.images, wide, scale, wanted));
    const own: Labels | undefined = labels.get(pair.split);
    for (let i = 0; i < wanted; i++)
      captions.push({
        split: pair.split,
        label: pair.className ?? (own ? (classNames[own[i]!] ?? null) : null),
      });
  }
  const images = new Uint8Array(captions.length * size * size * channels);
  let at = 0;
  for (const part of parts) {
    images.set(part, at);
    at += part.length;
  }
  return { size, channels, images, captions };
}
