/** NumPy's arrays: .npy files, alone or in .npz archives, under Keras' names, MedMNIST's, KMNIST's or alike. */
import type { NamedArray } from '../arrays/array.ts';
import { isNpy, npyValues, readNpyHeader, type NpyHeader } from '../arrays/npy.ts';
import { plansOfArrays } from '../arrays/read.ts';
import type { Archive } from '../files/archive.ts';
import type { Entry } from '../files/entry.ts';
import type { DatasetFormat } from './format.ts';

export const numpy: DatasetFormat = {
  id: 'npz',
  label: 'NumPy arrays',
  files: 'NumPy arrays (.npz, .npy)',
  claims: ({ path, head }) => head !== null && (isNpy(head) || /\.npy$/i.test(path)),
  async plan(archive, claimed, context) {
    const entries = new Map<NamedArray, { entry: Entry; header: NpyHeader }>();
    for (const entry of claimed) {
      const header = await headerOf(entry);
      const { dtype, shape, fortranOrder } = header;
      const path = entry.path.replace(/\.npy$/i, '');
      entries.set({ path, name: entry.name, dtype, shape, fortranOrder }, { entry, header });
    }
    return plansOfArrays(
      'npz',
      archive.name,
      {
        arrays: [...entries.keys()],
        visit: (wanted, use) => visit(archive, entries, wanted, use),
        async head(array, length) {
          const { entry, header } = entries.get(array)!;
          const bytes = await entry.head(header.start + length);
          return bytes.subarray(header.start);
        },
      },
      context,
    );
  },
};

/** A header is at most some hundred bytes, unless records have many fields. */
async function headerOf(entry: Entry): Promise<NpyHeader> {
  const head = await entry.head();
  return readNpyHeader(
    isNpy(head) && head.length >= 512 ? await entry.head(1 << 16) : head,
    entry.name,
  );
}

function visit(
  archive: Archive,
  entries: ReadonlyMap<NamedArray, { entry: Entry }>,
  wanted: ReadonlySet<NamedArray>,
  use: (array: NamedArray, values: Uint8Array) => void | Promise<void>,
): Promise<void> {
  const arrays = new Map([...wanted].map((array) => [entries.get(array)!.entry, array]));
  return archive.visit(new Set(arrays.keys()), (entry, bytes) =>
    // Read anew: what was planned by is at most the first bytes.
    use(arrays.get(entry)!, npyValues(bytes, readNpyHeader(bytes, entry.name), entry.name)),
  );
}
