/** What the user can do with stored runs. */
import type { SearchEvent } from '../../domain/events/events.ts';
import { Collection } from '../../storage/collection.ts';
import { continuedRun } from '../../storage/continuation.ts';
import type { Continuation } from '../../storage/continuation.ts';
import type { Binned } from '../../storage/collection.ts';
import { writeArchitecture, writeRun } from '../../storage/files.ts';
import { importFile } from '../../storage/import.ts';
import { allHeld, runReleased } from '../../storage/lock.ts';
import { onNews, tellNews } from '../../storage/news.ts';
import { openStore, outdated } from '../../storage/open.ts';
import { forkedRun } from '../../storage/fork.ts';
import type { ForkPoint, ForkWish } from '../../storage/fork.ts';
import type {
  ArchitectureRecord,
  CheckpointInfo,
  RunRecord,
  StoredLatency,
} from '../../storage/records.ts';
import { measureRoom } from '../../storage/room.ts';
import type { RunStore, WholeRun } from '../../storage/run-store.ts';
import type { ExternalTraining } from '../../domain/architecture/external-training.ts';
import { portableFingerprint } from '../../domain/architecture/fingerprint.ts';
import { saveText } from '../download.ts';
import { openBesideRun, viewHref } from '../router.ts';
import { pageStore } from './library-recording.ts';
import { isInterrupted, library } from './library-state.ts';
import { sourceNow } from '../sessions/dataset-sources.ts';
import { extendPastRun, setRunSource, showRun } from './replay.ts';
import { changeSettings, chooseBackend, continueRun } from '../sessions/search.ts';
import { lab } from './store.ts';

/** Milliseconds between two looks at the store, however much is written. */
const calm = 500;

let store: RunStore = pageStore;
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
  onNews(({ runId }) => {
    refreshing ??= setTimeout(() => void refreshLibrary(), calm);
    if (runId !== null && runId === library.getState().watching) void follow(runId);
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

async function changed(runId: string | null = null): Promise<void> {
  tellNews({ runId });
  await refreshLibrary();
}

async function storeOf(id: string): Promise<RunStore> {
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
  if (!run) throw new Error('This run is not in the library any more.');
  return { run, events: await from.events(id), checkpoint: (await from.checkpoint(id)) ?? null };
}

/** Takes a file in. What is wrong with it, or what it was, is told in `message`. */
export async function takeIn(file: File): Promise<void> {
  // A large file takes a second or two.
  library.setState({ message: { kind: 'done', text: `Reading ${file.name}.` } });
  await new Promise((resolve) => setTimeout(resolve, 50));
  try {
    const { kind, name } = await importFile(store, file, file.name);
    library.setState({
      message: {
        kind: 'done',
        text:
          kind === 'run'
            ? `The run \u201c${name}\u201d is in the library.`
            : `The architecture \u201c${name}\u201d is in the library.`,
      },
    });
    await changed();
  } catch (error) {
    library.setState({
      message: { kind: 'error', text: `${file.name} could not be imported. ${messageOf(error)}` },
    });
  }
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

/** Hands a run to the user as a file. @param weights with its last checkpoint, from which a search can go on. */
export async function saveRun(run: RunRecord, weights: boolean): Promise<void> {
  try {
    const text = writeRun(await wholeRun(run.id), { weights });
    saveText(
      text,
      `mgas-run-${run.dataset.name}-seed${run.settings.seed}-${run.summary.step}-steps.json`,
    );
  } catch (error) {
    library.setState({
      message: { kind: 'error', text: `The run could not be saved. ${messageOf(error)}` },
    });
  }
}

export function saveStoredArchitecture({ name, architecture }: ArchitectureRecord): void {
  saveText(
    writeArchitecture(architecture),
    `mgas-${name.replace(/[^\w-]+/g, '-').slice(0, 60)}.json`,
  );
}

/** An architecture of its own, as one from a file. */
export async function addToLibrary(record: ArchitectureRecord): Promise<void> {
  await store.architectures.add(record);
  await changed();
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

export function goOn({ id, settings, dataset: { name, source }, backend }: RunRecord): void {
  library.setState({ watching: null });
  continueRun({
    id,
    settings,
    dataset: { name, source: sourceNow(source) },
    backend: backend ?? lab.getState().backend,
  });
  location.hash = viewHref('overview', id);
}

/**
 * Continues a run that is over as a new run, from its last checkpoint: the one that was found stays.
 * @throws Error in words that say why it cannot be.
 */
export async function continueOver(id: string, wish: Continuation): Promise<void> {
  const next = continuedRun(await wholeRun(id), wish, {
    id: crypto.randomUUID(),
    now: Date.now(),
  });
  await store.add(next);
  await changed(next.run.id);
  goOn(next.run);
}

/** Checkpoints of a stored run that a fork can start from, in the order they were taken. */
export async function keptCheckpoints(id: string): Promise<CheckpointInfo[]> {
  return (await storeOf(id)).checkpoints(id);
}

/** A stored run up to one of its checkpoints. @throws Error when either is not kept any more. */
export async function forkPoint(id: string, events: number): Promise<ForkPoint> {
  const from = await storeOf(id);
  const [run, checkpoint] = await Promise.all([from.get(id), from.checkpoint(id, events)]);
  if (!run || !checkpoint)
    throw new Error('This checkpoint is not kept any more. Choose a later one.');
  return { run, events: await from.events(id), checkpoint };
}

/**
 * Starts a second search from a checkpoint, as a new run with its parent beside it.
 * @throws Error in words that say why it cannot be.
 */
export async function startFork(point: ForkPoint, wish: ForkWish): Promise<void> {
  const next = forkedRun(point, wish, { id: crypto.randomUUID(), now: Date.now() });
  await store.add(next);
  await changed(next.run.id);
  goOn(next.run);
  location.hash = viewHref('balance');
  openBesideRun(point.run.id);
}

/** Interrupted runs that can be resumed, latest first. */
export function interruptedRun(): RunRecord | null {
  const state = library.getState();
  return (
    state.runs?.find(
      (run) =>
        run.id !== lab.getState().runId &&
        run.checkpointStep !== null &&
        run.id !== state.dismissed &&
        isInterrupted(run, state),
    ) ?? null
  );
}

let watched = 0;
let following = Promise.resolve();

/** Shows a run that another tab searches, and what becomes of it. */
export async function watch(id: string): Promise<void> {
  library.setState({ watching: id });
  location.hash = viewHref('overview', id);
  watched = 0;
  await follow(id);
  const ended = new AbortController();
  const unsubscribe = library.subscribe(({ watching }) => watching !== id && ended.abort());
  await runReleased(id, ended.signal).catch(() => {});
  unsubscribe();
  await refreshLibrary();
  if (library.getState().watching === id) library.setState({ watching: null });
}

function follow(id: string): Promise<void> {
  following = following.then(async () => {
    if (library.getState().watching !== id) return;
    const events = await store.events(id, watched);
    const count = (await store.get(id))?.events ?? 0;
    // Fewer than seen: the search went back to a checkpoint.
    if (watched === 0 || count < watched || events.some(({ type }) => type === 'device-lost')) {
      const all = await store.events(id);
      if (await showRun({ id, name: '', events: all })) watched = all.length;
    } else {
      extendPastRun(id, events);
      watched += events.length;
    }
  });
  return following;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
