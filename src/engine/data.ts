/** What a search needs to know of its images; `datasets/` provides it. */
import type { Batch } from './supernet/stepper.ts';

/** A batch, or a promise of one where its images are decoded on the way. */
export type AnyBatch = Batch | Promise<Batch>;

export interface SearchData<B = AnyBatch> {
  readonly name: string;
  readonly classNames: readonly string[];
  /** Pixels a side and channels of the images in a batch. */
  readonly imageSize: number;
  readonly imageChannels: number;
  readonly trainImages: number;
  /** Of these, how many an epoch trains on. Absent: all. */
  readonly epochImages?: number;
  readonly validationImages: number;
  readonly stepsPerEpoch: number;
  /** Batch `index` of `epoch` of the search part: a pure function of the seed and its arguments, so any step can be resumed. */
  trainBatch(epoch: number, index: number): B;
  /** Batches of the held-out part, in fixed order, not augmented; the last may be shorter. */
  readonly validationBatches: number;
  validationBatch(index: number): B;
}

/** What training an architecture from scratch needs to know of its images. */
export interface TrainData<B = AnyBatch> {
  readonly name: string;
  readonly classNames: readonly string[];
  readonly imageSize: number;
  readonly imageChannels: number;
  readonly trainImages: number;
  readonly testImages: number;
  /** Per channel: a pixel enters the network as (byte - mean) / deviation. */
  readonly normalization: {
    readonly mean: readonly number[];
    readonly deviation: readonly number[];
  };
  readonly stepsPerEpoch: number;
  /** As in `SearchData`, over all images that are trained with. */
  trainBatch(epoch: number, index: number): B;
  /** Batches of the test set, in fixed order, not augmented; the last may be shorter. */
  readonly testBatches: number;
  testBatch(index: number): B;
}

/** The images of a data set as a space asks for them. */
export const imageOf = ({
  imageSize,
  imageChannels,
  classNames,
}: Pick<SearchData, 'imageSize' | 'imageChannels' | 'classNames'>): {
  size: number;
  channels: number;
  classes: number;
} => ({ size: imageSize, channels: imageChannels, classes: classNames.length });
