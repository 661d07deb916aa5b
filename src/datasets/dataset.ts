/** Labelled images in memory, as they come from a file: not resized, not normalized. */

/** One class index an image; the wider kind where there are more than 256 classes. */
export type Labels = Uint8Array | Uint16Array;

export interface ImageSplit {
  readonly count: number;
  /** Bytes, NHWC: count * size * size * channels. */
  readonly images: Uint8Array;
  readonly labels: Labels;
}

export interface Dataset {
  readonly name: string;
  /** Pixels a side: images are square. */
  readonly size: number;
  readonly channels: number;
  readonly classNames: readonly string[];
  readonly train: ImageSplit;
  readonly test: ImageSplit;
}

/** Something is wrong with a data set's files, or with what is asked of it. The message names file or setting, and the mend. */
export class DatasetError extends Error {
  override readonly name = 'DatasetError';
}
