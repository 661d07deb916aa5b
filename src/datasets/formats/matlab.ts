/** MATLAB files with images and labels: SVHN's cropped digits (X, y), CIFAR's MATLAB version (data, labels) or alike. */
import type { NamedArray } from '../arrays/array.ts';
import { isMat, readMat, type MatArray } from '../arrays/mat.ts';
import { plansOfArrays } from '../arrays/read.ts';
import { baseName } from '../files/bytes.ts';
import type { DatasetFormat } from './format.ts';

export const matlab: DatasetFormat = {
  id: 'matlab',
  label: 'MATLAB arrays',
  files: 'MATLAB files (.mat, to version 7)',
  claims: ({ path, head }) => head !== null && (isMat(head) || /\.mat$/i.test(path)),
  async plan(archive, claimed, context) {
    const arrays: MatArray[] = [];
    let names: readonly string[] | null = null;
    await archive.visit(new Set(claimed), (entry, bytes) => {
      const path = entry.path.replace(/\.mat$/i, '');
      for (const array of readMat(bytes, path, entry.name, context.limits.memoryBytes)) {
        if (!array.strings) arrays.push(array);
        else if (/names|classes/i.test(baseName(array.path))) names = array.strings;
      }
    });
    const byArray = new Map<NamedArray, MatArray>(arrays.map((array) => [array, array]));
    return plansOfArrays(
      'matlab',
      archive.name,
      {
        arrays,
        async visit(wanted, use) {
          for (const array of wanted) await use(array, byArray.get(array)!.values());
        },
        head: (array, length) => Promise.resolve(byArray.get(array)!.values().subarray(0, length)),
      },
      context,
      {
        names: ({ pairs }) => {
          if (names) return new Map(names.map((name, label) => [label, name]));
          return pairs.every(({ images }) => /(train|test|extra)_32x32\/X$/.test(images.path))
            ? digits
            : null;
        },
      },
    );
  },
};

/** SVHN (Netzer et al. 2011) labels the digit 0 with 10. */
const digits = new Map([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((label) => [label, String(label % 10)]));
