/** Images as the first epochs of a search would see them, to be looked at: bytes, not normalized. */
import {
  bytesAsTheyAre,
  croppedSquare,
  writeAugmented,
  type AugmentationSettings,
} from '../src/datasets/augment.ts';
import type { EncodedDataset } from '../src/datasets/encoded/set.ts';
import { resizeImages } from '../src/datasets/resize.ts';
import type { StoredSplitName } from '../src/datasets/stored.ts';

/** What stands for the mean. */
const blank = 128;

interface Form {
  readonly size: number;
  readonly channels: number;
}

interface Seen {
  readonly seed: number;
  readonly data: AugmentationSettings;
  readonly epochs: number;
}

/** Each image as it is, then in each epoch. @param originals bytes, sourceSize pixels a side */
export function previewOfPixels(
  originals: Uint8Array,
  sourceSize: number,
  numbers: readonly number[],
  { size, channels }: Form,
  { seed, data, epochs }: Seen,
): Uint8Array {
  const resized = resizeImages(originals, sourceSize, channels, size);
  const imageBytes = size * size * channels;
  const sourceBytes = sourceSize * sourceSize * channels;
  const target = new Float32Array(imageBytes);
  const place = { size, channels, levels: bytesAsTheyAre(channels), target, offset: 0, blank };
  const result = new Uint8Array(numbers.length * (epochs + 1) * imageBytes);
  let offset = 0;
  numbers.forEach((image, i) => {
    const bytes = resized.subarray(i * imageBytes, (i + 1) * imageBytes);
    const original = originals.subarray(i * sourceBytes, (i + 1) * sourceBytes);
    result.set(bytes, offset);
    offset += imageBytes;
    for (let epoch = 0; epoch < epochs; epoch++, offset += imageBytes) {
      const keys = [seed, epoch, image] as const;
      const square = data.randomResizedCrop
        ? croppedSquare(original, sourceSize, { size, channels }, data, keys)
        : bytes;
      writeAugmented(square, data, keys, place);
      result.set(target, offset);
    }
  });
  return result;
}

/** The same of a set of encoded files. */
export async function previewOfFiles(
  { files }: EncodedDataset,
  numbers: readonly number[],
  { size, channels }: Form,
  { seed, data, epochs }: Seen,
): Promise<Uint8Array> {
  const imageBytes = size * size * channels;
  const result = new Uint8Array(numbers.length * (epochs + 1) * imageBytes);
  const levels = bytesAsTheyAre(channels);
  const read = await files.read('train', numbers);
  const jobs = numbers.flatMap((image, i) =>
    Array.from({ length: epochs + 1 }, async (_, column) => {
      const keys = [seed, column - 1, image] as const;
      const values = await files.maker.values({
        ...{ bytes: read[i]!, name: files.nameOf('train', image), size, channels, levels },
        augmented: column === 0 ? null : { settings: data, keys, blank },
      });
      result.set(values, (i * (epochs + 1) + column) * imageBytes);
    }),
  );
  await Promise.all(jobs);
  return result;
}

/** Middle squares of encoded images at the set's size: bytes. */
export async function squaresOf(
  { files, size, channels }: EncodedDataset,
  split: StoredSplitName,
  numbers: readonly number[],
): Promise<Uint8Array> {
  const imageBytes = size * size * channels;
  const result = new Uint8Array(numbers.length * imageBytes);
  const levels = bytesAsTheyAre(channels);
  const read = await files.read(split, numbers);
  await Promise.all(
    numbers.map(async (image, i) => {
      const name = files.nameOf(split, image);
      const job = { bytes: read[i]!, name, size, channels, levels, augmented: null };
      result.set(await files.maker.values(job), i * imageBytes);
    }),
  );
  return result;
}
