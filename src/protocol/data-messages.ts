/** The contract of the worker that reads data sets. Plain data only. */
import type { Progress } from '../datasets/files/source.ts';
import type { DatasetKind } from '../datasets/files/assemble.ts';
import type { Samples, Unreadable } from '../datasets/formats/format.ts';
import type { Choices, Keeping, Kept, Outline, Role, RoleChoice } from '../datasets/outline.ts';
import type { DatasetSummary, StoredSplitName } from '../datasets/stored.ts';
import type { SearchSettings } from '../domain/settings/schema.ts';
import type { DatasetSource } from './messages.ts';
import type { Payload, RequestType, Value } from './rpc.ts';
import type { Delivery } from './stream.ts';

export type {
  Choices,
  DatasetSummary,
  Kept,
  Outline,
  Progress,
  Role,
  RoleChoice,
  Samples,
  StoredSplitName,
  Unreadable,
};

/** A file of the user's, with its path in the folder it was taken from. */
export interface ImportFile {
  path: string;
  file: File;
}

export interface ImportOptions {
  name: string;
  /** Pixels a side that images of class folders are brought to. */
  imageSize: number;
  choices: Choices;
}

/** What files were taken for, before any of them is read whole. */
export interface FilesLook {
  /** Null where one of several sets has to be picked first. */
  found: {
    kind: DatasetKind;
    outline: Outline;
    /** As a sentence. */
    sentence: string;
    /** Null where the first images cannot be had without reading everything. */
    samples: Samples | null;
    /** How image files would be kept; null where there are none. */
    keeping: Keeping | null;
  } | null;
  /** All sets in the files, where there are several. */
  sets: readonly string[];
}

export interface ListedDataset extends DatasetSummary {
  /** Milliseconds since 1970. */
  imported: number;
}

export interface ImagesRequest {
  source: DatasetSource;
  split: StoredSplitName;
  /** Null = all classes. */
  label: number | null;
  first: number;
  count: number;
}

export interface SomeImages {
  size: number;
  channels: number;
  /** NHWC bytes. */
  images: Uint8Array;
  labels: number[];
  /** Each one's number in its split. */
  numbers: number[];
  /** Images of this split and class in all. */
  total: number;
}

export interface PreviewRequest {
  source: DatasetSource;
  settings: Pick<SearchSettings, 'seed' | 'data'>;
  images: number;
  /** Epochs shown of each image, after the image itself. */
  epochs: number;
}

export interface Preview {
  size: number;
  channels: number;
  /** NHWC bytes, row by row: an image, then as each epoch would see it. */
  images: Uint8Array;
  labels: number[];
}

export interface DataContract {
  requests: {
    list: { payload: object; value: ListedDataset[] };
    /** Of a set that need not be stored. */
    summarize: { payload: { source: DatasetSource }; value: DatasetSummary };
    images: { payload: ImagesRequest; value: SomeImages };
    preview: { payload: PreviewRequest; value: Preview };
    /**
     * What the files are; null = those of the last look, under other choices. Reported by `progress`, ended by `cancel` as
     * `import` is.
     */
    look: {
      payload: { files: ImportFile[] | null; options: ImportOptions };
      value: FilesLook;
    };
    /**
     * Reads the files (null = those of the last look) and stores the set. Reported by `progress`; ended early by `cancel`, and then rejected with the
     * code 'cancelled'.
     */
    import: {
      payload: { files: ImportFile[] | null; options: ImportOptions };
      value: DatasetSummary;
    };
    cancel: { payload: object; value: null };
    /** To the question `unreadable`. */
    answer: { payload: { skip: boolean }; value: null };
    remove: { payload: { set: string }; value: null };
  };
  event:
    /** Of the import under way; `msLeft` in milliseconds, null until it is known. */
    | { type: 'progress'; progress: Progress; msLeft: number | null }
    /** Some images of the import under way cannot be read: answered by `answer`. */
    | { type: 'unreadable'; unreadable: Unreadable };
}
export type DataRequestType = RequestType<DataContract>;
export type DataPayload<T extends DataRequestType> = Payload<DataContract, T>;
export type DataValue<T extends DataRequestType> = Value<DataContract, T>;

export const dataDelivery = ({ type }: DataContract['event']): Delivery =>
  type === 'progress' ? 'latest' : 'urgent';
