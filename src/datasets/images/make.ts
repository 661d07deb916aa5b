/**
 * What is made of one encoded image: its middle square, its statistics, or the values that a batch takes. Pure: of the
 * file's bytes and the job, wherever it is done and whatever was done before.
 */
import {
  noAugmentation,
  writeAugmented,
  writeImage,
  type AugmentationKeys,
  type AugmentationSettings,
} from '../augment.ts';
import { drawRegion, resizeRegion } from '../random-crop.ts';
import { squareFromRgba } from '../resize.ts';
import { readImage, type Decoding } from './decode.ts';

export interface ImageJob {
  /** Of the file, whole. */
  readonly bytes: Uint8Array;
  /** For messages. */
  readonly name: string;
  /** Pixels a side of the result. */
  readonly size: number;
}

export interface ValuesJob extends ImageJob {
  /** 1: gray, of the first; 3: red, green, blue. */
  readonly channels: number;
  /** Per channel, the value of each byte. */
  readonly levels: Float32Array;
  /** Null: the middle square as it is. */
  readonly augmented: {
    readonly settings: AugmentationSettings;
    readonly keys: AugmentationKeys;
    /** What cutout leaves. */
    readonly blank?: number;
  } | null;
}

export interface ScannedImage {
  /** Per colour, the mean of its bytes and the mean of their squares, of the middle square: 6 numbers. */
  readonly moments: Float32Array;
  /** All pixels have three equal colours. */
  readonly gray: boolean;
}

const colours = 3;

/** RGB bytes, size * size * 3, averaged over areas. @throws DatasetError naming the image and what is wrong with it. */
export async function makeSquare(
  { bytes, name, size }: ImageJob,
  decoding: Omit<Decoding, 'name'>,
): Promise<Uint8Array> {
  const { width, height, data } = await readImage(bytes, { ...decoding, name });
  const square = new Uint8Array(size * size * colours);
  squareFromRgba(data, width, height, size, square, 0);
  return square;
}

/** @throws DatasetError */
export async function scanImage(
  job: ImageJob,
  decoding: Omit<Decoding, 'name'>,
): Promise<ScannedImage> {
  const square = await makeSquare(job, decoding);
  const sums = new Float64Array(2 * colours);
  let gray = true;
  for (let i = 0; i < square.length; i += colours) {
    for (let c = 0; c < colours; c++) {
      const value = square[i + c]!;
      sums[2 * c]! += value;
      sums[2 * c + 1]! += value * value;
    }
    gray &&= square[i] === square[i + 1] && square[i] === square[i + 2];
  }
  const pixels = square.length / colours;
  return { moments: Float32Array.from(sums, (sum) => sum / pixels), gray };
}

/** Values of a batch, size * size * channels. @throws DatasetError */
export async function makeValues(
  job: ValuesJob,
  decoding: Omit<Decoding, 'name'>,
): Promise<Float32Array> {
  const { size, channels, levels, augmented } = job;
  const target = new Float32Array(size * size * channels);
  if (augmented?.settings.randomResizedCrop) {
    const { width, height, data } = await readImage(job.bytes, { ...decoding, name: job.name });
    const region = drawRegion(width, height, augmented.keys);
    const square = resizeRegion({ data, width, stride: 4 }, region, size, channels);
    write(square);
  } else {
    const square = await makeSquare(job, decoding);
    write(channels === 1 ? square.filter((_, i) => i % colours === 0) : square);
  }
  function write(square: Uint8Array): void {
    if (!augmented) return writeImage(square, size, channels, noAugmentation, levels, target, 0);
    const { settings, keys, blank = 0 } = augmented;
    writeAugmented(square, settings, keys, { size, channels, levels, target, offset: 0, blank });
  }
  return target;
}

/** Makes images, several at once, here or in other threads. Rejects with the signal's reason what it had not begun. */
export interface ImageMaker {
  /** Images that are worth being asked for at once. */
  readonly atOnce: number;
  square(job: ImageJob, signal?: AbortSignal): Promise<Uint8Array>;
  scan(job: ImageJob, signal?: AbortSignal): Promise<ScannedImage>;
  values(job: ValuesJob, signal?: AbortSignal): Promise<Float32Array>;
}

/** Decoders have threads of their own. */
const decodedAtOnce = 8;

/** Makes images in this thread. */
export const makerHere = (decoding: Omit<Decoding, 'name'>): ImageMaker => ({
  atOnce: decodedAtOnce,
  square: (job) => makeSquare(job, decoding),
  scan: (job) => scanImage(job, decoding),
  values: (job) => makeValues(job, decoding),
});
