/** CIFAR-10's and CIFAR-100's binary files (Krizhevsky 2009) as they are downloaded. */
import {
  cifar10,
  cifar100Coarse,
  cifar100Fine,
  countRecords,
  emptyCifarSplit,
  readRecords,
  recordBytesOf,
  type CifarLayout,
} from '../cifar.ts';
import { DatasetError, type ImageSplit } from '../dataset.ts';
import type { Archive } from '../files/archive.ts';
import type { Entry } from '../files/entry.ts';
import { baseName } from '../files/bytes.ts';
import { linesOf } from '../files/text.ts';
import type { SplitName } from '../outline.ts';
import { splitOfName } from '../tree/words.ts';
import {
  splitOrder,
  type Candidate,
  type DatasetFormat,
  type FormatContext,
  type Plan,
} from './format.ts';

const records10 = recordBytesOf(cifar10);
const records100 = recordBytesOf(cifar100Fine);

/** These files have no magic number: a size of whole records must do, and the name. */
function canBeCifar({ path, size }: Candidate): boolean {
  const name = baseName(path);
  if (/\.bin$/i.test(name)) return true;
  const isWhole = size > 0 && (size % records10 === 0 || size % records100 === 0);
  return isWhole && !/\.\w{2,5}$/.test(name) && /batch|train|test|valid|cifar/i.test(name);
}

export const cifarBinary: DatasetFormat = {
  id: 'cifar-10',
  label: 'CIFAR binary',
  files: 'CIFAR-10 or CIFAR-100 binary files (.bin)',
  claims: canBeCifar,
  plan: async (archive, claimed, context) => [await planCifar(archive, claimed, context)],
};

async function planCifar(
  archive: Archive,
  binaries: readonly Entry[],
  { choices, progress }: FormatContext,
): Promise<Plan> {
  const layout = layoutOf(binaries, choices.labelKind);
  const counted = binaries.map((entry) => ({
    entry,
    split: splitOfName(baseName(entry.path)) ?? ('train' as const),
    count: countRecords(entry.name, entry.size, layout),
  }));
  const counts = new Map<SplitName, number>();
  for (const { split, count } of counted) counts.set(split, (counts.get(split) ?? 0) + count);
  const nameFile = archive.entries.find(({ path }) => baseName(path) === nameFileOf(layout));
  let classNames = layout.classNames;
  if (nameFile)
    await archive.visit(new Set([nameFile]), (_, bytes) => {
      classNames = namesFrom(bytes, classNames);
    });
  const kind = layout === cifar10 ? 'cifar-10' : 'cifar-100';
  return {
    kind,
    outline: {
      set: '',
      splits: splitOrder.flatMap((split) =>
        counts.has(split) ? [{ split, images: counts.get(split)!, classes: null }] : [],
      ),
      classNames,
      leftOut: [],
      notes: [],
      roles: [],
    },
    samples: (count) => samplesOf(counted, layout, classNames, count),
    async read() {
      const splits: Partial<Record<SplitName, ImageSplit>> = {};
      const targets = new Map<Entry, { split: ImageSplit; first: number }>();
      const filled = new Map<SplitName, number>();
      for (const { entry, split, count } of counted) {
        splits[split] ??= emptyCifarSplit(counts.get(split)!);
        const first = filled.get(split) ?? 0;
        targets.set(entry, { split: splits[split], first });
        filled.set(split, first + count);
      }
      const total = binaries.reduce((sum, { size }) => sum + size, 0);
      let done = 0;
      await archive.visit(new Set(binaries), (entry, bytes) => {
        const target = targets.get(entry)!;
        // A gzipped file's size was a hint until now.
        if (bytes.length !== entry.size)
          throw new DatasetError(
            `${entry.name}: expected ${entry.size} bytes, found ${bytes.length}.`,
          );
        readRecords({ name: entry.name, bytes }, layout, target.split, target.first);
        done += bytes.length;
        progress({ phase: 'reading', done, total, unit: 'bytes' });
      });
      return { kind, name: archive.name, size: 32, channels: 3, classNames, splits, notes: [] };
    },
  };
}

async function samplesOf(
  counted: readonly { entry: Entry; split: SplitName; count: number }[],
  layout: CifarLayout,
  classNames: readonly string[],
  count: number,
) {
  const firsts = splitOrder.flatMap((split) =>
    counted.filter((one) => one.split === split).slice(0, 1),
  );
  const captions: { split: SplitName; label: string | null }[] = [];
  const each = Math.ceil(count / firsts.length);
  const images = new Uint8Array(
    firsts.reduce((sum, one) => sum + Math.min(each, one.count), 0) * 3072,
  );
  for (const { entry, split, count: here } of firsts) {
    const wanted = Math.min(each, here);
    const bytes = await entry.head(wanted * recordBytesOf(layout));
    const part = emptyCifarSplit(wanted);
    readRecords({ name: entry.name, bytes }, layout, part, 0);
    images.set(part.images, captions.length * 3072);
    for (const label of part.labels) captions.push({ split, label: classNames[label] ?? null });
  }
  return { size: 32, channels: 3, images, captions };
}

function layoutOf(binaries: readonly Entry[], labelKind: 'fine' | 'coarse'): CifarLayout {
  const fits = (record: number) =>
    binaries.filter(({ size }) => size > 0 && size % record === 0).length;
  const [ten, hundred] = [fits(records10), fits(records100)];
  if (ten === 0 && hundred === 0) {
    const [first] = binaries;
    throw new DatasetError(
      `${first!.name}: size: expected a multiple of ${records10} bytes (CIFAR-10 records) or of ${records100} (CIFAR-100), found ${first!.size}. ` +
        'Is it the binary version, unpacked and complete?',
    );
  }
  if (ten >= hundred) return cifar10;
  return labelKind === 'fine' ? cifar100Fine : cifar100Coarse;
}

const nameFileOf = (layout: CifarLayout) =>
  layout === cifar10
    ? 'batches.meta.txt'
    : layout === cifar100Fine
      ? 'fine_label_names.txt'
      : 'coarse_label_names.txt';

/** One name a line; a file that does not have as many as there are labels is not believed. */
function namesFrom(bytes: Uint8Array, usual: readonly string[]): readonly string[] {
  const names = linesOf(bytes.subarray(0, 1 << 16));
  return names.length === usual.length && new Set(names).size === names.length ? names : usual;
}
