/** CIFAR-10's and CIFAR-100's binary files as they are downloaded, alone, in a folder or in an archive. */
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
import type { Archive, Entry } from './archive.ts';
import type { Found } from './assemble.ts';
import { baseName } from './bytes.ts';
import { splitOfName, type SplitName } from './paths.ts';
import type { ReadContext } from './source.ts';

const records10 = recordBytesOf(cifar10);
const records100 = recordBytesOf(cifar100Fine);

/** These files have no magic number: a size of whole records must do, or the name. */
export const canBeCifar = ({ path, size }: Entry): boolean =>
  /\.bin$/i.test(path) ||
  (size > 0 && !/\.\w{2,5}$/.test(path) && (size % records10 === 0 || size % records100 === 0));

/** @param labelKind which labels of CIFAR-100: 100 fine ones or 20 coarse ones. */
export async function readCifarSet(
  archive: Archive,
  binaries: readonly Entry[],
  labelKind: 'fine' | 'coarse',
  { progress }: ReadContext,
): Promise<Found> {
  const layout = layoutOf(binaries, labelKind);
  const counted = binaries.map((entry) => ({
    entry,
    split: splitOfName(baseName(entry.path)),
    count: countRecords(entry.name, entry.size, layout),
  }));
  const splits: Partial<Record<SplitName, ImageSplit>> = {};
  const targets = new Map<Entry, { split: ImageSplit; first: number }>();
  for (const name of ['train', 'validation', 'test'] as const) {
    const parts = counted.filter(({ split }) => split === name);
    if (parts.length === 0) continue;
    const split = emptyCifarSplit(parts.reduce((sum, { count }) => sum + count, 0));
    let first = 0;
    for (const { entry, count } of parts) {
      targets.set(entry, { split, first });
      first += count;
    }
    splits[name] = split;
  }

  const nameFile = archive.entries.find(({ path }) => baseName(path) === nameFileOf(layout));
  let classNames = layout.classNames;
  const total = binaries.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  await archive.visit(new Set([...binaries, ...(nameFile ? [nameFile] : [])]), (entry, bytes) => {
    const target = targets.get(entry);
    if (!target) {
      classNames = namesFrom(bytes, classNames);
      return;
    }
    // A gzipped file's size was a hint until now.
    if (bytes.length !== entry.size)
      throw new DatasetError(`${entry.name}: expected ${entry.size} bytes, found ${bytes.length}.`);
    readRecords({ name: entry.name, bytes }, layout, target.split, target.first);
    done += bytes.length;
    progress({ phase: 'reading', done, total, unit: 'bytes' });
  });
  return {
    kind: layout === cifar10 ? 'cifar-10' : 'cifar-100',
    name: archive.name,
    size: 32,
    channels: 3,
    classNames,
    splits,
    notes: [],
  };
}

function layoutOf(binaries: readonly Entry[], labelKind: 'fine' | 'coarse'): CifarLayout {
  const fits = (record: number) =>
    binaries.filter(({ size }) => size > 0 && size % record === 0).length;
  const [ten, hundred] = [fits(records10), fits(records100)];
  if (ten === 0 && hundred === 0) {
    const [first] = binaries;
    throw new DatasetError(
      `${first!.name}: size: expected a multiple of ${records10} bytes (CIFAR-10 records) or of ${records100} (CIFAR-100), found ${first!.size}. ` +
        'Is it the binary version, unpacked and whole?',
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
  const names = new TextDecoder()
    .decode(bytes.subarray(0, 1 << 16))
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter(Boolean);
  return names.length === usual.length && new Set(names).size === names.length ? names : usual;
}
