/** Opens a store, or one in memory where the browser has none to offer; says why. */
import { openDatabase } from './database.ts';
import type { LabDatabase, OpenHandlers } from './database.ts';
import { IndexedStore } from './indexed-store.ts';
import { MemoryStore } from './memory-store.ts';
import type { RunStore } from './run-store.ts';

export interface OpenedStore {
  store: RunStore;
  /** Why runs are kept in memory only; null where they are stored. */
  obstacle: string | null;
}

/** Why nothing is stored any more once another tab has upgraded the database. */
export const outdated = 'a newer version of the lab was opened in another tab; reload this one';

/** How long another tab may take to let go of an older version. */
const patience = 5_000;

export async function openStore(handlers: OpenHandlers = {}, name?: string): Promise<OpenedStore> {
  const { made: store, obstacle } = await openOr<RunStore>(
    (database) => new IndexedStore(database),
    () => new MemoryStore(),
    handlers,
    name,
  );
  return { store, obstacle };
}

/**
 * @param stored made of the database
 * @param fallback in place of it
 * @returns `obstacle`: why it is the latter; else null.
 */
export async function openOr<T>(
  stored: (database: LabDatabase) => T,
  fallback: () => T,
  handlers: OpenHandlers = {},
  name?: string,
): Promise<{ made: T; obstacle: string | null }> {
  try {
    if (typeof indexedDB === 'undefined') throw new Error('it has no IndexedDB');
    const opening = openDatabase(handlers, name);
    // A database that opens after all is not needed any more.
    const late = () => void opening.then((database) => database.close()).catch(() => {});
    return { made: stored(await within(opening, patience, late)), obstacle: null };
  } catch (error) {
    return { made: fallback(), obstacle: explain(error) };
  }
}

function explain(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof DOMException) {
    if (error.name === 'VersionError')
      return 'the stored runs were written by a newer version of the lab; reload the page to get it';
    if (error.name === 'QuotaExceededError')
      return 'the disk is full, or the browser grants this page no more storage';
  }
  return `the browser refused to store data (a private window, or storage is blocked): ${message}`;
}

function within<T>(promise: Promise<T>, milliseconds: number, late: () => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      late();
      reject(new Error('the store did not open; close the lab\u2019s other tabs and reload'));
    }, milliseconds);
    void promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
