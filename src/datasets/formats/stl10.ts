/**
 * STL-10's binary version (Coates et al. 2011): images of 96 x 96 in a file of their own, channel by channel and column by
 * column; labels from 1 in another.
 */
import { indexLabels } from '../arrays/labels.ts';
import { DatasetError, type ImageSplit } from '../dataset.ts';
import type { Entry } from '../files/entry.ts';
import { baseName } from '../files/bytes.ts';
import { linesOf } from '../files/text.ts';
import type { LeftOut, SplitName } from '../outline.ts';
import { splitOrder, type DatasetFormat, type Plan } from './format.ts';

const size = 96;
const channels = 3;
const imageBytes = size * size * channels;
const fileName = /^(train|test|unlabeled)_([Xy])\.bin$/;
const classNames = 'airplane bird car cat deer dog horse monkey ship truck'.split(' ');

export const stl10: DatasetFormat = {
  id: 'stl-10',
  label: 'STL-10 binary',
  files: "STL-10's binary files (train_X.bin, train_y.bin)",
  claims: ({ path }) => fileName.test(baseName(path)),
  async plan(archive, claimed, context): Promise<Plan[]> {
    const files = new Map(claimed.map((entry) => [baseName(entry.path), entry]));
    const values = new Map<SplitName, number[]>();
    const images = new Map<Entry, SplitName>();
    for (const split of ['train', 'test'] as const) {
      const [x, y] = [files.get(`${split}_X.bin`), files.get(`${split}_y.bin`)];
      if (!x && !y) continue;
      if (!x || !y)
        throw new DatasetError(
          `${archive.name}: expected ${split}_X.bin (images) and ${split}_y.bin (labels), found only ${(x ?? y)!.path}.`,
        );
      if (x.size === 0 || x.size % imageBytes !== 0)
        throw new DatasetError(
          `${x.name}: size: expected a multiple of ${imageBytes} bytes (one image each), found ${x.size}. Is it complete?`,
        );
      if (y.size !== x.size / imageBytes)
        throw new DatasetError(
          `${y.name}: number of labels: expected ${x.size / imageBytes}, as many as there are images in ${x.path}, found ${y.size}.`,
        );
      await archive.visit(new Set([y]), (_, bytes) => void values.set(split, [...bytes]));
      images.set(x, split);
    }
    let names = classNames;
    const nameFile = archive.entries.find(({ path }) => baseName(path) === 'class_names.txt');
    if (nameFile)
      await archive.visit(new Set([nameFile]), (_, bytes) => {
        const lines = linesOf(bytes);
        if (lines.length === classNames.length) names = lines;
      });
    const indexed = indexLabels(
      archive.name,
      values,
      new Map(names.map((name, i) => [i + 1, name])),
    );
    const leftOut: LeftOut[] = [...files]
      .filter(([name]) => name.startsWith('unlabeled'))
      .map(([, entry]) => ({
        what: entry.path,
        count: Math.floor(entry.size / imageBytes),
        unit: 'images',
        why: 'has no labels',
      }));
    return [
      {
        kind: 'stl-10',
        outline: {
          set: '',
          splits: splitOrder.flatMap((split) => {
            const labels = indexed.labels.get(split);
            return labels ? [{ split, images: labels.length, classes: new Set(labels).size }] : [];
          }),
          classNames: indexed.classNames,
          leftOut,
          notes: [],
          roles: [],
        },
        async samples(count) {
          const each = Math.ceil(count / images.size);
          const parts: Uint8Array[] = [];
          const captions: { split: SplitName; label: string | null }[] = [];
          for (const [entry, split] of images) {
            const wanted = Math.min(each, entry.size / imageBytes);
            parts.push(uprightImages(await entry.head(wanted * imageBytes)));
            for (let i = 0; i < wanted; i++)
              captions.push({
                split,
                label: indexed.classNames[indexed.labels.get(split)![i]!] ?? null,
              });
          }
          const all = new Uint8Array(captions.length * imageBytes);
          parts.reduce((at, part) => (all.set(part, at), at + part.length), 0);
          return { size, channels, images: all, captions };
        },
        async read() {
          const splits: Partial<Record<SplitName, ImageSplit>> = {};
          const total = [...images.keys()].reduce((sum, entry) => sum + entry.size, 0);
          let done = 0;
          await archive.visit(new Set(images.keys()), (entry, bytes) => {
            const split = images.get(entry)!;
            const labels = indexed.labels.get(split)!;
            splits[split] = { count: labels.length, images: uprightImages(bytes), labels };
            done += entry.size;
            context.progress({ phase: 'reading', done, total, unit: 'bytes' });
          });
          return {
            kind: 'stl-10',
            name: archive.name,
            size,
            channels,
            classNames: indexed.classNames,
            splits,
            notes: [],
          };
        },
      },
    ];
  },
};

/** To rows, channels last. */
function uprightImages(bytes: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes.length);
  for (let start = 0; start < bytes.length; start += imageBytes) {
    let out = start;
    for (let y = 0; y < size; y++)
      for (let x = 0; x < size; x++)
        for (let c = 0; c < channels; c++)
          result[out++] = bytes[start + (c * size + x) * size + y]!;
  }
  return result;
}
