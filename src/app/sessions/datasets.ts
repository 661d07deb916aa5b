/** What is done with data sets: the client of the worker that reads, stores and lists them. */
import { errorOf, WorkerClient } from '../../protocol/rpc.ts';
import { afterDrawing } from '../after-drawing.ts';
import { embeddedSets } from './dataset-sources.ts';
import { chooseDataset, datasets, embedded } from './datasets-state.ts';
import { openWorker } from './open-worker.ts';
import type { ImportJob } from './datasets-state.ts';
import type { DataContract, ImportFile, ImportOptions } from '../../protocol/data-messages.ts';

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
