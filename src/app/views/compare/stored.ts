/** What the user can do with stored comparisons. */
import { parseComparison } from '../../../engine/baselines/results.ts';
import type { Comparison } from '../../../engine/baselines/results.ts';
import { binTime, outdated } from '../../../storage/bin.ts';
import { MemoryComparisons, openComparisons } from '../../../storage/comparisons.ts';
import type { ComparisonChange, ComparisonStore, Found } from '../../../storage/comparisons.ts';
import { held } from '../../../storage/lock.ts';
import { onComparisonNews, tellComparisonNews } from '../../../storage/news.ts';
import type { ComparisonRecord } from '../../../storage/records.ts';
import { comparisons } from './state.ts';

/** Bytes that a file may have: some 100,000 runs. */
const largestFile = 64 * 1024 * 1024;

let opening: Promise<ComparisonStore> | null = null;

export function theStore(): Promise<ComparisonStore> {
  opening ??= openComparisons({
    onOutdated: () => comparisons.setState({ obstacle: outdated }),
  }).then(async ({ store, obstacle }) => {
    comparisons.setState({ obstacle });
    onComparisonNews(() => void refreshComparisons());
    for (const { id, deleted } of await store.list())
      if (deleted !== null && deleted < Date.now() - binTime) await store.remove(id);
    return store;
  });
  return opening;
}

/** Reads the list anew. */
export async function refreshComparisons(): Promise<void> {
  try {
    const store = await theStore();
    const [stored, running] = await Promise.all([store.list(), held('comparison')]);
    comparisons.setState(({ records, shownId, opened, planning }) => {
      const kept = stored
        .filter(({ deleted }) => deleted === null)
        .map((record) =>
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

async function change(id: string, fields: ComparisonChange): Promise<void> {
  try {
    await (await theStore()).update(id, fields);
  } catch (error) {
    comparisons.setState({ problem: messageOf(error) });
  }
  await changed(id);
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
  return change(id, { name: name.trim().slice(0, 120) || 'Without a name' });
}

/** Into the bin, from which it can be taken back until the next one is thrown away, or for ten minutes over a reload. */
export async function binComparison({ id, name }: ComparisonRecord): Promise<void> {
  await emptyBin();
  comparisons.setState(({ shownId }) => ({ shownId: shownId === id ? null : shownId }));
  await change(id, { deleted: Date.now() });
  comparisons.setState({ binned: { id, name } });
}

export async function takeBackComparison(): Promise<void> {
  const { binned } = comparisons.getState();
  if (!binned) return;
  comparisons.setState({ binned: null, shownId: binned.id });
  await change(binned.id, { deleted: null });
}

async function emptyBin(): Promise<void> {
  comparisons.setState({ binned: null });
  const store = await theStore();
  for (const { id, deleted } of await store.list()) if (deleted !== null) await store.remove(id);
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
    name: name.slice(0, 120) || 'Without a name',
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
