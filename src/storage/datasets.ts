/**
 * Data sets in a database of their own: they are large, are not part of any run, and have versions of their own. A set is
 * there once its record is; chunks without one are left from an import that broke off, and are swept away.
 */
import { openDB } from 'idb';
import type { DBSchema, IDBPDatabase } from 'idb';
import type { StoredDataset, StoredSplitName } from '../datasets/stored.ts';

export const datasetDatabaseName = 'mgas-datasets';
/** 2: sets may be stored as image files, which earlier versions of the lab do not read. */
const version = 2;
/** Bytes of small files that are written in one transaction. */
const writtenAtOnce = 1 << 20;

type ChunkKey = [id: string, split: StoredSplitName, index: number];

interface DatasetSchema extends DBSchema {
  datasets: { key: string; value: StoredDataset };
  chunks: { key: ChunkKey; value: Uint8Array };
}

/** Every chunk of a set. */
const rangeOf = (id: string) => IDBKeyRange.bound([id], [id, []]);

/** Writers of all tabs take turns, so that one does not sweep away what another is writing. */
async function exclusively<T>(work: () => Promise<T>): Promise<T> {
  const { locks } = (globalThis as { navigator?: Partial<Navigator> }).navigator ?? {};
  return locks ? ((await locks.request('mgas-datasets-write', work)) as T) : work();
}

export class DatasetStore {
  private constructor(private readonly database: IDBPDatabase<DatasetSchema>) {}

  /** @throws DOMException where the browser stores nothing here (a private window). */
  static async open(name = datasetDatabaseName): Promise<DatasetStore> {
    const database = await openDB<DatasetSchema>(name, version, {
      upgrade(fresh, old) {
        // Sets of version 1 are sets of version 2.
        if (old >= 1) return;
        fresh.createObjectStore('datasets', { keyPath: 'id' });
        fresh.createObjectStore('chunks');
      },
      blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
    });
    return new DatasetStore(database);
  }

  /** Newest first. */
  async list(): Promise<StoredDataset[]> {
    return (await this.database.getAll('datasets')).sort((a, b) => b.imported - a.imported);
  }

  get(id: string): Promise<StoredDataset | undefined> {
    return this.database.get('datasets', id);
  }

  chunk(id: string, split: StoredSplitName, index: number): Promise<Uint8Array | undefined> {
    return this.database.get('chunks', [id, split, index]);
  }

  /** Images of a set that is stored as files, in the order asked for; undefined where one is missing. */
  async images(
    id: string,
    split: StoredSplitName,
    numbers: readonly number[],
  ): Promise<(Uint8Array | undefined)[]> {
    const { store } = this.database.transaction('chunks');
    return Promise.all(numbers.map((image) => store.get([id, split, image])));
  }

  /**
   * Writes a set of image files; when that fails or is aborted, nothing of it stays.
   * @param visit hands over the files, in any order
   * @param onBytes told the bytes of those that are written
   */
  addFiles(
    record: StoredDataset,
    visit: (
      use: (split: StoredSplitName, image: number, bytes: Uint8Array) => Promise<void>,
    ) => Promise<void>,
    signal: AbortSignal,
    onBytes: (bytes: number) => void,
  ): Promise<void> {
    return this.whole(record, async () => {
      let waiting: [ChunkKey, Uint8Array][] = [];
      let bytesWaiting = 0;
      // Files are small: a transaction each would take most of the time.
      const write = async () => {
        signal.throwIfAborted();
        const transaction = this.database.transaction('chunks', 'readwrite');
        const writes = waiting.map(([key, bytes]) => transaction.store.put(bytes, key));
        await Promise.all([...writes, transaction.done]);
        onBytes(bytesWaiting);
        [waiting, bytesWaiting] = [[], 0];
      };
      await visit(async (split, image, bytes) => {
        waiting.push([[record.id, split, image], bytes.slice()]);
        bytesWaiting += bytes.length;
        if (bytesWaiting >= writtenAtOnce) await write();
      });
      await write();
      signal.throwIfAborted();
    });
  }

  /**
   * Writes a set; when that fails or is aborted, nothing of it stays.
   * @param onChunk told the bytes of each chunk once it is written
   */
  add(
    record: StoredDataset,
    chunks: Record<StoredSplitName, Iterable<Uint8Array>>,
    signal: AbortSignal,
    onChunk: (bytes: number) => void,
  ): Promise<void> {
    return this.whole(record, async () => {
      for (const split of ['train', 'test'] as const) {
        let index = 0;
        for (const chunk of chunks[split]) {
          signal.throwIfAborted();
          // A copy of its own: a view would take all that it is a view of along.
          await this.database.put('chunks', chunk.slice(), [record.id, split, index++]);
          onChunk(chunk.length);
        }
      }
      signal.throwIfAborted();
    });
  }

  /** Writes the record once the chunks are written; unless both are, neither stays. */
  private whole(record: StoredDataset, writeChunks: () => Promise<void>): Promise<void> {
    return exclusively(async () => {
      await this.sweep();
      if (await this.get(record.id)) return this.rename(record);
      try {
        await writeChunks();
        await this.database.put('datasets', record);
      } catch (error) {
        await this.database.delete('chunks', rangeOf(record.id)).catch(() => {});
        throw error;
      }
    });
  }

  /** The same contents under a new name or date: the images stay. */
  private async rename({ id, name, classNames, imported, notes }: StoredDataset): Promise<void> {
    const old = await this.get(id);
    if (old) await this.database.put('datasets', { ...old, name, classNames, imported, notes });
  }

  async remove(id: string): Promise<void> {
    const transaction = this.database.transaction(['datasets', 'chunks'], 'readwrite');
    await Promise.all([
      transaction.objectStore('datasets').delete(id),
      transaction.objectStore('chunks').delete(rangeOf(id)),
      transaction.done,
    ]);
  }

  private async sweep(): Promise<void> {
    const known = new Set(await this.database.getAllKeys('datasets'));
    let cursor = await this.database.transaction('chunks').store.openKeyCursor();
    const orphans = new Set<string>();
    while (cursor) {
      const [id] = cursor.key;
      if (!known.has(id)) orphans.add(id);
      // On to the next set, past all of this one's chunks.
      cursor = await cursor.continue([id, 'zzz', Infinity] as unknown as ChunkKey);
    }
    for (const id of orphans) await this.database.delete('chunks', rangeOf(id));
  }

  close(): void {
    this.database.close();
  }
}
