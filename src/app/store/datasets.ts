/** The data sets of this browser, the one the next search takes, and the import under way. */
import { createStore, useStore } from 'zustand';
import { isShipped, shippedSets } from '../../domain/shipped-sets.ts';
import { errorOf, WorkerClient } from '../../protocol/rpc.ts';
import { openWorker } from '../sessions/open-worker.ts';
import { afterDrawing } from '../after-drawing.ts';
import type { DatasetSource, WorkerError } from '../../protocol/messages.ts';
import type {
  DataContract,
  FilesLook,
  ImportFile,
  ImportOptions,
  ListedDataset,
  Progress,
  Unreadable,
} from '../../protocol/data-messages.ts';

/** `fashion-mnist`, `fashion-mnist-full`, or a stored set's id. */
export type DatasetChoice = string;

export interface ImportJob {
  name: string;
  progress: Progress | null;
  msLeft: number | null;
  /** Asked, and not answered yet. */
  unreadable: Unreadable | null;
  cancelling: boolean;
}

/** Files that were looked at, and wait for the user to store them or not. */
export interface Preview {
  options: ImportOptions;
  look: FilesLook;
  /** Looked at again, under other choices. */
  busy: boolean;
  /** Why the last choice did not work: what is shown is as it was before. */
  problem: WorkerError | null;
}

export interface DatasetsState {
  /** Newest first; null until the browser's store has been read. */
  sets: readonly ListedDataset[] | null;
  choice: DatasetChoice;
  job: ImportJob | null;
  preview: Preview | null;
  /** What the last import came to. */
  outcome:
    | { ok: true; id: string; name: string; notes: readonly string[] }
    | { ok: false; error: WorkerError }
    | null;
  /** Why the browser's store cannot be used. */
  obstacle: WorkerError | null;
}

const memory = 'mgas-lab.dataset';
const embedded: DatasetChoice = 'fashion-mnist';

/** Set up by `npm run fashion-mnist`: known when the page is built. */
declare const __FULL_FASHION_MNIST__: boolean | undefined;
export const hasFullFashionMnist =
  typeof __FULL_FASHION_MNIST__ !== 'undefined' && __FULL_FASHION_MNIST__;

export const embeddedSets: Readonly<Record<DatasetChoice, string>> = {
  'fashion-mnist': hasFullFashionMnist
    ? `${shippedSets['fashion-mnist'].title}, 12,000`
    : shippedSets['fashion-mnist'].title,
  ...(hasFullFashionMnist ? { 'fashion-mnist-full': shippedSets['fashion-mnist-full'].title } : {}),
};

export const datasets = createStore<DatasetsState>(() => ({
  sets: null,
  choice: remembered(),
  job: null,
  preview: null,
  outcome: null,
  obstacle: null,
}));

export function useDatasets<T>(select: (state: DatasetsState) => T): T {
  return useStore(datasets, select);
}

const client = new WorkerClient<DataContract>({
  task: 'Reading data sets',
  advice: 'Try again, with fewer or smaller images if memory ran out.',
  connect: () => openWorker('data'),
  onEvents(events, received) {
    for (const event of events) {
      if (event.type === 'progress') changeJob({ progress: event.progress, msLeft: event.msLeft });
      else changeJob({ unreadable: event.unreadable });
    }
    afterDrawing(received);
  },
});

/** What views ask the worker for directly. */
export const askForData = client.request.bind(client);

export function sourceOf(choice: DatasetChoice): DatasetSource {
  const baseUrl = new URL('.', document.baseURI).href;
  if (choice === 'fashion-mnist') return { kind: 'fashion-mnist', baseUrl };
  return choice === 'fashion-mnist-full'
    ? { kind: 'fashion-mnist', baseUrl, full: true }
    : { kind: 'stored', id: choice };
}

/** The shipped set by where it is now, wherever it was when the source was noted. */
export function sourceNow(source: DatasetSource | null): DatasetSource {
  return source?.kind === 'stored'
    ? source
    : sourceOf(source?.full ? 'fashion-mnist-full' : 'fashion-mnist');
}

/** For sentences. */
export const chosenName = ({ choice, sets }: DatasetsState): string =>
  embeddedSets[choice] ?? sets?.find(({ id }) => id === choice)?.name ?? 'the stored set';

export interface SetImages {
  readonly name: string;
  readonly train: number;
  readonly test: number;
  readonly channels: number;
  readonly classes: number;
}

const counted = new WeakMap<ListedDataset, SetImages>();
const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);

/** Images of a set; null until the browser's store has been read. The same object for the same set. */
export function imagesOf(
  { sets }: Pick<DatasetsState, 'sets'>,
  choice: DatasetChoice,
): SetImages | null {
  if (isShipped(choice)) return shippedSets[choice];
  const set = sets?.find(({ id }) => id === choice);
  if (!set) return null;
  const known = counted.get(set) ?? {
    name: set.name,
    train: sum(set.train),
    test: sum(set.test),
    channels: set.channels,
    classes: set.classNames.length,
  };
  counted.set(set, known);
  return known;
}

/** Of the set that Start takes. */
export const chosenImages = (state: DatasetsState): SetImages | null =>
  imagesOf(state, state.choice);

/** A set's name as its runs are labelled. */
export function nameOfSource(source: DatasetSource): string {
  if (source.kind !== 'stored') return shippedSets[source.kind].name;
  const { sets } = datasets.getState();
  return sets?.find(({ id }) => id === source.id)?.name ?? source.id;
}
/** A data set's own name as it is read. */
export const dataSetLabel = (name: string): string =>
  name === 'fashion-mnist' ? 'Fashion-MNIST' : name;

/** What Start takes. */
export const chosenSource = (): DatasetSource => sourceOf(datasets.getState().choice);

export function chooseDataset(choice: DatasetChoice): void {
  datasets.setState({ choice });
  try {
    localStorage.setItem(memory, choice);
  } catch {
    // Forgotten with the page, then.
  }
}

function remembered(): DatasetChoice {
  try {
    return localStorage.getItem(memory) ?? embedded;
  } catch {
    return embedded;
  }
}

/** Reads the list; a chosen set that is gone (deleted in another tab) gives way to the embedded one. */
export async function listDatasets(): Promise<void> {
  try {
    const sets = await client.request('list', {});
    datasets.setState({ sets, obstacle: null });
    const { choice } = datasets.getState();
    if (!(choice in embeddedSets) && !sets.some(({ id }) => id === choice)) chooseDataset(embedded);
  } catch (error) {
    datasets.setState({ sets: [], obstacle: errorOf(error) });
    if (!(datasets.getState().choice in embeddedSets)) chooseDataset(embedded);
  }
}

const newJob = (name: string): ImportJob => ({
  name,
  progress: null,
  msLeft: null,
  unreadable: null,
  cancelling: false,
});

/** Looks at files and shows what they were taken for; nothing is stored before the user says so. */
export async function lookAtFiles(files: ImportFile[], options: ImportOptions): Promise<void> {
  if (datasets.getState().job) return;
  datasets.setState({ job: newJob(options.name), preview: null, outcome: null });
  try {
    const look = await client.request('look', { files, options });
    datasets.setState({ job: null, preview: { options, look, busy: false, problem: null } });
  } catch (error) {
    datasets.setState({ job: null, outcome: { ok: false, error: errorOf(error) } });
  }
}

/** The same files under other choices. */
export async function changePreview(change: Partial<ImportOptions>): Promise<void> {
  const { preview } = datasets.getState();
  if (!preview || preview.busy) return;
  const options = { ...preview.options, ...change };
  datasets.setState({ preview: { ...preview, busy: true, problem: null } });
  try {
    const look = await client.request('look', { files: null, options });
    datasets.setState({ preview: { options, look, busy: false, problem: null } });
  } catch (error) {
    datasets.setState({ preview: { ...preview, busy: false, problem: errorOf(error) } });
  }
}

export function dismissPreview(): void {
  datasets.setState({ preview: null });
  void client.request('cancel', {}).catch(() => {});
}

/** Reads what the preview shows, and stores it. */
export async function storePreviewed(): Promise<void> {
  const { preview, job } = datasets.getState();
  if (!preview || job) return;
  const { options } = preview;
  datasets.setState({ job: newJob(options.name), preview: null, outcome: null });
  try {
    const { id, name, notes } = await client.request('import', { files: null, options });
    await listDatasets();
    datasets.setState({ job: null, outcome: { ok: true, id, name, notes } });
    chooseDataset(id);
  } catch (error) {
    datasets.setState({ job: null, outcome: { ok: false, error: errorOf(error) } });
  }
}

export function cancelImport(): void {
  changeJob({ cancelling: true, unreadable: null });
  void client.request('cancel', {}).catch(() => {});
}

export function answerUnreadable(skip: boolean): void {
  changeJob({ unreadable: null });
  void client.request('answer', { skip }).catch(() => {});
}

export function dismissOutcome(): void {
  datasets.setState({ outcome: null });
}

export async function removeDataset(id: string): Promise<void> {
  try {
    await client.request('remove', { set: id });
  } catch (error) {
    datasets.setState({ outcome: { ok: false, error: errorOf(error) } });
  }
  await listDatasets();
}

function changeJob(change: Partial<ImportJob>): void {
  const { job } = datasets.getState();
  if (job) datasets.setState({ job: { ...job, ...change } });
}
