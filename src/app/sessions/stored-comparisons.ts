/** What the user can do with stored comparisons. */
import { parseComparison } from '../../engine/baselines/results.ts';
import type { Comparison } from '../../engine/baselines/results.ts';
import { Collection, nameOf } from '../../storage/collection.ts';
import { MemoryComparisons, openComparisons } from '../../storage/comparisons.ts';
import type { ComparisonStore, Found } from '../../storage/comparisons.ts';
import { held } from '../../storage/lock.ts';
import { onComparisonNews, tellComparisonNews } from '../../storage/news.ts';
import { outdated } from '../../storage/open.ts';
import type { ComparisonRecord } from '../../storage/records.ts';
import { comparisons } from './comparison-state.ts';

/** Bytes that a file may have: some 100,000 runs. */
const largestFile = 64 * 1024 * 1024;

let opening: Promise<ComparisonStore> | null = null;

export function theStore(): Promise<ComparisonStore> {
  opening ??= openComparisons({
    onOutdated: () => comparisons.setState({ obstacle: outdated }),
  }).then(async ({ store, obstacle }) => {
    comparisons.setState({ obstacle });
    onComparisonNews(() => void refreshComparisons());
    return store;
  });
  return opening;
}

const collection = new Collection<ComparisonRecord>({
  stores: async () => [await theStore()],
  onChange: (id) => changed(id),
  onBinned: (binned) => comparisons.setState({ binned }),
});
let openedBin: Promise<void> | null = null;

/** Reads the list anew. */
export async function refreshComparisons(): Promise<void> {
  try {
    await (openedBin ??= collection.open());
    const [stored, running] = await Promise.all([collection.list(), held('comparison')]);
    comparisons.setState(({ records, shownId, opened, planning }) => {
      const kept = stored.map((record) =>
        newer(
          record,
          records?.find(({ id }) => id === record.id),
        ),
      );
      // At first sight, the latest.
      return {
        records: kept,
        held: running,
        shownId: shownId ?? (opened || planning ? null : (kept[0]?.id ?? null)),
      };
    });
  } catch (error) {
    comparisons.setState(({ records }) => ({ records: records ?? [], obstacle: messageOf(error) }));
  }
}

/** A result that could not be stored is on this page still. */
function newer(stored: ComparisonRecord, known: ComparisonRecord | undefined): ComparisonRecord {
  if (!known || known.comparison.runs.length <= stored.comparison.runs.length) return stored;
  return { ...stored, comparison: known.comparison, failures: known.failures };
}

/** @returns whether it is stored beyond this page. */
export async function addComparison(record: ComparisonRecord): Promise<boolean> {
  let store = await theStore();
  try {
    await store.add(record);
  } catch (error) {
    if (store.kind === 'memory') throw error;
    // A comparison is worth more than its record: this page keeps it.
    comparisons.setState({ obstacle: messageOf(error) });
    store = new MemoryComparisons();
    for (const old of comparisons.getState().records ?? []) await store.add(old);
    await store.add(record);
    opening = Promise.resolve(store);
  }
  comparisons.setState({ shownId: record.id, opened: null, problem: null });
  await changed(record.id);
  return store.kind === 'indexeddb';
}

async function changed(id: string): Promise<void> {
  tellComparisonNews({ id });
  await refreshComparisons();
}

/** What went wrong is said; nothing is lost by it. */
async function attempt(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    comparisons.setState({ problem: messageOf(error) });
  }
}

/** What the worker measured is on screen at once; where there is no store, this is where it is kept. */
export async function noteOutcome(
  id: string,
  fields: Pick<ComparisonRecord, 'comparison' | 'failures'>,
  found: readonly Found[],
): Promise<void> {
  comparisons.setState(({ records }) => ({
    records:
      records?.map((record) => (record.id === id ? { ...record, ...fields } : record)) ?? null,
  }));
  const store = await theStore();
  if (store.kind === 'memory') await store.update(id, fields, found).catch(() => {});
}

export function showComparison(id: string): void {
  comparisons.setState({ shownId: id, opened: null, problem: null });
}

export function renameComparison(id: string, name: string): Promise<void> {
  return attempt(() => collection.rename(id, name));
}

export function binComparison(record: ComparisonRecord): Promise<void> {
  comparisons.setState(({ shownId }) => ({ shownId: shownId === record.id ? null : shownId }));
  return attempt(() => collection.bin(record));
}

export function restoreComparison(): Promise<void> {
  return attempt(async () => {
    const id = await collection.restore();
    if (id !== null) comparisons.setState({ shownId: id });
  });
}

/** Shows a file's comparison; nothing is stored. */
export async function openComparisonFile(file: File | undefined): Promise<void> {
  if (!file) return;
  try {
    if (file.size > largestFile)
      throw new Error(
        `it has ${Math.round(file.size / 2 ** 20)} MiB; the lab reads up to ${largestFile / 2 ** 20} MiB.`,
      );
    const comparison = parseComparison(await file.text());
    comparisons.setState({
      opened: { name: file.name.replace(/\.json$/i, ''), comparison },
      problem: null,
      planning: false,
    });
  } catch (error) {
    comparisons.setState({ problem: `${file.name}: ${messageOf(error)}` });
  }
}

export async function keepOpened(): Promise<void> {
  const { opened } = comparisons.getState();
  if (opened)
    await addComparison(
      newRecord(opened.name, opened.comparison, { source: null, imported: true }),
    );
}

export function newRecord(
  name: string,
  comparison: Comparison,
  { source, imported }: Pick<ComparisonRecord, 'source' | 'imported'>,
): ComparisonRecord {
  const now = Date.now();
  return {
    id: crypto.randomUUID(),
    name: nameOf(name),
    created: now,
    updated: now,
    comparison,
    failures: [],
    source,
    deleted: null,
    imported,
  };
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
