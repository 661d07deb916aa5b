/** Stored runs and architectures: read, listed, renamed, tagged, put into the bin and restored. */
import type { SearchEvent } from '../../domain/events/events.ts';
import { Collection } from '../../storage/collection.ts';
import type { Binned } from '../../storage/collection.ts';
import { allHeld } from '../../storage/lock.ts';
import { onNews, tellNews } from '../../storage/news.ts';
import { openStore, outdated } from '../../storage/open.ts';
import type { ArchitectureRecord, RunRecord, StoredLatency } from '../../storage/records.ts';
import { measureRoom } from '../../storage/room.ts';
import type { RunStore, WholeRun } from '../../storage/run-store.ts';
import { viewHref } from '../router.ts';
import { pageStore } from './library-recording.ts';
import { portableFingerprint } from '../../domain/architecture/fingerprint.ts';
import type { ExternalTraining } from '../../domain/architecture/external-training.ts';
import { library } from './library-state.ts';
import { setRunSource } from './replay.ts';
import { changeSettings, chooseBackend } from '../sessions/search.ts';
import { lab } from './store.ts';

/** Milliseconds between two looks at the store, however much is written. */
const calm = 500;

let store: RunStore = pageStore;
/** Where runs are added. */
export const theStore = (): RunStore => store;
/** A run of the page itself is in the page's memory, all others are in the store. */
const stores = (): RunStore[] => [...new Set<RunStore>([pageStore, store])];

/** Renamed, put into the bin and restored like any other collection. Only one thing at a time can be restored. */
const runs = new Collection<RunRecord>({
  stores: () => Promise.resolve(stores()),
  onChange: (id) => changed(id),
  onBinned: (binned) => offer(runs, binned),
});
const architectures = new Collection<ArchitectureRecord>({
  stores: () => Promise.resolve(stores().map((one) => one.architectures)),
  onChange: () => changed(),
  onBinned: (binned) => offer(architectures, binned),
});
/** What can be restored now is one of these. */
let lastBin: typeof runs | typeof architectures = runs;

function offer(from: typeof lastBin, binned: Binned | null): void {
  if (binned) lastBin = from;
  library.setState({ binned });
}

let refreshing: ReturnType<typeof setTimeout> | null = null;

/** Opens the store and reads what is in it. Runs that have been in the bin for long are gone for good from then on. */
export async function openLibrary(): Promise<void> {
  // Links to runs wait for the store.
  setRunSource(async (id) => {
    await opening;
    return loadRun(id);
  });
  const opening = open();
  await opening;
}

async function open(): Promise<void> {
  const opened = await openStore({ onOutdated: () => library.setState({ obstacle: outdated }) });
  if (opened.obstacle === null) store = opened.store;
  library.setState({ obstacle: opened.obstacle });
  await runs.open();
  await architectures.open();
  await refreshLibrary();
  onNews(() => {
    refreshing ??= setTimeout(() => void refreshLibrary(), calm);
  });
}

export async function refreshLibrary(): Promise<void> {
  refreshing = null;
  const [listed, found, held, room] = await Promise.all([
    runs.list(),
    architectures.list(),
    allHeld(),
    measureRoom(),
  ]);
  library.setState({
    runs: listed,
    architectures: found,
    held: held.run,
    working: Object.values(held).some(({ size }) => size > 0),
    room,
  });
}

/** After a change: other tabs hear of it, and the list is read anew. */
export async function changed(runId: string | null = null): Promise<void> {
  tellNews({ runId });
  await refreshLibrary();
}

export async function storeOf(id: string): Promise<RunStore> {
  return (await pageStore.get(id)) ? pageStore : store;
}

export async function loadRun(
  id: string,
): Promise<{ id: string; name: string; events: SearchEvent[] } | null> {
  const from = await storeOf(id);
  const run = await from.get(id);
  return run ? { id, name: run.name, events: await from.events(id) } : null;
}

export async function wholeRun(id: string): Promise<WholeRun> {
  const from = await storeOf(id);
  const run = await from.get(id);
  if (!run) throw new Error('This run is no longer in the library.');
  return { run, events: await from.events(id), checkpoint: (await from.checkpoint(id)) ?? null };
}

/** An architecture of its own, as one from a file. */
export async function addToLibrary(record: ArchitectureRecord): Promise<void> {
  await store.architectures.add(record);
  await changed();
}

/**
 * Keeps what a training in another program reached with its architectures here.
 * @returns how many there are. @throws Error where it cannot be stored.
 */
export async function keepElsewhere(result: ExternalTraining): Promise<number> {
  const own = library
    .getState()
    .architectures.filter(
      ({ architecture }) => portableFingerprint(architecture) === result.architecture,
    );
  for (const { id, elsewhere } of own)
    if (!elsewhere || elsewhere.accuracy < result.accuracy)
      await architectures.update(id, { elsewhere: result });
  return own.length;
}

/** Keeps what was measured of an architecture. @throws Error when it is not in the library any more, or cannot be stored. */
export function keepLatency(
  { id }: Pick<ArchitectureRecord, 'id'>,
  latency: StoredLatency,
): Promise<void> {
  return architectures.update(id, { latency });
}

export const renameRun = (id: string, name: string): Promise<void> => runs.rename(id, name);

/** @param text tags separated by commas. */
export function tagRun(id: string, text: string): Promise<void> {
  const tags = [
    ...new Set(
      text
        .split(',')
        .map((tag) => tag.trim().slice(0, 40))
        .filter(Boolean),
    ),
  ].slice(0, 12);
  return runs.update(id, { tags });
}

export const binRun = (run: RunRecord): Promise<void> => runs.bin(run);
export const binArchitecture = (record: ArchitectureRecord): Promise<void> =>
  architectures.bin(record);

export async function restore(): Promise<void> {
  try {
    await lastBin.restore();
  } catch (error) {
    library.setState({
      message: { kind: 'error', text: `It could not be restored. ${messageOf(error)}` },
    });
  }
}

/** Its settings, for another search. */
export function copySettings({ settings, backend }: RunRecord): void {
  changeSettings(structuredClone(settings));
  if (backend && lab.getState().probe?.backends.includes(backend) !== false) chooseBackend(backend);
  location.hash = viewHref('overview', null);
}

export function showStored(id: string): void {
  library.setState({ watching: null });
  location.hash = viewHref('overview', id);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
