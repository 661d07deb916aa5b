/** One import: files in, a stored data set out, or nothing. */
import { DatasetError } from '../src/datasets/dataset.ts';
import { recordOf } from '../src/datasets/encoded/stored.ts';
import type { ReadResult } from '../src/datasets/files/assemble.ts';
import type { ReadFiles } from '../src/datasets/files/assemble-files.ts';
import type { Progress } from '../src/datasets/files/source.ts';
import {
  chunkImagesOf,
  chunksOf,
  listedOf,
  summarize,
  type DatasetSummary,
  type StoredDataset,
} from '../src/datasets/stored.ts';
import type { DatasetStore } from '../src/storage/datasets.ts';
import { isNoRoom, measureRoom } from '../src/storage/room.ts';

export interface ImportJob {
  /** @throws DatasetError; the signal's reason when aborted. */
  read(): Promise<ReadResult | ReadFiles>;
  signal: AbortSignal;
  progress(progress: Progress): void;
  openStore(): Promise<DatasetStore>;
  now(): number;
}

/** Records and indices take some room beside the images. */
const overhead = 1.05;

/**
 * Reads everything before it stores anything: of files that turn out to be damaged, nothing is kept.
 * @throws DatasetError; the signal's reason when aborted.
 */
export async function importDataset({
  read: readWhole,
  signal,
  progress,
  openStore,
  now,
}: ImportJob): Promise<DatasetSummary> {
  const { record, write, summary } = planned(await readWhole(), now());
  signal.throwIfAborted();
  const store = await openStore().catch((error: unknown) => {
    throw new DatasetError(
      `This browser does not allow this page to store data (${messageOf(error)}). Leave the private window, or allow this page to store data.`,
    );
  });
  try {
    // A set that is there already takes no more room.
    if (!(await store.get(record.id))) await checkRoom(summary.bytes * overhead);
    let done = 0;
    await write(store, signal, (bytes) => {
      progress({ phase: 'storing', done: (done += bytes), total: summary.bytes, unit: 'bytes' });
    });
  } catch (error) {
    if (isNoRoom(error)) throw noRoom(summary.bytes, null);
    throw error;
  } finally {
    store.close();
  }
  return summary;
}

interface Planned {
  summary: DatasetSummary;
  record: StoredDataset;
  write(store: DatasetStore, signal: AbortSignal, onBytes: (bytes: number) => void): Promise<void>;
}

/** Pixels in chunks, or each file as it is. */
function planned(read: ReadResult | ReadFiles, imported: number): Planned {
  if ('visit' in read) {
    const record: StoredDataset = { ...recordOf(read), imported };
    return {
      summary: listedOf(record),
      record,
      write: (store, signal, onBytes) =>
        store.addFiles(record, (use) => read.visit(use), signal, onBytes),
    };
  }
  const { train, test } = read.dataset;
  const summary = summarize(read);
  const imageBytes = summary.size * summary.size * summary.channels;
  const record: StoredDataset = {
    ...summary,
    imported,
    labels: { train: train.labels.slice(), test: test.labels.slice() },
    chunkImages: chunkImagesOf(imageBytes),
  };
  const chunks = { train: chunksOf(train, imageBytes), test: chunksOf(test, imageBytes) };
  return {
    summary,
    record,
    write: (store, signal, onBytes) => store.add(record, chunks, signal, onBytes),
  };
}

async function checkRoom(needed: number): Promise<void> {
  const room = await measureRoom();
  // Where the browser does not say, writing will tell.
  if (room && room.quota > 0 && room.used + needed > room.quota)
    throw noRoom(needed, room.quota - room.used);
}

function noRoom(needed: number, left: number | null): DatasetError {
  const mebibytes = (bytes: number) => `${Math.ceil(bytes / 2 ** 20)} MiB`;
  return new DatasetError(
    `The data set takes ${mebibytes(needed)}${left === null ? ', more than the browser grants this page' : `, but the browser grants this page only ${mebibytes(Math.max(0, left))} more`}. ` +
      'Delete other data sets or runs, or choose a smaller image size.',
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
