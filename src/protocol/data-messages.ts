/** Messages between the page and the worker that reads data sets: one union each way, versioned. Plain data only. */
import type { Progress } from '../datasets/files/source.ts';
import type { Unreadable } from '../datasets/files/image-folder.ts';
import type { DatasetSummary, StoredSplitName } from '../datasets/stored.ts';
import type { SearchSettings } from '../domain/settings/schema.ts';
import type { DatasetSource, WorkerError } from './messages.ts';

export type { DatasetSummary, Progress, StoredSplitName, Unreadable };

/** A file of the user's, with its path in the folder it was taken from. */
export interface ImportFile {
  path: string;
  file: File;
}

export interface ImportOptions {
  name: string;
  /** Pixels a side that images of class folders are brought to. */
  imageSize: number;
  labelKind: 'fine' | 'coarse';
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

export interface DataRequestMap {
  list: { payload: object; value: ListedDataset[] };
  /** Of a set that need not be stored. */
  summarize: { payload: { source: DatasetSource }; value: DatasetSummary };
  images: { payload: ImagesRequest; value: SomeImages };
  preview: { payload: PreviewRequest; value: Preview };
  /** Reads the files and stores the set. Told of by `progress`; ended early by `cancel`, and then rejected with the code 'cancelled'. */
  import: { payload: { files: ImportFile[]; options: ImportOptions }; value: DatasetSummary };
  cancel: { payload: object; value: null };
  /** To the question `unreadable`. */
  answer: { payload: { skip: boolean }; value: null };
  remove: { payload: { set: string }; value: null };
}
export type DataRequestType = keyof DataRequestMap;
export type DataPayload<T extends DataRequestType> = DataRequestMap[T]['payload'];
export type DataValue<T extends DataRequestType> = DataRequestMap[T]['value'];
/** A payload must not have a field `id` of its own: it is the request's. */
export type DataRequest = {
  [T in DataRequestType]: { version: 1; id: number; type: T } & DataPayload<T>;
}[DataRequestType];

export type DataWorkerMessage =
  | { version: 1; type: 'reply'; id: number; ok: true; value: DataValue<DataRequestType> }
  | { version: 1; type: 'reply'; id: number; ok: false; error: WorkerError }
  /** Of the import under way; `msLeft` null until it can be told. */
  | { version: 1; type: 'progress'; progress: Progress; msLeft: number | null }
  /** Some images of the import under way cannot be read: answered by `answer`. */
  | { version: 1; type: 'unreadable'; unreadable: Unreadable };
